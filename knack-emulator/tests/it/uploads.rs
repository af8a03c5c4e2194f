//! Uploads, and records that are given them.

use bytes::Bytes;
use http::{Request, Response};
use knack_core::transport::{Failure, Transport};
use knack_emulator::{Builder, Emulator, Fault};
use serde_json::{Value, json};

use crate::{create, get};

/// Products with a data sheet, a secure contract and a photo.
pub(crate) fn shelf() -> Builder {
    let field = |key: &str, kind: &str, format: Value| json!({"key": key, "name": key, "type": kind, "format": format});
    Emulator::builder().rate_limit(100).application(json!({"id": "5f00000000000000000000aa", "objects": [
    {"key": "object_1", "name": "Products", "fields": [
        field("field_1", "file", json!({"secure": false})),
        field("field_2", "file", json!({"secure": true})),
        field("field_3", "image", json!({"source": "upload"})),
        field("field_4", "image", json!({"source": "url"})),
    ]}]}))
}

/// A form with one file.
pub(crate) fn form(name: &str, filename: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\n\
         Content-Type: application/x-test\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--XX--\r\n"].concat()
}

pub(crate) async fn send(
    knack: &Emulator,
    kind: &str,
    key: &str,
    body: Vec<u8>,
) -> Result<Response<Bytes>, knack_core::transport::TransportError> {
    let app = knack.application_id();
    let request = Request::post(format!("https://api.knack.com/v1/applications/{app}/assets/{kind}/upload"))
        .header("X-Knack-Application-Id", app)
        .header("X-Knack-REST-API-Key", key)
        .header("Content-Type", "multipart/form-data; boundary=XX")
        .body(body.into())
        .unwrap();
    knack.transport().send(request).await
}

