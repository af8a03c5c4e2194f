//! The same over HTTP, where bodies are cut in earnest.

use knack_emulator::Fault;
use knack_runtime::{Client, Upload};

use super::{Folder, Told, content, shelf};

#[tokio::test]
async fn up_and_down_over_http() {
    let local = shelf().fault(Fault::cut_upload(1_000_000)).build().unwrap();
    let server = local.serve().await.unwrap();
    let url = format!("{}/v1", server.url());
    let knack =
        Client::builder(local.application_id()).api_key(local.api_key()).base_url(url).build().unwrap();
    let (folder, told) = (Folder::new(), Told::default());
    let long = 3_000_000;
    std::fs::write(folder.file("a.bin"), content(long)).unwrap();

    let upload = Upload::from_path(folder.file("a.bin")).on_progress(told.teller());
    let file = knack.upload_file(upload).await.unwrap();
    assert_eq!(file.size, Some(long as u64));
    assert!(!told.done().is_sorted(), "cut once, and begun anew");
    let sent = local.requests().pop().unwrap();
    assert_eq!(sent.headers["content-length"], sent.body.len().to_string().as_str());
    assert!(!sent.headers.contains_key("transfer-encoding"));

    let stream = super::pieces(vec![Ok(content(1_000)), Ok(content(500))]);
    let streamed = knack.upload_file(Upload::from_stream("b.bin", stream, None)).await.unwrap();
    assert_eq!(streamed.size, Some(1_500));
    assert_eq!(local.requests().pop().unwrap().headers["transfer-encoding"], "chunked");
    let short = super::pieces(vec![Ok(content(1_000))]);
    let error = knack.upload_file(Upload::from_stream("c.bin", short, Some(2_000))).await.unwrap_err();
    assert!(error.to_string().contains("it ended after 1000 of 2000 bytes"), "{error}");

    local.forget_requests();
    local.inject(Fault::cut_download(1_000_000).first(2));
    knack.download(&file).to_file(folder.file("b.bin")).await.unwrap();
    assert_eq!(std::fs::read(folder.file("b.bin")).unwrap(), content(long));
    let asked = local.requests();
    assert_eq!(asked.last().unwrap().headers["range"], "bytes=2000000-");
    assert!(asked.iter().all(|seen| !seen.headers.contains_key("transfer-encoding") && seen.body.is_empty()));
    server.stop().await;
}
