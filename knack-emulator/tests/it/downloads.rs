//! Downloads: where addresses lead, who may follow them, and parts of files.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use knack_core::transport::{Failure, Transport};
use knack_emulator::{Effect, Emulator, Fault};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::uploads::{form, shelf, upload};
use crate::{create, get, header};

async fn fetch(knack: &Emulator, url: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut request = Request::get(url).body(Bytes::new()).unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    knack.transport().send(request).await.unwrap()
}

/// An emulator with an upload in a field of a record, and the address in the record.
async fn holding(knack: Emulator, field: &str, content: &[u8]) -> (Emulator, String) {
    let told = upload(&knack, "file", "a b.txt", content).await;
    let made = create(&knack, "object_1", json!({field: told["id"]})).await;
    let url = made[format!("{field}_raw")]["url"].as_str().unwrap().to_owned();
    (knack, url)
}

#[tokio::test(start_paused = true)]
async fn an_address_sends_on_to_the_file() {
    let (knack, url) = holding(shelf().build().unwrap(), "field_1", b"0123456789").await;
    let calls = knack.plan_left();
    let sent_on = fetch(&knack, &url, &[]).await;
    assert_eq!(sent_on.status(), 302);
    let file = fetch(&knack, &header(&sent_on, "location"), &[]).await;
    assert_eq!((file.status().as_u16(), &file.body()[..]), (200, &b"0123456789"[..]));
    for (name, value) in
        [("content-length", "10"), ("content-type", "application/x-test"), ("accept-ranges", "bytes")]
    {
        assert_eq!(header(&file, name), value);
    }
    assert!(header(&file, "etag").starts_with('"'));
    assert_eq!(knack.plan_left(), calls, "no call of the API");
    for wrong in [url.replace("a%20b", "c"), url.replace("5f00", "5e00"), url.replace("asset/", "asset/0")] {
        assert_eq!(fetch(&knack, &wrong, &[]).await.status(), 404, "{wrong}");
    }

    let (knack, url) = holding(shelf().direct_downloads(true).build().unwrap(), "field_1", b"01").await;
    assert_eq!(&fetch(&knack, &url, &[]).await.body()[..], b"01");
}

#[tokio::test(start_paused = true)]
async fn secure_files_want_a_session() {
    let (knack, url) = holding(shelf().build().unwrap(), "field_2", b"secret").await;
    assert_eq!(fetch(&knack, &url, &[]).await.status(), 401);
    assert_eq!(fetch(&knack, &url, &[("authorization", " ")]).await.status(), 401);
    let sent_on = fetch(&knack, &url, &[("authorization", "token")]).await;
    let signed = header(&sent_on, "location");
    assert_eq!(&fetch(&knack, &signed, &[]).await.body()[..], b"secret", "the address needs no token");
    let (unsigned, _) = signed.split_once('?').unwrap();
    assert_eq!(fetch(&knack, unsigned, &[]).await.status(), 403);
    assert_eq!(fetch(&knack, &format!("{unsigned}?signature=0"), &[]).await.status(), 403);
}

#[tokio::test(start_paused = true)]
async fn a_download_goes_on_where_it_ended() {
    let knack = shelf().direct_downloads(true).build().unwrap();
    let (knack, url) = holding(knack, "field_1", b"0123456789").await;
    let etag = header(&fetch(&knack, &url, &[]).await, "etag");
    let part = fetch(&knack, &url, &[("range", "bytes=4-"), ("if-range", &etag)]).await;
    assert_eq!((part.status().as_u16(), &part.body()[..]), (206, &b"456789"[..]));
    assert_eq!(header(&part, "content-range"), "bytes 4-9/10");
    assert_eq!((header(&part, "content-length").as_str(), header(&part, "etag")), ("6", etag));
    let changed = fetch(&knack, &url, &[("range", "bytes=4-"), ("if-range", "\"other\"")]).await;
    assert_eq!((changed.status().as_u16(), changed.body().len()), (200, 10));
    let beyond = fetch(&knack, &url, &[("range", "bytes=10-")]).await;
    assert_eq!((beyond.status().as_u16(), header(&beyond, "content-range").as_str()), (416, "bytes */10"));

    let plain = shelf().direct_downloads(true).download_ranges(false).build().unwrap();
    let (plain, url) = holding(plain, "field_1", b"0123456789").await;
    let whole = fetch(&plain, &url, &[("range", "bytes=4-")]).await;
    assert_eq!((whole.status().as_u16(), whole.body().len()), (200, 10));
    assert!(!whole.headers().contains_key("accept-ranges"));
}

