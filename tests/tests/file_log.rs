//! What the log and errors tell of files: which one no record has, and nothing that is secret. One test alone,
//! since a subscriber is for all of a process.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write;

use knack_emulator::Fault;
use knack_runtime::value::UploadedFile;
use knack_runtime::{Error, KnackObject, RecordId, Token, Upload};
use knack_tests::{Log, client_of, emulator};
use tracing::Level;

#[derive(Debug, KnackObject)]
#[knack(object = "object_4")]
struct Product {
    #[knack(key = "field_100", kind = "file")]
    data_sheet: Option<UploadedFile>,
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_files() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(log.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    let local = emulator().fault(Fault::cut_upload(300)).fault(Fault::cut_download(3)).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let (user, content) = (knack.with_token(Token::new("t0ken")), "s3cr3t".repeat(100));
    let upload = || Upload::from_bytes("a.txt", content.clone());

    let nobody: RecordId = "5f0000000000000000000bbb".parse().unwrap();
    let error = knack.attach::<Product>(nobody, Product::DATA_SHEET, upload()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    let wanted =
        "WARN knack_runtime::files::attach: the file is stored, and the record does not have it asset=";
    let mut shown = log.text();
    assert!(shown.contains(wanted), "{shown}");

    let product: RecordId = local.ids("object_4")[0].parse().unwrap();
    let product = knack.attach::<Product>(product, Product::DATA_SHEET, upload()).await.unwrap();
    let sheet = product.data_sheet.unwrap();
    assert_eq!(user.download(&sheet).bytes().await.unwrap(), content);
    local.inject(Fault::status(500, "trouble"));
    for error in [
        user.download(&sheet).bytes().await.unwrap_err(),
        user.download("https://h/a?signature=s3cr3t").at_most(1).bytes().await.unwrap_err(),
        user.upload_file(upload()).await.unwrap_err(),
        user.upload_file(upload().at_most(1)).await.unwrap_err(),
    ] {
        write!(shown, "{error} {error:?}").unwrap();
    }
    write!(shown, "{:?} {:?} {user:?}", user.download(&sheet), upload()).unwrap();
    shown += &log.text();
    assert!(shown.contains("knack.upload") && shown.contains("knack.download"), "{shown}");
    for secret in ["t0ken", "s3cr3t", local.api_key(), "signature", "/assets/", "/download/"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}
