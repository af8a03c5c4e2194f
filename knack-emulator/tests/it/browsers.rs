//! What browsers ask beside the API: leave to call, scripts, what is still the same.

use bytes::Bytes;
use http::{Method, Request, Response};
use knack_core::transport::Transport;
use knack_emulator::Emulator;
use serde_json::Value;

use crate::{header, shop};

async fn ask(knack: &Emulator, method: Method, path: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(format!("/v1{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    knack.transport().send(request.body(Bytes::new()).unwrap()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn other_sites_may_call() {
    let knack = shop().rate_limit(1).build().unwrap();
    let (app, key) = (knack.application_id(), knack.api_key());
    let site = ("Origin", "https://shop.example");
    let asked = [site, ("Access-Control-Request-Method", "PUT")];
    let leave = ask(&knack, Method::OPTIONS, "/objects/object_1/records/x", &asked).await;
    assert_eq!((leave.status().as_u16(), leave.body().len()), (204, 0));
    assert_eq!(header(&leave, "access-control-allow-origin"), site.1);
    assert_eq!(header(&leave, "access-control-allow-credentials"), "true");
    assert_eq!(header(&leave, "access-control-allow-methods"), "GET, POST, OPTIONS, PUT, DELETE");
    let allowed = header(&leave, "access-control-allow-headers");
    for name in ["Authorization", "Content-Type", "X-Knack-Application-Id", "X-Knack-REST-API-Key"] {
        assert!(allowed.split(", ").any(|one| one == name), "{name} in {allowed}");
    }

    let keys = [site, ("X-Knack-Application-Id", app), ("X-Knack-REST-API-Key", key)];
    for status in [200, 429] {
        let told = ask(&knack, Method::GET, "/objects/object_1/records", &keys).await;
        assert_eq!(told.status(), status, "asking for leave takes no place in the second");
        assert_eq!(header(&told, "access-control-allow-origin"), site.1);
        assert!(header(&told, "access-control-expose-headers").contains("X-PlanLimit-Remaining"));
    }
    let refused = ask(&knack, Method::GET, "/objects/object_1/records", &[site]).await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "access-control-allow-origin").as_str()),
        (401, site.1)
    );
    let program = ask(&knack, Method::GET, "/objects", &[]).await;
    assert_eq!(header(&program, "access-control-allow-origin"), "", "a program is not told");
    assert_eq!(knack.plan_left(), 999);
}

#[tokio::test(start_paused = true)]
async fn json_comes_as_a_script_too() {
    let knack = shop().build().unwrap();
    let keys =
        [("X-Knack-Application-Id", knack.application_id()), ("X-Knack-REST-API-Key", knack.api_key())];
    let script = async |query: &str| {
        let told = ask(&knack, Method::GET, &format!("/objects{query}"), &keys).await;
        (header(&told, "content-type"), String::from_utf8(told.body().to_vec()).unwrap())
    };
    let (kind, json) = script("").await;
    assert_eq!(kind, "application/json; charset=utf-8");
    for (query, name) in [
        ("?callback=show", "show"),
        ("?_=1&callback=a.b%5B0%5D", "a.b[0]"),
        ("?callback=alert(1)//", "alert1"),
    ] {
        let (kind, body) = script(query).await;
        assert_eq!(kind, "text/javascript; charset=utf-8");
        assert_eq!(body, format!("/**/ typeof {name} === 'function' && {name}({json});"));
    }
    for query in ["?callback=", "?callback=%28%29", "?no_callback=show"] {
        assert_eq!(script(query).await.1, json, "{query}");
    }
    let denied = ask(&knack, Method::GET, "/objects?callback=show", &[]).await;
    assert_eq!(&denied.body()[..], b"Invalid API Request", "what is no JSON stays");
}

#[tokio::test(start_paused = true)]
async fn a_dump_that_is_known_does_not_come_again() {
    let knack = shop().build().unwrap();
    let path = format!("/applications/{}", knack.application_id());
    let whole = ask(&knack, Method::GET, &path, &[]).await;
    let tag = header(&whole, "etag");
    assert!(tag.starts_with(&format!("W/\"{:x}-", whole.body().len())), "{tag}");
    let strong = tag.trim_start_matches("W/").to_owned();
    for (known, status) in [
        (tag.clone(), 304),
        (strong, 304),
        (format!("\"other\", {tag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
        (String::new(), 200),
    ] {
        let told = ask(&knack, Method::GET, &path, &[("If-None-Match", &known)]).await;
        assert_eq!(told.status(), status, "{known}");
        assert_eq!(header(&told, "etag"), tag);
        assert_eq!(told.body().is_empty(), status == 304);
    }
    let mut dump: Value = crate::shop_dump();
    dump["application"]["name"] = "Other".into();
    let changed = Emulator::builder().application(dump).build().unwrap();
    assert_eq!(ask(&changed, Method::GET, &path, &[("If-None-Match", &tag)]).await.status(), 200);
}
