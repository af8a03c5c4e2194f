//! The program as a user runs it, against a local Knack on a real socket.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::io::Write;
use std::process::Stdio;

use common::{Local, json_of, output, program};
use knack_emulator::{Builder, Effect, Emulator, Fault};
use serde_json::json;

fn workshop() -> Builder {
    Emulator::builder().sample().daily_calls(5_000)
}

#[test]
fn a_plan_is_advised_by_cargo_and_by_the_shell() {
    for arguments in [&["knack", "plan", "--calls", "20,000"][..], &["plan", "--calls", "20000"]] {
        let (code, out, err) = output(&mut program(arguments));
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(
            out.contains("Plus ") && out.contains("$37.50 a month") && out.contains("33 min 20 s"),
            "{out}"
        );
    }
    let report = json_of(&mut program(&["plan", "--calls", "12000", "--plan", "pro", "--format", "json"]));
    assert_eq!(report["needed"], 13_200);
    assert_eq!(report["over"], json!({"pro": 7_000}));
    assert_eq!(report["options"][0]["add_ons"], json!([25_000]));
    assert_eq!(report["options"][0]["add_on_dollars_per_month"], 37.5);
}

#[test]
fn the_quota_costs_one_call() {
    let local = Local::serve(workshop().daily_used(100));
    let (code, out, err) = output(&mut local.quota(&[]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("4,899 of 5,000 calls left today"), "{out}");
    assert!(out.contains("Europe/Oslo") && out.contains("10 calls a second, 9 left"), "{out}");

    let report = json_of(&mut local.quota(&["--format", "json"]));
    assert_eq!((&report["plan"]["limit"], &report["plan"]["left"]), (&json!(5_000), &json!(4_898)));
    assert!(report["plan"]["resets_in_seconds"].as_f64().unwrap() <= 86_400.0);
    assert_eq!(report["rate"]["limit"], 10);
    assert_eq!((local.knack.calls(), local.knack.plan_left()), (2, 4_898));
}

#[test]
fn a_spent_plan_is_an_answer() {
    let local = Local::serve(workshop().daily_used(5_000));
    let (code, out, _) = output(&mut local.quota(&[]));
    assert_eq!(code, 0);
    assert!(out.contains("0 of 5,000 calls left today") && out.contains("no call is left today"), "{out}");
    assert_eq!(local.knack.calls(), 1, "it is not asked again");
}

#[test]
fn the_key_comes_from_a_variable_a_file_or_the_standard_input() {
    let local = Local::serve(workshop());
    let key = local.knack.api_key().to_owned();
    let mut named = local.quota(&["--key-env", "SHOP_KEY"]);
    assert_eq!(output(named.env_remove("KNACK_API_KEY").env("SHOP_KEY", &key)).0, 0);

    let path = std::env::temp_dir().join(format!("knack-cli-test-{}", std::process::id()));
    std::fs::write(&path, format!("{key}\n")).unwrap();
    let mut from_file = local.quota(&["--key-file", path.to_str().unwrap()]);
    let ended = output(from_file.env_remove("KNACK_API_KEY")).0;
    std::fs::remove_file(&path).unwrap();
    assert_eq!(ended, 0);

    let mut piped = local.quota(&["--key-file", "-"]);
    let piped = piped.env_remove("KNACK_API_KEY").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{key}").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn errors_name_the_next_step_and_no_key() {
    let local = Local::serve(workshop());
    let (code, out, err) = output(local.quota(&[]).env_remove("KNACK_API_KEY"));
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("export KNACK_API_KEY=") && err.contains("--key-file"), "{err}");

    let (code, _, err) = output(local.quota(&[]).env("KNACK_API_KEY", "wr0ng-key"));
    assert_eq!(code, 1);
    assert!(err.contains("was not accepted") && !err.contains("wr0ng"), "{err}");

    let (code, _, err) = output(&mut program(&["quota"]));
    assert_eq!(code, 2);
    assert!(err.contains("--app") && err.contains("KNACK_APP_ID"), "{err}");

    let elsewhere = ["quota", "--app", "5d79512148c4af00106d1507", "--base-url", "http://10.0.0.7/v1"];
    let (code, _, err) = output(program(&elsewhere).env("KNACK_API_KEY", "k"));
    assert_eq!(code, 1);
    assert!(err.contains("use https"), "{err}");

    let nobody = ["quota", "--app", "5d79512148c4af00106d1507", "--base-url", "http://127.0.0.1:1/v1"];
    let (code, _, err) = output(program(&nobody).env("KNACK_API_KEY", "k"));
    assert_eq!(code, 1);
    assert!(err.contains("no connection to the server"), "{err}");
}

#[test]
fn an_answer_without_headers_is_told() {
    let local = Local::serve(workshop());
    let mut of_another = program(&["quota", "--app", "5d79512148c4af00106d1507"]);
    of_another.env("KNACK_BASE_URL", format!("{}/v1", local.server.url()));
    let (code, _, err) = output(of_another.env("KNACK_API_KEY", local.knack.api_key()));
    assert_eq!(code, 1);
    assert!(err.contains("says nothing of limits") && err.contains("eu-api.knack.com"), "{err}");
}

#[test]
fn an_object_that_is_not_there_tells_as_well() {
    let local = Local::serve(workshop());
    let (code, out, _) = output(&mut local.quota(&["--object", "object_999"]));
    assert_eq!(code, 0);
    assert!(out.contains("calls left today") && out.contains("answered with 500"), "{out}");
}

#[test]
fn trouble_is_not_tried_again() {
    let local = Local::serve(workshop().fault(Fault::new(Effect::DropBefore)));
    let (code, _, err) = output(&mut local.quota(&[]));
    assert_eq!(code, 1);
    assert!(err.contains("the connection broke"), "{err}");
    assert_eq!(local.knack.calls(), 1);
}

#[test]
fn usage_is_the_second_code_and_help_has_examples() {
    for wrong in [
        &["plan"][..],
        &["plan", "--calls", "many"],
        &["quota", "--api-key", "k"],
        &["sail"],
        &["pull", "--from", "a", "--app", "b"],
        &[],
    ] {
        assert_eq!(output(&mut program(wrong)).0, 2, "{wrong:?}");
    }
    for command in [
        "pull",
        "check",
        "scaffold",
        "diagram",
        "objects",
        "fields",
        "views",
        "doctor",
        "emulate",
        "record",
        "plan",
        "quota",
        "completions",
    ] {
        let (code, out, _) = output(&mut program(&["knack", command, "--help"]));
        assert!(code == 0 && out.contains("Examples:") && out.contains("cargo knack"), "{out}");
    }
    assert!(output(&mut program(&["--help"])).1.contains("Exit codes:"));
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, _) = output(&mut program(&["completions", shell]));
        assert!(code == 0 && out.contains("cargo-knack") && out.contains("quota"), "{shell}");
    }
}
