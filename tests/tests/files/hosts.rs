//! Who is told what: credentials, addresses that lead elsewhere, odd servers.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use knack_runtime::transport::whole;
use knack_runtime::{Client, Error, StoredFile, Token, Upload};
use knack_tests::{APP, KEY};
use tokio::time::Instant;

use super::{
    EMAIL, Folder, PASSWORD, Pieces, Product, Wire, answer, content, on, pieces, product, shelf,
    silence_after, stored,
};

#[tokio::test(start_paused = true)]
async fn a_secure_file_wants_a_user() {
    let (local, knack) = on(shelf());
    let upload = Upload::from_bytes("contract.pdf", content(10));
    let product = knack.attach::<Product>(product(), Product::CONTRACT, upload).await.unwrap();
    let contract = product.contract.unwrap();
    let error = knack.download(&contract).bytes().await.unwrap_err();
    assert!(matches!(error, Error::Auth { .. }), "{error}");
    let user = knack.login(EMAIL, PASSWORD).await.unwrap();
    assert_eq!(user.download(&contract).bytes().await.unwrap(), content(10));
    local.expire_sessions();
    assert_eq!(user.download(&contract).bytes().await.unwrap(), content(10), "the session is renewed");
    local.expire_sessions();
    user.upload_file(Upload::from_bytes("again.pdf", content(10))).await.expect("and here as well");
    let stranger = knack.with_token(Token::new("t0ken"));
    let error = stranger.download(&contract).bytes().await.unwrap_err();
    assert!(matches!(error, Error::SessionOver { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn other_hosts_are_told_nothing() {
    let (local, knack) = on(shelf().asset_host("https://files.example"));
    let file = stored(&local, &knack, content(10)).await;
    let public = format!("https://files.example/assets/{APP}/{}/original/sheet.pdf", file.id);
    let user = knack.with_token(Token::new("t0ken"));
    user.download(&file).bytes().await.unwrap();
    user.download(&public).bytes().await.unwrap();
    let seen = local.requests();
    assert_eq!(seen.len(), 3);
    let header = |n: usize, name: &str| seen[n].headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header(0, "authorization"), Some("t0ken"));
    assert_eq!(header(0, "x-knack-rest-api-key"), Some("knack"));
    assert_eq!(header(0, "x-knack-application-id"), Some(APP));
    for n in [1, 2] {
        let mut names: Vec<&str> = seen[n].headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "accept-encoding", "user-agent"], "{}", seen[n].path);
    }
}

/// Which credentials each address of a chain sees.
async fn chain(base: &str, links: &[&str]) -> (Vec<(String, bool)>, Result<usize, Error>) {
    let seen: Arc<Mutex<Vec<(String, HeaderMap)>>> = Arc::default();
    let (log, next) = (Arc::clone(&seen), links.iter().map(|&link| link.to_owned()).collect::<Vec<_>>());
    let wire = Wire::new(move |n, request| {
        log.lock().unwrap().push((request.uri().to_string(), request.headers().clone()));
        let next = next.get(n + 1).cloned();
        async move {
            Ok(match next {
                Some(next) => answer(302, &[("location", &next)], whole("Found")),
                None => answer(200, &[], whole("file")),
            })
        }
    });
    let knack = Client::builder(APP)
        .api_key(KEY)
        .base_url(base)
        .allow_plain_http()
        .transport(wire.clone())
        .build()
        .unwrap();
    let got = knack.with_token(Token::new("t0ken")).download(links[0]).bytes().await;
    let seen = seen.lock().unwrap();
    assert!(seen.iter().all(|(_, headers)| !format!("{headers:?}").contains(KEY)), "no key with downloads");
    let told = |headers: &HeaderMap| {
        let all = ["x-knack-application-id", "x-knack-rest-api-key", "authorization"];
        let told = all.map(|name| headers.contains_key(name));
        assert!(told == [true; 3] || told == [false; 3], "{headers:?}");
        told[0]
    };
    let seen = seen.iter().map(|(url, headers)| (url.clone(), told(headers))).collect();
    (seen, got.map(|bytes| bytes.len()))
}

#[tokio::test(start_paused = true)]
async fn credentials_stay_where_they_belong() {
    let (seen, got) = chain(
        "http://knack.internal:4711/v1",
        &[
            "http://knack.internal:4711/a",
            "https://eu-api.knack.com/b",
            "https://api.knack.com.evil.example/c",
            "/d?signature=s3cr3t#e",
            "//api.knack.com/f",
            "https://knack.internal:4711/g",
        ],
    )
    .await;
    let told: Vec<bool> = seen.iter().map(|(_, told)| *told).collect();
    assert_eq!(told, [true, true, false, false, true, false]);
    assert_eq!(seen[3].0, "https://api.knack.com.evil.example/d?signature=s3cr3t");
    assert_eq!(got.unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn addresses_that_lead_astray_are_not_followed() {
    let start = "https://api.knack.com/a?token=s3cr3t";
    for (leads_to, wanted) in [
        (
            "http://api.knack.com/b?token=s3cr3t",
            "it leads elsewhere, and the file's address is not encrypted",
        ),
        ("file:///etc/passwd", "it leads elsewhere, and the file's address has no host"),
        ("https://s3cr3t@h/", "it leads elsewhere, and the file's address has a user name or password in it"),
    ] {
        let (seen, got) = chain("https://api.knack.com/v1", &[start, leads_to]).await;
        let error = got.unwrap_err();
        assert_eq!(error.to_string(), format!("download failed (302 Found): {wanted}"));
        assert_eq!(seen.len(), 1);
        assert!(!format!("{error:?}").contains("s3cr3t"));
    }
    let (seen, got) = chain("https://api.knack.com/v1", &[start; 9]).await;
    assert_eq!(seen.len(), 6);
    assert!(got.unwrap_err().to_string().ends_with("it leads elsewhere more than 5 times"));
    for (url, wanted) in [
        ("http://api.knack.com/s3cr3t", "not encrypted"),
        ("ftp://h/s3cr3t", "not encrypted"),
        ("s3cr3t", "no URL"),
        ("", "no URL"),
    ] {
        let (seen, got) = chain("https://api.knack.com/v1", &[url]).await;
        let error = got.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains(wanted), "{error}");
        assert!(seen.is_empty() && !format!("{error:?}").contains("s3cr3t"));
    }
    assert_eq!(format!("{:?}", StoredFile::from(start)), "StoredFile { name: Some(\"a\"), size: None, .. }");
}

#[tokio::test(start_paused = true)]
async fn what_other_hosts_refuse_holds_nobody_here() {
    let wire = Wire::new(|n, _| async move {
        Ok(match n {
            0 => answer(429, &[("retry-after", "200"), ("x-planlimit-remaining", "0")], whole("slow down")),
            _ => answer(200, &[("x-planlimit-remaining", "0")], whole("file")),
        })
    });
    let (knack, began) = (wire.client(), Instant::now());
    knack.download("https://files.example/a").bytes().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "tried again as any trouble is");
    assert_eq!((knack.usage().plan_left, knack.usage().refused), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn what_other_hosts_say_is_in_no_error() {
    for status in [403, 404, 503] {
        let wire = Wire::new(move |_, _| async move {
            Ok(answer(status, &[], whole("denied: https://h/a?signature=s3cr3t")))
        });
        let error = wire.client().download("https://h/a?signature=s3cr3t").bytes().await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&status.to_string()) && !shown.contains("s3cr3t"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn parts_that_were_not_asked_for_are_not_put_together() {
    let tag = ("etag", "\"v1\"");
    let first = move || answer(200, &[("content-length", "10"), tag], pieces(vec![Ok("01234".into())]));
    let part = |range: &'static str, tag: &'static str, body: &'static str| {
        answer(206, &[("content-range", range), ("etag", tag)], whole(body))
    };
    let odd: [Box<dyn Fn() -> _ + Send + Sync>; 7] = [
        Box::new(move || part("bytes 4-9/10", "\"v1\"", "456789")),
        Box::new(move || part("bytes 5-9/10", "\"v2\"", "56789")),
        Box::new(move || part("lines 5-9/10", "\"v1\"", "56789")),
        Box::new(move || answer(416, &[("content-range", "bytes */7")], whole("InvalidRange"))),
        Box::new(move || answer(416, &[("content-range", "bytes */5")], whole("InvalidRange"))),
        Box::new(move || answer(206, &[("content-range", "bytes 5-7/8")], whole("567"))),
        Box::new(move || answer(204, &[], whole(""))),
    ];
    for odd in odd {
        let wire = Wire::new(move |n, request| {
            let ranged = request.headers().contains_key("range");
            let answer = match n {
                0 => first(),
                1 => odd(),
                _ => answer(200, &[("content-length", "10")], whole("abcdefghij")),
            };
            async move {
                assert_eq!(ranged, n == 1);
                Ok(answer)
            }
        });
        let folder = Folder::new();
        wire.client().download("https://h/a").to_file(folder.file("a")).await.unwrap();
        assert_eq!(std::fs::read(folder.file("a")).unwrap(), b"abcdefghij");
        assert_eq!(wire.count(), 3);
    }
    // Cut at its very end, where its length was not told.
    let wire = Wire::new(move |n, _| async move {
        let cut = || std::io::Error::other("cut");
        Ok(match n {
            0 => answer(200, &[tag], pieces(vec![Ok("01234".into()), Err(cut())])),
            _ => answer(416, &[("content-range", "bytes */5")], whole("InvalidRange")),
        })
    });
    assert_eq!(wire.client().download("https://h/a").bytes().await.unwrap(), "01234");
}

#[tokio::test(start_paused = true)]
async fn a_part_that_ends_too_early_is_no_end() {
    let tag = ("etag", "\"v1\"");
    let wire = Wire::new(move |n, _| async move {
        let open = [("content-range", "bytes 5-6/*"), ("content-length", "2"), tag];
        Ok(match n {
            0 => answer(200, &[("content-length", "10"), tag], pieces(vec![Ok("01234".into())])),
            1 => answer(206, &open, whole("56")),
            _ => answer(206, &[("content-range", "bytes 7-9/10"), tag], whole("789")),
        })
    });
    assert_eq!(wire.client().download("https://h/a").bytes().await.unwrap(), "0123456789");
}

#[tokio::test(start_paused = true)]
async fn a_download_has_time_as_long_as_it_moves() {
    let tag = ("etag", "\"v1\"");
    let wire = Wire::new(move |n, _| async move {
        Ok(match n {
            0 => answer(200, &[("content-length", "10"), tag], silence_after("01234".into())),
            1 => answer(206, &[("content-range", "bytes 5-9/10"), tag], silence_after("567".into())),
            2 => std::future::pending().await,
            _ => answer(206, &[("content-range", "bytes 8-9/10"), tag], whole("89")),
        })
    });
    let began = Instant::now();
    assert_eq!(wire.client().download("https://h/a").bytes().await.unwrap(), "0123456789");
    assert_eq!(began.elapsed().as_secs() / 10, 9, "three silences of 30 s, beyond the deadline");

    let endless = Wire::new(|_, _| async {
        let more = |_: &mut Context<'_>| Poll::Ready(Some(Ok(Bytes::from_static(&[0; 1_000]))));
        Ok(answer(200, &[], Box::pin(Pieces(more))))
    });
    let error = endless.client().download("https://h/a").at_most(1_000_000).bytes().await.unwrap_err();
    assert!(error.to_string().contains("more than the 1000000 bytes"), "{error}");
    let more = Wire::new(|_, _| async { Ok(answer(200, &[("content-length", "3")], whole("0123"))) });
    let error = more.client().download("https://h/a").bytes().await.unwrap_err();
    assert!(error.to_string().contains("more came than the 3 bytes"), "{error}");
}
