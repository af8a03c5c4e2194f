//! smoke
use bytes::Bytes;
use knack_core::transport::Transport;
use knack_emulator::Emulator;

#[tokio::test(start_paused = true)]
async fn smoke() {
    let t = std::time::Instant::now();
    let knack = Emulator::builder().sample().build().unwrap();
    eprintln!("build {:?}", t.elapsed());
    for (path, n) in [("object_1", 2), ("object_7", 1000), ("object_6", 1000), ("object_9", 2), ("object_4", 1), ("object_3", 1)] {
        let t = std::time::Instant::now();
        let r = knack.transport().send(http::Request::get(format!("https://x/v1/objects/{path}/records?rows_per_page={n}&page=2"))
            .header("X-Knack-Application-Id", knack.application_id()).header("X-Knack-REST-API-Key", knack.api_key()).body(Bytes::new()).unwrap()).await.unwrap();
        eprintln!("{path} {:?} {} {:?}", r.status(), r.body().len(), t.elapsed());
        eprintln!("{}", String::from_utf8_lossy(&r.body()[..r.body().len().min(1800)]));
    }
}
