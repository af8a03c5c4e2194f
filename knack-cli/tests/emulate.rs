//! `cargo knack emulate`, as a user starts it.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{Emulating, Package, curl, output, program, shop};
use serde_json::{Value, json};

#[test]
fn the_sample_is_served_at_once_with_lines_to_paste() {
    let package = Package::new("emulate-sample");
    let server = Emulating::start(package.command(&["emulate", "--port", "0"]));
    let url = &server.url;
    assert!(server.told.contains("7 objects, "), "{}", server.told);
    for line in [
        format!("  export KNACK_BASE_URL={url} KNACK_APP_ID=64a1f0d2c8b94e0012ab34cd KNACK_API_KEY="),
        "Client::builder(\"64a1f0d2c8b94e0012ab34cd\").api_key(".to_owned(),
        format!(".base_url(\"{url}\").build()?"),
        "ada.abara900@example.com".to_owned(),
        format!("Its page, with records, calls, limits and switches, is {}/\n", url.trim_end_matches("/v1")),
    ] {
        assert!(server.told.contains(&line), "{line} in {}", server.told);
    }
    assert!(curl(&[&url.replace("/v1", "/")]).starts_with("<!doctype html>"));
    let page: Value = serde_json::from_str(&server.shell("curl")).unwrap();
    assert_eq!((&page["current_page"], &page["total_records"]), (&json!(1), &json!(420)));
    server.stop();
}

#[test]
fn the_nearest_folder_is_served_with_made_up_records() {
    let package = Package::new("emulate-folder");
    package.out(&["pull", "--from", shop().to_str().unwrap()]);
    let empty = Emulating::start(package.command(&["emulate", "--port", "0"]));
    assert!(empty.told.contains("--seed 1 makes some"), "{}", empty.told);
    empty.stop();

    let seeded = |seed: &str| {
        let dump = shop();
        let app = if seed == "7" { ".knack" } else { dump.to_str().unwrap() };
        let arguments = ["emulate", "--port", "0", "--seed", seed, "--rows", "30", "--app", app];
        let server = Emulating::start(package.command(&arguments));
        assert!(server.told.starts_with("Shop & \"Sons\" at http://127.0.0.1:"), "{}", server.told);
        let page: Value = serde_json::from_str(&server.shell("curl")).unwrap();
        server.stop();
        assert_eq!(page["total_records"], 30);
        page["records"].clone()
    };
    assert_eq!(seeded("7"), seeded("7"));
    assert_ne!(seeded("7"), seeded("8"));
}

#[test]
fn limits_faults_and_quirks_are_told_on_the_command_line() {
    let package = Package::new("emulate-faults");
    let server = Emulating::start(package.command(&[
        "emulate",
        "--port",
        "0",
        "--plan",
        "30",
        "--used",
        "26",
        "--rate",
        "4",
        "--window",
        "sliding",
        "--quirk",
        "missing-record=404",
        "--quirk",
        "retry-after",
        "--fault",
        "503:nth=2,body=<html>Sorry, later</html>",
        "--log",
    ]));
    let one = "/objects/object_1/records/64a1f0d2c8b94e0012ab34ff";
    let first = server.get(one);
    assert!(first.starts_with("HTTP/1.1 404"), "{first}");
    assert!(
        first.contains("x-planlimit-remaining: 3\r\n") && first.contains("x-ratelimit-limit: 4"),
        "{first}"
    );
    let second = server.get(one);
    assert!(second.starts_with("HTTP/1.1 503") && second.ends_with("<html>Sorry, later</html>"), "{second}");
    let answers: Vec<String> = (0..3).map(|_| server.get(one)).collect();
    assert!(answers[2].starts_with("HTTP/1.1 429") && answers[2].contains("retry-after: "), "{answers:?}");
    let log = server.stop();
    assert!(log.contains(&format!("503  GET /v1{one}")) && log.lines().count() == 5, "{log}");
}