#[tokio::test(start_paused = true)]
async fn what_records_tell_of_can_be_fetched() {
    let knack = Emulator::builder().sample().build().unwrap();
    for (object, field) in [("object_4", "field_100"), ("object_3", "field_91")] {
        let path = format!("/objects/{object}/records?format=raw&rows_per_page=1000");
        let list = get(&knack, &path).await;
        let raw =
            list["records"].as_array().unwrap().iter().map(|r| &r[field]).find(|r| r.is_object()).unwrap();
        let file = fetch(&knack, raw["url"].as_str().unwrap(), &[]).await;
        assert_eq!((file.status().as_u16(), json!(file.body().len())), (200, raw["size"].clone()));
        let (app, id, name) = (knack.application_id(), &raw["id"], &raw["filename"]);
        let (id, name) = (id.as_str().unwrap(), name.as_str().unwrap());
        let download = format!("/v1/applications/{app}/download/asset/{id}/{name}");
        let sent_on = header(&fetch(&knack, &download, &[]).await, "location");
        assert_eq!(fetch(&knack, &sent_on, &[]).await.body(), file.body());
    }
    let list = get(&knack, "/objects/object_1/records?format=raw&rows_per_page=100").await;
    let logos = list["records"].as_array().unwrap().iter().filter_map(|r| r["field_82"].as_str());
    let logo = logos.map(str::to_owned).find(|url| !url.is_empty()).unwrap();
    let image = fetch(&knack, &logo, &[]).await;
    assert_eq!((image.status().as_u16(), header(&image, "content-type").as_str()), (200, "image/png"));
    assert_eq!(fetch(&knack, "https://example.com/logos/none.png", &[]).await.status(), 404);
}

#[tokio::test(start_paused = true)]
async fn a_download_can_break_once() {
    let knack = shelf().fault(Fault::cut_download(4)).build().unwrap();
    let (knack, url) = holding(knack, "field_1", b"0123456789").await;
    let public = header(&fetch(&knack, &url, &[]).await, "location");
    let request = || Request::get(&public).body(Bytes::new()).unwrap();
    let error = knack.transport().send(request()).await.unwrap_err();
    assert_eq!(error.failure(), Failure::Truncated);
    assert_eq!(knack.transport().send(request()).await.unwrap().body().len(), 10);
    knack.inject(Fault::status(503, "later").path("/assets/").nth(1));
    assert_eq!(knack.transport().send(request()).await.unwrap().status(), 503);
    let changed = Effect::Header { name: "etag".to_owned(), value: "\"other\"".to_owned() };
    knack.inject(Fault::new(changed).method(Method::GET));
    assert_eq!(header(&knack.transport().send(request()).await.unwrap(), "etag"), "\"other\"");
}

/// What a server on a socket answers; `None` where the connection breaks.
async fn exchange(address: std::net::SocketAddr, head: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        format!("{head}\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec()))
}

#[tokio::test]
async fn on_a_socket_addresses_lead_back_to_it() {
    let knack = shelf().fault(Fault::cut_upload(100)).fault(Fault::cut_download(4)).build().unwrap();
    let server = knack.serve().await.unwrap();
    let (address, app) = (server.address(), knack.application_id());
    let head = format!(
        "POST /v1/applications/{app}/assets/image/upload HTTP/1.1\r\nX-Knack-Application-Id: {app}\r\n\
         X-Knack-REST-API-Key: knack\r\nContent-Type: multipart/form-data; boundary=XX"
    );
    let body = form("files", "a.png", b"0123456789");
    assert_eq!(exchange(address, &head, &body).await, None, "cut on its way");
    let (_, told) = exchange(address, &head, &body).await.unwrap();
    let told: Value = serde_json::from_slice(&told).unwrap();
    let url = told["public_url"].as_str().unwrap();
    let path = url.strip_prefix(&server.url()).expect(url);

    let (head, cut) = exchange(address, &format!("GET {path} HTTP/1.1"), b"").await.unwrap();
    assert_eq!(&cut[..], b"0123", "{head}");
    assert!(head.to_lowercase().contains("content-length: 10"), "{head}");
    let rest = format!("GET {path} HTTP/1.1\r\nRange: bytes={}-", cut.len());
    let (head, rest) = exchange(address, &rest, b"").await.unwrap();
    assert!(head.starts_with("HTTP/1.1 206"), "{head}");
    assert_eq!([cut, rest].concat(), b"0123456789");
}

#[tokio::test(start_paused = true)]
async fn strange_requests_are_answered() {
    let (knack, url) = holding(shelf().build().unwrap(), "field_1", b"0123456789").await;
    for path in
        ["/", "/assets", "/assets/a/b/original/c", "/%ff/%00", "/v1/applications/a/download/asset//", "//"]
    {
        assert!(fetch(&knack, path, &[]).await.status().is_client_error(), "{path}");
    }
    for host in ["a\"b", "user@evil.example:80", "[::1", ":::"] {
        let mut headers = HeaderMap::new();
        headers.insert("host", host.parse().unwrap());
        let mut request = Request::get(url.replace("https://api.knack.com", "")).body(Bytes::new()).unwrap();
        *request.headers_mut() = headers;
        let sent_on = header(&knack.transport().send(request).await.unwrap(), "location");
        assert!(sent_on.starts_with("http") && !sent_on.contains(['"', '@']), "{sent_on}");
    }
}
