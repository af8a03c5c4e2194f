//! `cargo knack record` and `cargo knack emulate --replay`, as a user starts them.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Emulating, Local, Package, curl, output, program};
use knack_emulator::{Emulator, Fault, Replay};
use knack_runtime::transport::Transport;
use knack_runtime::{Client, ClientBuilder, KnackObject, KnackView, NoKey, Patch, RecordId, Upload};
use serde_json::Value;
use tokio::runtime::Runtime;

const OTHER_APP: &str = "5f00000000000000000000bb";
const EMAIL: &str = "ada.abara900@example.com";

#[derive(Debug, KnackObject)]
#[knack(object = "object_4")]
struct Product {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_30", kind = "short_text", required)]
    name: String,
}

#[derive(Debug, KnackObject)]
#[knack(object = "object_4", create)]
struct NewProduct {
    #[knack(key = "field_30", kind = "short_text", required)]
    name: String,
    #[knack(key = "field_31", kind = "short_text", required)]
    number: String,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_4", scene = "scene_4", object = "object_4", access = "public", can = "list")]
struct DearBike {
    #[knack(key = "field_30", kind = "short_text")]
    _name: Option<String>,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_7", scene = "scene_7", object = "object_6", access = "login", can = "list")]
struct WorkshopOrder {
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u64,
}

/// A program as a user has it: what it saw, line by line.
async fn work(
    builder: ClientBuilder<NoKey>,
    key: &str,
    password: &str,
) -> knack_runtime::Result<Vec<String>> {
    let mut saw = Vec::new();
    let knack = builder.api_key(key).build().unwrap();
    let dear =
        Product::list(&knack).filter(Product::NAME.contains("Bell")).sort(Product::NAME.asc()).all().await?;
    saw.push(format!("{dear:?}"));
    let new = NewProduct { name: "Bell \"Größe\"".to_owned(), number: "FW-9001".to_owned() };
    let made = Product::create(&knack, &new).await?;
    saw.push(format!("{made:?} is the {}", made.name));
    saw.push(format!(
        "{:?}",
        Product::update(&knack, made.id, Patch::new().set(Product::NAME, "Gong")).await?
    ));
    saw.push(format!("{:?}", Product::get(&knack, made.id).await?));
    Product::delete(&knack, made.id).await?;
    saw.push(format!("{:?}", Product::get_opt(&knack, made.id).await?));
    let file = knack.upload_file(Upload::from_bytes("bell.txt", "ring")).await?;
    saw.push(format!("{file:?}"));
    saw.push(format!("{:?}", DearBike::list(&knack).all().await?));
    let user = knack.login(EMAIL, password).await?;
    let orders = WorkshopOrder::list(&user).all().await?;
    saw.push(format!("{:?}", orders.iter().map(|order| order.number).collect::<Vec<_>>()));
    Ok(saw)
}

fn run<T: Transport>(
    app: &str,
    url: Option<&str>,
    transport: Option<T>,
    key: &str,
    password: &str,
) -> Vec<String> {
    let mut builder = Client::builder(app);
    if let Some(url) = url {
        builder = builder.base_url(url);
    }
    if let Some(transport) = transport {
        builder = builder.transport(transport);
    }
    Runtime::new().unwrap().block_on(work(builder, key, password)).unwrap()
}

/// What the program sees over a base URL.
fn over(url: &str, app: &str, key: &str, password: &str) -> Vec<String> {
    run(app, Some(url), None::<knack_runtime::HttpTransport>, key, password)
}

fn workshop() -> Local {
    // One refusal, which the client waits out.
    Local::serve(Emulator::builder().sample().rate_limit(100).fault(Fault::throttle().nth(3)))
}

/// A package, a recorder of a service in it and the path of the recording.
fn recording(name: &str, local: &Local, more: &[&str]) -> (Package, Emulating, PathBuf) {
    let package = Package::new(name);
    let mut command = package.command(&["record", "--out", "calls.jsonl", "--port", "0"]);
    command.args(more).env("KNACK_BASE_URL", format!("{}/v1", local.server.url()));
    let path = package.0.join("calls.jsonl");
    (package, Emulating::start(command), path)
}

#[test]
fn a_program_sees_the_same_through_the_recorder_and_from_its_recording() {
    let local = workshop();
    let app = local.knack.application_id().to_owned();
    let (package, recorder, path) = recording("record-client", &local, &[]);
    assert!(
        recorder.told.contains(&format!("export KNACK_BASE_URL={}\n", recorder.url)),
        "{}",
        recorder.told
    );
    assert!(recorder.told.contains("Calls count against the plan"), "{}", recorder.told);
    let saw = over(&recorder.url, &app, local.knack.api_key(), Emulator::SAMPLE_PASSWORD);
    let log = recorder.stop();
    assert!(log.contains("\n429  GET ") || log.contains("\n429  P"), "{log}");
    assert!(log.contains("200  POST /v1/objects/object_4/records  "), "{log}");
    let calls = log.lines().count() - 1;
    assert!(log.ends_with(&format!("{calls} calls in calls.jsonl\n")), "{log}");

    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), calls + 1);
    for secret in [local.knack.api_key(), Emulator::SAMPLE_PASSWORD, &app, "eyJ"] {
        assert!(!text.contains(secret) && !log.contains(secret), "{secret}");
    }
    assert!(text.contains(EMAIL) && text.contains(r#""token":"***""#));

    // Another application's id, key and password, over a socket and in the same process.
    let replay =
        Emulating::start(package.command(&["emulate", "--replay", "calls.jsonl", "--port", "0", "--log"]));
    assert!(replay.told.contains(&format!(": {calls} recorded exchanges\n")), "{}", replay.told);
    let again = over(&replay.url, OTHER_APP, "another-key", "another password");
    let told = |line: &String| line.replace(&app, OTHER_APP);
    assert_eq!(again, saw.iter().map(told).collect::<Vec<_>>());
    let log = replay.stop();
    assert!(
        !log.contains("never asked") && log.contains("  line 2\n") && !log.contains("another-key"),
        "{log}"
    );
    assert_eq!(log.lines().count(), calls, "{log}");
    let replay = Replay::open(&path).unwrap();
    assert_eq!(run(OTHER_APP, None, Some(replay.transport()), "another-key", "another password"), again);
    assert_eq!(replay.never_asked(), Vec::<String>::new());
}

#[test]
fn what_was_not_recorded_is_an_error_that_says_so_at_once() {
    let local = workshop();
    let (package, recorder, _) = recording("record-more", &local, &[]);
    over(&recorder.url, local.knack.application_id(), local.knack.api_key(), Emulator::SAMPLE_PASSWORD);
    recorder.stop();
    let replay = Emulating::start(package.command(&["emulate", "--replay", "calls.jsonl", "--port", "0"]));
    let knack = Client::builder(OTHER_APP).api_key("k").base_url(&replay.url).build().unwrap();
    let wanted = Product::list(&knack).filter(Product::NAME.contains("Chain")).all();
    let error = Runtime::new().unwrap().block_on(wanted).unwrap_err().to_string();
    assert!(error.contains("421") && error.contains("Not in the recording"), "{error}");
    let answer = replay.get("/objects/object_4/records?page=7");
    assert!(answer.starts_with("HTTP/1.1 421") && answer.contains("Nearest is line "), "{answer}");
    let log = replay.stop();
    let exchanges = log.lines().count() - 1;
    assert!(
        log.starts_with(&format!(
            "{exchanges} of {exchanges} recorded exchanges were never asked for:\n  line 2: "
        )),
        "{log}"
    );
}

#[test]
fn a_killed_recorder_leaves_a_recording() {
    let local = workshop();
    let (package, recorder, path) = recording("record-kill", &local, &[]);
    let url = format!("{}/objects", recorder.url);
    for _ in 0..5 {
        curl(&["-H", "X-Knack-REST-API-Key: s3cret-key", &url]);
    }
    recorder.kill();
    assert_eq!(Replay::open(&path).unwrap().exchanges(), 5);
    // A last line that is cut off is told of, and is no reason to refuse the rest.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 20]).unwrap();
    let replay = Emulating::start(package.command(&["emulate", "--replay", "calls.jsonl", "--port", "0"]));
    assert!(replay.told.contains(": 4 recorded exchanges"), "{}", replay.told);
    let log = replay.stop();
    assert!(log.starts_with("warning: calls.jsonl: line 6 is cut off and is left out\n"), "{log}");
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_told_at_once_and_leaves_whole_lines() {
    let local = workshop();
    let package = Package::new("record-full");
    // Files may have some kilobytes, and whoever writes more is told so rather than ended.
    let line = "trap '' XFSZ; ulimit -f 8; exec \"$0\" record --out calls.jsonl --port 0";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", line, env!("CARGO_BIN_EXE_cargo-knack")]).current_dir(&package.0);
    command.env("KNACK_BASE_URL", format!("{}/v1", local.server.url()));
    let recorder = Emulating::start(command);
    for n in 0..40 {
        assert_eq!(curl(&[&format!("{}/{n}{}", recorder.url, "x".repeat(300))]), "Invalid API Request");
    }
    let (code, log) = recorder.interrupt();
    assert_eq!(code, 1);
    assert_eq!(log.matches("the recording ends here, since it cannot be written").count(), 1, "{log}");
    assert!(log.contains("error: cannot write the recording calls.jsonl"), "{log}");
    let replay = Replay::open(package.0.join("calls.jsonl")).unwrap();
    assert!(replay.exchanges() > 3 && replay.warning().is_none(), "{replay:?}");
}

#[test]
fn a_file_that_is_there_is_added_to_only_when_told() {
    let local = workshop();
    let (package, recorder, path) = recording("record-append", &local, &["--keep-application-id"]);
    curl(&[&format!("{}/first", recorder.url)]);
    recorder.stop();
    let base = format!("{}/v1", local.server.url());
    let again = ["record", "--out", "calls.jsonl", "--port", "0", "--base-url", &base];
    let (code, _, err) = package.run(&again);
    assert_eq!(code, 1);
    assert!(err.contains("calls.jsonl is there already") && err.contains("--append"), "{err}");
    let recorder =
        Emulating::start(package.command(&[&again[..], &["--append", "--keep-application-id"]].concat()));
    curl(&[&format!("{}/second", recorder.url)]);
    assert!(recorder.stop().ends_with("1 call in calls.jsonl\n"));
    let kept: Vec<Value> =
        fs::read_to_string(&path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (kept.len(), &kept[0]["application_id"], &kept[2]["application_id"]),
        (4, &"kept".into(), &"kept".into())
    );
    assert_eq!(
        Replay::open(&path).unwrap().never_asked(),
        ["line 2: GET /v1/first", "line 4: GET /v1/second"]
    );
}

#[test]
fn what_makes_no_sense_says_so() {
    let package = Package::new("record-wrong");
    for (arguments, code, said) in [
        (&["record"][..], 2, "--out <FILE>"),
        (&["record", "--out", "x", "--base-url", "http://api.knack.com/v1"], 1, "use https"),
        (
            &["record", "--out", "x", "--port", "4799", "--base-url", "http://127.0.0.1:4799/v1"],
            1,
            "the recorder itself",
        ),
        (&["record", "--out", "none/x.jsonl", "--port", "0"], 1, "cannot write the recording none/x.jsonl"),
        (&["emulate", "--replay", "none.jsonl"], 1, "cannot read none.jsonl"),
        (&["emulate", "--replay", "Cargo.toml"], 1, "Cargo.toml, line 1: this is no recording"),
        (&["emulate", "--replay", "x", "--fault", "503"], 2, "cannot be used with"),
        (&["emulate", "--replay", "x", "--app", "y"], 2, "cannot be used with"),
        (&["emulate", "--replay", "x", "--seed", "1"], 2, "cannot be used with"),
        (&["emulate", "--replay", "x", "--data", "y"], 2, "cannot be used with"),
        (&["emulate", "--replay", "x", "--quirk", "retry-after"], 2, "cannot be used with"),
    ] {
        let (ended, _, err) = package.run(arguments);
        assert!(ended == code && err.contains(said), "{arguments:?}: {ended} {err}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, _, err) = package.run(&["record", "--out", "x.jsonl", "--port", &port]);
    assert!(code == 1 && err.contains("--port 0 takes any port that is free"), "{err}");
    assert!(!package.0.join("x.jsonl").exists(), "nothing is begun that cannot be served");
    let (_, out, _) = output(&mut program(&["record", "--help"]));
    for told in ["count against the plan", "What is not in the file", "records with names, mail addresses"] {
        assert!(out.contains(told), "{told} in {out}");
    }
}
