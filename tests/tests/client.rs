//! Every option of the builder does what it says, on real sockets where it is about sockets.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use knack_emulator::{Effect, Fault};
use knack_runtime::call::Call;
use knack_runtime::error::Error;
use knack_runtime::quota::{Metering, Outcome, QuotaPolicy, StandardPolicy, Verdict};
use knack_runtime::transport::Failure;
use knack_runtime::{BuildError, Client, Host, KnackObject, Plan};
use knack_tests::sample::Customer;
use knack_tests::{APP, KEY, Script, client_of, emulator, some_id};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types};

const EMPTY: &str = r#"{"total_pages":0,"current_page":1,"total_records":0,"records":[]}"#;

/// A server on a thread of its own that answers every request with an empty list and keeps the
/// requests' heads.
fn server(tls: Option<Arc<ServerConfig>>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heads);
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let (kept, tls) = (Arc::clone(&kept), tls.clone());
            thread::spawn(move || match tls {
                None => serve(socket, &kept),
                Some(config) => {
                    serve(StreamOwned::new(ServerConnection::new(config).unwrap(), socket), &kept);
                }
            });
        }
    });
    (address, heads)
}

fn serve(mut socket: impl std::io::Read + std::io::Write, kept: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while let Ok(1) = socket.read(&mut byte) {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            kept.lock().unwrap().push(String::from_utf8(std::mem::take(&mut head)).unwrap().to_lowercase());
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{EMPTY}",
                EMPTY.len()
            );
            let _gone = socket.write_all(answer.as_bytes()).and_then(|()| socket.flush());
        }
    }
}

fn head(heads: &Mutex<Vec<String>>) -> String {
    heads.lock().unwrap().last().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_request_on_the_wire() {
    let (address, heads) = server(None);
    let knack =
        Client::builder(APP).api_key(KEY).base_url(format!("http://{address}/some/v1/")).build().unwrap();
    assert!(Customer::list(&knack).all().await.unwrap().is_empty());
    let seen = head(&heads);
    assert!(
        seen.starts_with(
            "get /some/v1/objects/object_1/records?page=1&rows_per_page=1000&format=raw http/1.1\r\n"
        ),
        "{seen}"
    );
    let version = env!("CARGO_PKG_VERSION");
    for line in [
        format!("x-knack-application-id: {APP}"),
        format!("x-knack-rest-api-key: {KEY}"),
        format!("user-agent: knack-runtime/{version}"),
        "accept: application/json".to_owned(),
        format!("host: {address}"),
    ] {
        assert!(seen.contains(&format!("\r\n{line}\r\n")), "{line}\n{seen}");
    }

    let knack = Client::builder(APP)
        .api_key(KEY)
        .base_url(format!("http://{address}"))
        .user_agent("my-job/2.0")
        .build()
        .unwrap();
    Customer::list(&knack).all().await.unwrap();
    assert!(head(&heads).contains("\r\nuser-agent: my-job/2.0\r\n"));
}

#[tokio::test]
async fn a_proxy_is_used_and_its_password_shown_nowhere() {
    let (proxy, heads) = server(None);
    // Nothing listens at the base URL: only the proxy can answer.
    let builder = Client::builder(APP)
        .api_key(KEY)
        .base_url("http://127.0.0.1:1/v1")
        .proxy(format!("http://ann:pass-word@{proxy}"));
    let shown = format!("{builder:?}");
    let knack = builder.build().unwrap();
    Customer::list(&knack).all().await.unwrap();
    let seen = head(&heads);
    assert!(seen.starts_with("get http://127.0.0.1:1/v1/objects/object_1/records?"), "{seen}");
    assert!(seen.contains("\r\nproxy-authorization: basic "), "{seen}");
    assert!(!format!("{shown}{knack:?}").contains("pass-word"));

    let error = Client::builder(APP).api_key(KEY).proxy("not a proxy").build().unwrap_err();
    assert!(error.to_string().starts_with("the connection cannot be set up: the proxy: "), "{error}");
}

#[tokio::test]
async fn tls_is_checked_and_another_authority_can_be_trusted() {
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = pki_types::PrivateKeyDer::try_from(pair.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![pair.cert.der().clone()], key)
        .unwrap();
    let (address, heads) = server(Some(Arc::new(config)));
    let builder =
        || Client::builder(APP).api_key(KEY).base_url(format!("https://localhost:{}/v1", address.port()));

    let error =
        Customer::list(&builder().deadline(Duration::from_secs(2)).build().unwrap()).all().await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport { source, .. } if source.failure() == Failure::Connect),
        "{error:?}"
    );
    assert!(error.to_string().to_lowercase().contains("certificate"), "{error}");
    assert!(heads.lock().unwrap().is_empty(), "nothing was sent to a server that nobody vouches for");

    let knack = builder().ca_certificate(pair.cert.pem()).build().unwrap();
    Customer::list(&knack).all().await.unwrap();
    assert!(head(&heads).contains(KEY));

    for bad in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
        let error = builder().ca_certificate(bad).build().unwrap_err();
        assert!(error.to_string().starts_with("the connection cannot be set up: "), "{bad}: {error}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let script = Script::always(301, "");
    let error = Customer::list(&script.client()).all().await.unwrap_err();
    assert_eq!(error.status(), Some(http::StatusCode::MOVED_PERMANENTLY));

    // The same over a socket: the key stays with the server that it was meant for.
    let (other, heads) = server(None);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut head = [0; 2048];
            let _read = socket.read(&mut head);
            let answer = format!(
                "HTTP/1.1 302 Found\r\nLocation: http://{other}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _gone = socket.write_all(answer.as_bytes());
        }
    });
    let knack = Client::builder(APP).api_key(KEY).base_url(format!("http://{address}")).build().unwrap();
    let error = Customer::list(&knack).all().await.unwrap_err();
    assert_eq!(error.status(), Some(http::StatusCode::FOUND));
    assert!(heads.lock().unwrap().is_empty());
}