#[test]
fn tests_in_other_languages_control_it() {
    let package = Package::new("emulate-control");
    let server = Emulating::start(package.command(&["emulate", "--port", "0", "--plan", "3"]));
    let control = server.url.replace("/v1", "/_emulator");
    let page = |arguments: &[&str], page: &str| curl(&[arguments, &[&format!("{control}/{page}")]].concat());
    assert!(page(&[], "").contains("POST   /_emulator/reset"));
    assert_eq!(page(&["-d", "hang-after:nth=9\n500:nth=1"], "faults"), r#"["hang-after:nth=9","500:nth=1"]"#);
    assert!(page(&["-d", "500:third"], "faults").contains("`third` in the fault `500:third`"));
    let records = "/objects/object_1/records";
    let statuses =
        |count: usize| -> Vec<String> { (0..count).map(|_| server.get(records)[9..12].to_owned()).collect() };
    assert_eq!(statuses(4), ["500", "200", "200", "429"]);
    let requests: Value = serde_json::from_str(&page(&[], "requests")).unwrap();
    assert_eq!((&requests[3]["status"], &requests[3]["refused"]), (&json!(429), &json!(true)));
    assert_eq!(requests[0]["headers"]["x-knack-rest-api-key"], "…");
    page(&["-X", "POST"], "advance?ms=86400000");
    assert_eq!(statuses(1), ["200"], "another day");
    page(&["-X", "POST"], "reset");
    assert_eq!(page(&[], "requests"), "[]");
    assert_eq!(page(&["-X", "DELETE"], "faults"), "[]");
    assert_eq!(statuses(4), ["200", "200", "200", "429"]);
    for foreign in ["Origin: https://example.com", "Host: example.com"] {
        assert!(page(&["-H", foreign], "requests").starts_with("Cannot GET"), "{foreign}");
    }
    server.stop();
}

#[test]
fn names_and_secrets_are_printed_harmlessly() {
    let package = Package::new("emulate-names");
    for (name, shown) in
        [("Bells\u{1b}[2J & Sons", "Bells [2J & Sons at http"), ("", "5f0000000000000000000001 at http")]
    {
        let dump = json!({"id": "5f0000000000000000000001", "name": name, "objects": []});
        package.write("odd.json", &dump.to_string());
        let arguments = ["emulate", "--port", "0", "--app", "odd.json", "--log"];
        let server = Emulating::start(package.command(&arguments));
        assert!(server.told.starts_with(shown), "{}", server.told);
        server.get("/objects/object_1/records?page=2&token=hunter2");
        let log = server.stop();
        assert!(log.contains("?page=2&token=…"), "{log}");
    }
}

#[test]
fn what_is_not_understood_says_what_would_be() {
    for (arguments, said) in [
        (&["--fault", "503:third"][..], "expected nth=N, first=N, every=N"),
        (&["--fault", "crash"], "expected a status as 503, throttle"),
        (&["--window", "round"], "expected epoch, phase=MS, first-call, sliding or bucket"),
        (&["--rate", "0"], "0 is not in 1.."),
        (&["--plan", "gold"], "expected starter, pro, corporate, plus"),
        (&["--quirk", "missing-records"], "they are missing-record, missing-object"),
        (&["--quirk", "missing-record=418"], "it is 500 or 404"),
        (&["--rows", "3"], "--seed"),
    ] {
        let (code, _, err) = output(program(&["emulate"]).args(arguments));
        assert!(code == 2 && err.contains(said), "{code} {err}");
    }
    let (code, _, err) = output(&mut program(&["emulate", "--app", "none.json"]));
    assert!(code == 1 && err.contains("none.json cannot be read"), "{err}");
}

#[test]
fn help_is_of_the_command_or_of_a_topic() {
    let of = |arguments: &[&str]| output(&mut program(arguments));
    for (topic, said) in [("quirks", "500, 404"), ("faults", "cut-body=BYTES")] {
        let (code, out, err) = of(&["emulate", "--help", topic]);
        assert!(code == 0 && out.contains(said) && err.is_empty() && !out.contains("Usage"), "{out}{err}");
        assert_eq!(of(&["knack", "emulate", "-h", topic]).1, out);
    }
    let (_, whole, _) = of(&["emulate", "--help"]);
    assert!(
        whole.contains("Usage: cargo knack emulate [OPTIONS]") && whole.contains("--help [<TOPIC>]"),
        "{whole}"
    );
    for arguments in [&["emulate", "-h"][..], &["help", "emulate"], &["emulate", "--port", "0", "--help"]] {
        assert_eq!(of(arguments), (0, whole.clone(), String::new()), "{arguments:?}");
    }
    let (code, _, err) = of(&["emulate", "--help", "tides"]);
    assert!(code == 2 && err.contains("quirks, faults"), "{err}");
    for shell in ["bash", "zsh", "fish"] {
        let (_, script, _) = of(&["completions", shell]);
        assert!(
            script.contains("quirks") && script.contains("replay") && script.contains("keep-application-id"),
            "{shell}"
        );
    }
}
