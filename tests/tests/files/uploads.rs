//! Uploads to a local Knack.

use http::Method;
use knack_emulator::{Effect, Fault};
use knack_runtime::{Client, Error, KnackObject, Patch, Token, Upload};

use super::{Folder, Product, Told, content, on, product, shelf};
use knack_tests::client_of;

#[tokio::test(start_paused = true)]
async fn a_file_goes_up_and_on_to_its_record() {
    let (local, knack) = on(shelf());
    let (folder, told) = (Folder::new(), Told::default());
    let (path, bytes) = (folder.file("sheet.pdf"), content(300_000));
    std::fs::write(&path, &bytes).unwrap();

    let upload = Upload::from_path(&path).on_progress(told.teller());
    let product = knack.attach::<Product>(product(), Product::SHEET, upload).await.unwrap();
    let sheet = product.sheet.unwrap();
    assert_eq!((sheet.filename.as_str(), sheet.size), ("sheet.pdf", Some(300_000)));
    assert_eq!(knack.download(&sheet).bytes().await.unwrap(), bytes);

    let sent = &local.requests()[0];
    assert!(sent.path.ends_with("/assets/file/upload"), "{}", sent.path);
    assert_eq!(sent.headers["x-knack-rest-api-key"], local.api_key());
    assert_eq!(sent.headers["content-length"], sent.body.len().to_string().as_str());
    let body = String::from_utf8_lossy(&sent.body);
    assert!(body.contains("\r\nContent-Type: application/pdf\r\n\r\n"), "{}", &body[..200]);
    let done = told.done();
    assert!(done.len() > 1 && done.is_sorted(), "in pieces: {done:?}");
    assert_eq!(done.last(), Some(&300_000));
    assert_eq!(local.plan_left(), 998, "the upload and the update count, the download does not");
    assert_eq!(knack.usage().plan_left, Some(998));
}

#[tokio::test(start_paused = true)]
async fn an_image_goes_up_as_one() {
    let (local, knack) = on(shelf());
    let photo = Upload::from_bytes("IMG_1.png", content(10)).named("bike.png");
    let product = knack.attach::<Product>(product(), Product::PHOTO, photo).await.unwrap();
    let photo = product.photo.unwrap();
    assert_eq!((photo.filename.as_str(), photo.thumb_url.is_some()), ("bike.png", true));
    assert!(local.requests()[0].path.ends_with("/assets/image/upload"));
}

#[tokio::test(start_paused = true)]
async fn a_user_sends_the_token_and_never_the_key() {
    let (local, knack) = on(shelf());
    let user = knack.with_token(Token::new("t0ken"));
    user.upload_file(Upload::from_bytes("a.txt", "a")).await.unwrap();
    let nobody = Client::builder(local.application_id()).transport(local.transport()).build().unwrap();
    nobody.upload_file(Upload::from_bytes("a.txt", "a")).await.unwrap();

    let [by_user, by_nobody] = local.requests().try_into().unwrap();
    assert_eq!(by_user.headers["authorization"], "t0ken");
    assert!(!by_nobody.headers.contains_key("authorization"));
    for sent in [by_user, by_nobody] {
        assert_eq!(sent.headers["x-knack-rest-api-key"], "knack");
    }
}