pub(crate) async fn upload(knack: &Emulator, kind: &str, filename: &str, content: &[u8]) -> Value {
    let response = send(knack, kind, "knack", form("files", filename, content)).await.unwrap();
    assert_eq!(response.status(), 200, "{:?}", response.body());
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_file_becomes_the_value_of_a_record() {
    let knack = shelf().build().unwrap();
    let app = knack.application_id();
    let told = upload(&knack, "file", "My sheet.pdf", b"0123456789").await;
    let id = told["id"].as_str().unwrap();
    assert!(id.len() == 24 && id.bytes().all(|c| c.is_ascii_hexdigit()), "{id}");
    assert_eq!(
        told,
        json!({"id": id, "type": "file", "filename": "My sheet.pdf", "thumb_url": "", "size": 10,
            "public_url": format!("https://api.knack.com/assets/{app}/{id}/original/My%20sheet.pdf")})
    );
    assert_eq!(knack.plan_left(), 999, "an upload is a call");

    let made = create(&knack, "object_1", json!({"field_1": id})).await;
    let url = format!("https://api.knack.com/v1/applications/{app}/download/asset/{id}/My%20sheet.pdf");
    assert_eq!(
        made["field_1_raw"],
        json!({"id": id, "application_id": app, "s3": true, "type": "file", "filename": "My sheet.pdf",
            "url": url, "thumb_url": "", "size": 10, "field_key": "field_1"})
    );
    let shown = format!(
        "<a class=\"kn-view-asset\" data-field-key=\"field_1\" data-asset-id=\"{id}\" \
         data-file-name=\"My sheet.pdf\" href=\"{url}\">My sheet.pdf</a>"
    );
    assert_eq!(made["field_1"], shown);
    let path = format!("/objects/object_1/records/{}", made["id"].as_str().unwrap());
    assert_eq!(get(&knack, &path).await, made);
}

#[tokio::test(start_paused = true)]
async fn an_image_has_a_thumb() {
    let knack = shelf().asset_host("https://files.example/").build().unwrap();
    let told = upload(&knack, "image", "a.png", b"png").await;
    let (app, id) = (knack.application_id(), told["id"].as_str().unwrap());
    let [url, thumb] =
        ["original", "thumb"].map(|size| format!("https://files.example/assets/{app}/{id}/{size}/a.png"));
    assert_eq!((&told["public_url"], &told["thumb_url"]), (&json!(url), &json!(thumb)));
    let made =
        create(&knack, "object_1", json!({"field_3": id, "field_4": "https://example.com/b.png"})).await;
    let raw = &made["field_3_raw"];
    assert_eq!((&raw["type"], &raw["url"], &raw["thumb_url"]), (&json!("image"), &json!(url), &json!(thumb)));
    assert_eq!(made["field_3"], format!("<img src=\"{url}\" />"));
    assert_eq!(made["field_4_raw"], "https://example.com/b.png");
}

#[tokio::test(start_paused = true)]
async fn names_cannot_leave_their_place() {
    let knack = shelf().build().unwrap();
    for (given, kept, in_url) in [
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\temp\\a b.txt", "a b.txt", "a%20b.txt"),
        ("a\\\"><script>.svg", "ascript.svg", "ascript.svg"),
        ("a?b#c/d%2Fe.txt", "d%2Fe.txt", "d%252Fe.txt"),
        ("Überblick.pdf", "Überblick.pdf", "%C3%9Cberblick.pdf"),
        ("..", "file", "file"),
    ] {
        let told = upload(&knack, "file", given, b"x").await;
        assert_eq!(told["filename"], kept, "{given}");
        let url = told["public_url"].as_str().unwrap();
        assert!(url.ends_with(&format!("/original/{in_url}")), "{url}");
        let made = create(&knack, "object_1", json!({"field_1": told["id"]})).await;
        assert_eq!(made["field_1"].as_str().unwrap().matches('<').count(), 2, "{made}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_upload_is_refused() {
    let knack = shelf().largest_upload(10).build().unwrap();
    let whole = form("files", "a.txt", b"0123456789");
    let cut = whole[..whole.len() - 8].to_vec();
    for (kind, body, status) in [
        ("file", whole.clone(), 200),
        ("file", form("files", "a.txt", b""), 200),
        ("image", form("files", "no image", b"x"), 200),
        ("file", form("files", "a.txt", b"0123456789+"), 413),
        ("file", form("file", "a.txt", b"x"), 400),
        ("file", form("files", " ", b"x"), 400),
        ("file", b"--XX\r\nContent-Disposition: form-data; name=\"files\"\r\n\r\nx\r\n--XX--".to_vec(), 400),
        ("file", cut, 400),
        ("file", Vec::new(), 400),
        ("file", b"{}".to_vec(), 400),
        ("video", whole.clone(), 401),
    ] {
        let response = send(&knack, kind, "knack", body.clone()).await.unwrap();
        assert_eq!(response.status(), status, "{kind} {}", String::from_utf8_lossy(&body));
    }
    assert_eq!(send(&knack, "file", "", whole.clone()).await.unwrap().status(), 401);
    assert_eq!(send(&knack, "file", knack.api_key(), whole).await.unwrap().status(), 200);
    let elsewhere = Request::post("/v1/applications/5f00000000000000000000bb/assets/file/upload")
        .header("X-Knack-Application-Id", knack.application_id())
        .header("X-Knack-REST-API-Key", "knack")
        .body(Bytes::new())
        .unwrap();
    assert_eq!(knack.transport().send(elsewhere).await.unwrap().status(), 400);
}

#[tokio::test(start_paused = true)]
async fn an_upload_can_break_in_the_middle() {
    let knack = shelf().fault(Fault::cut_upload(50)).build().unwrap();
    let body = form("files", "a.txt", &[b'x'; 1_000]);
    let error = send(&knack, "file", "knack", body.clone()).await.unwrap_err();
    assert_eq!(error.failure(), Failure::Broken);
    assert_eq!((knack.calls(), knack.plan_left()), (1, 1_000), "it came, but was not counted");
    let seen = knack.requests();
    assert_eq!((seen[0].status, seen[0].body.len()), (None, 50));
    assert_eq!(send(&knack, "file", "knack", body).await.unwrap().status(), 200, "once only");
}