#[test]
fn hosts_have_names() {
    for (host, url) in [
        (Host::Us, "https://api.knack.com/v1"),
        (Host::Eu, "https://eu-api.knack.com/v1"),
        (Host::UsGov, "https://usgc-api.knack.com/v1"),
        (Host::Account("acme".into()), "https://acme-api.knack.com/v1"),
    ] {
        let knack = Client::builder(APP).api_key(KEY).host(host).build().unwrap();
        assert!(format!("{knack:?}").contains(&format!("\"{url}\"")), "{knack:?}");
    }
}

#[test]
fn what_is_wrong_is_said_before_anything_is_sent() {
    let builder = || Client::builder(APP).api_key(KEY);
    for (error, text) in [
        (
            Client::builder("").build().map(drop),
            "the application id: `` is no application id: expected 24 hexadecimal digits (Builder, API & Code)",
        ),
        (
            builder().base_url("http://api.knack.com/v1").build().map(drop),
            "the base URL `http://api.knack.com/v1` cannot be used: it is not encrypted: the key would travel in the clear; use https",
        ),
        (
            builder().base_url("api.knack.com").build().map(drop),
            "the base URL `api.knack.com` cannot be used: it begins with neither https:// nor http://",
        ),
        (
            builder().host(Host::Account("a/b".into())).build().map(drop),
            "the account `a/b` is no part of a host name: expected letters, digits and hyphens",
        ),
        (
            builder().user_agent("a\nb").build().map(drop),
            "the user agent has characters that a header cannot have",
        ),
        (
            builder().timeout(Duration::ZERO).build().map(drop),
            "the timeout is zero, so no call could ever be sent",
        ),
        (
            builder().deadline(Duration::ZERO).build().map(drop),
            "the deadline is zero, so no call could ever be sent",
        ),
    ] {
        assert_eq!(error.unwrap_err().to_string(), text);
    }
    assert!(builder().base_url("http://knack.internal/v1").allow_plain_http().build().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_the_users_own_decides() {
    struct Free;
    impl QuotaPolicy for Free {
        fn meter(&self, _: &Call) -> Metering {
            Metering::Unmetered
        }
        fn verdict(&self, call: &Call, outcome: Outcome<'_>) -> Verdict {
            match StandardPolicy::new().verdict(call, outcome) {
                Verdict::Retry => Verdict::Done,
                verdict => verdict,
            }
        }
    }
    // This server does not tell what is left of the plan, by which the policy could be found wrong.
    let silent = Effect::Header { name: "x-planlimit-remaining".into(), value: String::new() };
    let local = emulator().rate_limit(1_000).fault(Fault::new(silent)).build().unwrap();
    let knack = client_of(&local).policy(Free).plan(Plan::Starter).build().unwrap();
    let id = some_id(&local);
    let began = tokio::time::Instant::now();
    for _ in 0..50 {
        Customer::get(&knack, id).await.unwrap();
    }
    assert!(began.elapsed() < Duration::from_millis(10));
    let usage = knack.usage();
    assert_eq!(
        (usage.limiter.answered, usage.unmetered.answered, usage.unmetered.strategy),
        (0, 50, "unmetered")
    );

    let script = Script::always(503, "");
    let knack = Client::builder(APP).api_key(KEY).transport(script.clone()).policy(Free).build().unwrap();
    assert!(Customer::get(&knack, id).await.is_err());
    assert_eq!(script.sent().len(), 1, "this policy tries nothing twice");
}

/// What a program says that takes its client from these variables.
async fn from_env<V: AsRef<OsStr>>(variables: &[(&str, V)]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_from_env"));
    for name in ["KNACK_APP_ID", "KNACK_API_KEY", "KNACK_BASE_URL", "NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().map(|(name, value)| (name, value.as_ref())));
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_not_used_for_this_machine() {
    let local = emulator().build().unwrap();
    let server = local.serve().await.unwrap();
    let (proxy, heads) = self::server(None);
    let (url, proxy) = (format!("{}/v1", server.url()), format!("http://{proxy}"));
    let mut variables = vec![
        ("KNACK_APP_ID", local.application_id()),
        ("KNACK_API_KEY", local.api_key()),
        ("KNACK_BASE_URL", url.as_str()),
    ];
    variables
        .extend(["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, proxy.as_str())));
    let said = from_env(&variables).await;
    assert!(said.starts_with("first: Some("), "{said}");
    assert!(heads.lock().unwrap().is_empty(), "the key went to the proxy");
    server.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_is_no_text_is_named_and_not_repeated() {
    use std::os::unix::ffi::OsStrExt as _;

    let bad = OsStr::from_bytes(b"https://hunter2\xff");
    let all = ["KNACK_APP_ID", "KNACK_API_KEY", "KNACK_BASE_URL"];
    for name in all {
        let variables = all.map(|each| (each, if each == name { bad } else { OsStr::new(APP) }));
        let said = from_env(&variables).await;
        assert_eq!(said, format!("no client: the environment variable {name} is no UTF-8 text"));
    }
}

#[tokio::test]
async fn a_client_from_the_environment() {
    let local = emulator().build().unwrap();
    let server = local.serve().await.unwrap();
    let run = async |variables: &[(&str, &str)]| from_env(variables).await;
    let url = format!("{}/v1", server.url());
    let all = [
        ("KNACK_APP_ID", local.application_id()),
        ("KNACK_API_KEY", local.api_key()),
        ("KNACK_BASE_URL", url.as_str()),
    ];
    let first = run(&all).await;
    let id = first
        .strip_prefix("first: Some(")
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or_else(|| panic!("{first}"));
    assert!(local.record("object_1", id).is_some(), "{first}");
    assert_eq!(run(&all[..1]).await, "no client: the environment variable KNACK_API_KEY is not set");
    assert_eq!(run(&all[1..]).await, "no client: the environment variable KNACK_APP_ID is not set");
    let wrong = [all[0], ("KNACK_API_KEY", "wrong"), all[2]];
    let said = run(&wrong).await;
    assert!(said.contains("Invalid API Key"), "{said}");
    server.stop().await;
}

#[tokio::test]
async fn the_main_job_over_a_socket() {
    let local = emulator().build().unwrap();
    let server = local.serve().await.unwrap();
    let base = format!("{}/v1", server.url());
    let knack =
        Client::builder(local.application_id()).api_key(local.api_key()).base_url(base).build().unwrap();
    let customers = Customer::list(&knack).all().await.unwrap();
    assert_eq!(customers.len(), 420);
    assert_eq!(Customer::get(&knack, customers[7].id).await.unwrap(), customers[7]);
    // A cut body and a dropped connection are real ones here.
    local.inject(knack_emulator::Fault::new(knack_emulator::Effect::CutBody { at: 100 }).nth(1));
    local.inject(knack_emulator::Fault::new(knack_emulator::Effect::DropAfter).nth(2));
    assert_eq!(Customer::get(&knack, customers[7].id).await.unwrap(), customers[7]);
    assert_eq!(local.calls(), 6);
    server.stop().await;
    let impatient = knack.with_deadline(Duration::from_secs(1));
    let error = Customer::get(&impatient, customers[7].id).await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport { source, .. } if source.failure() == Failure::Connect),
        "{error:?}"
    );
}

#[test]
fn errors_of_building_are_matched_by_kind() {
    assert!(matches!(Client::builder("x").build(), Err(BuildError::ApplicationId(_))));
    assert!(matches!(Client::builder(APP).api_key("").build(), Err(BuildError::ApiKey)));
}