#[tokio::test(start_paused = true)]
async fn names_are_made_safe() {
    let (local, knack) = on(shelf());
    for (name, sent) in [
        ("../../etc/passwd", "passwd"),
        ("a\"b\\.png", "a%22b%5C.png"),
        ("a\r\nX-Evil: 1\0.txt", "aX-Evil: 1.txt"),
        ("Überblick.pdf", "Überblick.pdf"),
    ] {
        local.forget_requests();
        knack.upload_file(Upload::from_bytes(name, "x")).await.unwrap();
        let body = local.requests()[0].body.clone();
        let wanted = format!("; name=\"files\"; filename=\"{sent}\"\r\n");
        assert!(String::from_utf8_lossy(&body).contains(&wanted), "{name}");
    }
    local.forget_requests();
    for name in ["", " ", "..", "a/", "\n"] {
        let error = knack.upload_file(Upload::from_bytes(name, "x")).await.unwrap_err();
        assert_eq!(error.to_string(), "upload was not done: the file has no name; give it one by `named`");
    }
    assert!(local.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_not_sent() {
    let (local, knack) = on(shelf());
    let folder = Folder::new();
    let missing = knack.upload_file(Upload::from_path(folder.file("none.pdf"))).await.unwrap_err();
    let Error::Local { trouble, .. } = &missing else { panic!("{missing}") };
    assert_eq!(trouble.kind(), std::io::ErrorKind::NotFound);
    let shown = missing.to_string();
    assert!(
        shown.starts_with("upload failed here: reading `") && shown.ends_with("; check the path"),
        "{shown}"
    );

    let folder = knack.upload_file(Upload::from_path(&folder.0)).await.unwrap_err();
    assert!(folder.to_string().contains("it is no regular file"), "{folder}");
    assert!(!folder.is_retryable());

    let long = Upload::from_bytes("a.bin", content(11)).at_most(10);
    let long = knack.upload_file(long).await.unwrap_err();
    assert!(
        matches!(&long, Error::Invalid { problem, .. } if problem.contains("more than the 10 bytes")),
        "{long}"
    );
    assert_eq!(local.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_cut_is_sent_again() {
    let (local, knack) = on(shelf().fault(Fault::cut_upload(1_000)));
    let told = Told::default();
    let upload = Upload::from_bytes("a.bin", content(5_000)).on_progress(told.teller());
    let file = knack.upload_file(upload).await.unwrap();
    assert_eq!(knack.download(&file).bytes().await.unwrap(), content(5_000));
    assert_eq!(told.done(), [5_000, 5_000], "each attempt begins at zero");
    let [cut, whole] = [0, 1].map(|n| local.requests()[n].clone());
    assert_eq!((cut.status, cut.body.len(), whole.status), (None, 1_000, Some(200)));

    // Nobody answers: after a few attempts that is what the error says, and no record has anything.
    local.inject(Fault::new(Effect::DropBefore).method(Method::POST));
    let upload = Upload::from_bytes("b.bin", content(5_000));
    let error = knack.attach::<Product>(product(), Product::SHEET, upload).await.unwrap_err();
    assert!(error.to_string().starts_with("upload failed: the connection broke"), "{error}");
    assert!(error.is_retryable());
    assert!(Product::get(&knack, product()).await.unwrap().sheet.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_upload_waits_and_is_refused_like_any_call() {
    let (local, knack) = on(shelf().fault(Fault::throttle().first(2)));
    knack.upload_file(Upload::from_bytes("a.bin", content(5))).await.unwrap();
    assert_eq!((local.refused(), knack.usage().refused), (2, 2));

    let (local, knack) = on(shelf().fault(Fault::status(413, "Payload Too Large")));
    let error = knack.upload_file(Upload::from_bytes("a.bin", content(5))).await.unwrap_err();
    assert_eq!(error.to_string(), "upload failed (413 Payload Too Large): Payload Too Large");
    assert_eq!(local.calls(), 1);

    let (local, knack) = on(shelf().daily_calls(1));
    knack.upload_file(Upload::from_bytes("a.bin", content(5))).await.unwrap();
    let error = knack.upload_file(Upload::from_bytes("a.bin", content(5))).await.unwrap_err();
    assert!(matches!(error, Error::PlanExhausted { .. }), "{error}");
    assert_eq!(local.refused(), 0);
}

#[tokio::test(start_paused = true)]
async fn twenty_at_once_keep_the_limits() {
    let (local, knack) = on(shelf());
    let tasks = (0..20).map(|n| {
        let knack = knack.clone();
        tokio::spawn(
            async move { knack.upload_file(Upload::from_bytes(format!("{n}.bin"), content(n))).await },
        )
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    assert_eq!((local.calls(), local.refused()), (20, 0));
}

#[tokio::test(start_paused = true)]
async fn what_an_upload_gives_back_is_a_value() {
    let local = shelf().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let file = knack.upload_file(Upload::from_bytes("a.txt", "a")).await.unwrap();
    let patch = Patch::<Product>::new().set(Product::SHEET, &file);
    let product = Product::create(&knack, &patch).await.unwrap();
    assert_eq!(product.sheet.unwrap().id, file.id);
    let shown = format!("{:?}", Upload::from_bytes("a.txt", "s3cr3t"));
    assert_eq!(shown, "Upload { name: \"a.txt\", limit: 250000000, .. }");
}

#[tokio::test(start_paused = true)]
async fn all_that_wait_for_the_plan_go_when_it_is_new() {
    let (local, knack) = on(shelf().daily_calls(20));
    // The last is kept for calls that a person waits for.
    for _ in 0..19 {
        knack.upload_file(Upload::from_bytes("a.bin", content(5))).await.unwrap();
    }
    let patient = knack.wait_for_plan(true);
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let knack = patient.clone();
            tokio::spawn(async move {
                knack.upload_file(Upload::from_bytes(format!("{n}.bin"), content(n))).await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(local.calls() - local.refused(), 27, "one asks now and then whether it is new");
}
