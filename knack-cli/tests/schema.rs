//! pull, check, diagram and looking around, as a user runs them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::fs;
use std::process::Command;

use common::{Local, Package, fixtures, json_of, output, program, shop};
use knack_emulator::{Effect, Emulator, Fault};
use serde_json::{Value, json};

fn pulled(name: &str) -> Package {
    let package = Package::new(name);
    package.out(&["pull", "--from", shop().to_str().unwrap()]);
    package
}

#[test]
fn the_folder_is_what_is_committed() {
    let package = Package::new("folder");
    let told = package.out(&["pull", "--from", shop().to_str().unwrap()]);
    assert!(
        told.starts_with("Shop & \"Sons\": 8 objects, 46 fields, 3 pages, 3 views\nCommit .knack."),
        "{told}"
    );
    let mut all = String::new();
    for path in [
        "app.json",
        "scenes.json",
        "objects/object_1.json",
        "objects/object_2.json",
        "views/view_1.json",
        "views/view_2.json",
        "views/view_3.json",
    ] {
        let text = package.read(&format!(".knack/{path}"));
        serde_json::from_str::<Value>(&text).unwrap();
        all.extend(["== ", path, "\n", &text]);
    }
    insta::assert_snapshot!("folder", all);
    for private in ["owner@example.com", "cus_4711", "private", "criteria", "null", "false"] {
        assert!(!all.contains(private), "{private}");
    }
    assert_eq!(package.out(&["pull", "--from", shop().to_str().unwrap()]), "nothing changed\n");
}

#[test]
fn what_changed_is_said_with_the_structs_that_it_touches() {
    let package = pulled("changes");
    package.write(
        "src/lib.rs",
        "#[derive(KnackObject)]\n#[knack(object = \"Customers\")]\npub struct Customer {}\n",
    );
    package.write(
        "src/orders/mod.rs",
        "\n#[derive(Debug, KnackObject)]\n#[knack(object = \"object_2\")]\npub(crate) struct Order;\n\
         #[derive(KnackObject)]\n#[knack(object = \"object_3\")]\nstruct Item;\n\
         #[derive(KnackView)]\n#[knack(view = \"view_3\")]\nstruct Row;\n",
    );
    package.write(".knack/notes.txt", "ours");
    package.write(".knack/views/readme.json", "ours");
    let untouched = fs::metadata(package.0.join(".knack/objects/object_3.json")).unwrap().modified().unwrap();
    let dump = package.dump(|app| {
        app["objects"][1]["name"] = "Clients".into();
        app["objects"][1]["fields"][4]["name"] = "Firm".into();
        app["objects"][2]["fields"][4]["format"]["options"] = json!(["New", "Sent", "Lost", "Found"]);
        app["objects"][2]["fields"].as_array_mut().unwrap().remove(3);
        app["objects"].as_array_mut().unwrap().remove(7);
        app["scenes"][2]["views"] = json!(null);
    });
    let dump = dump.to_str().unwrap();

    let (code, differences, err) = package.run(&["check", "--from", dump]);
    assert_eq!((code, err.as_str()), (1, ""));
    let dry = package.out(&["pull", "--from", dump, "--dry-run"]);
    assert!(dry.ends_with("7 changes; nothing was written\n"), "{dry}");
    let told = package.out(&["pull", "--from", dump]);
    insta::assert_snapshot!("changes", told);
    let common = told.lines().count() - 1;
    assert_eq!(
        differences.lines().take(common).collect::<Vec<_>>(),
        told.lines().take(common).collect::<Vec<_>>()
    );

    assert_eq!(package.out(&["check", "--from", dump]), "nothing differs\n");
    for gone in ["objects/object_7.json", "views/view_3.json"] {
        assert!(!package.0.join(".knack").join(gone).exists(), "{gone}");
    }
    assert_eq!(package.read(".knack/notes.txt") + &package.read(".knack/views/readme.json"), "oursours");
    let later = fs::metadata(package.0.join(".knack/objects/object_3.json")).unwrap().modified().unwrap();
    assert_eq!(later, untouched, "a file that is right is not written");
    let left = fs::read_dir(package.0.join(".knack/objects")).unwrap().count();
    assert_eq!(left, 7, "nothing is left of writing");
}

/// A log of CI takes `::error` at the beginning of a line for a command, a terminal an escape.
#[test]
fn names_are_told_in_one_line() {
    let package = Package::new("names");
    let odd = "a\n::error::b\u{1b}[2J";
    let dump = package.dump(|app| {
        app["name"] = odd.into();
        app["objects"][0]["name"] = odd.into();
    });
    let told = package.out(&["pull", "--dry-run", "--from", dump.to_str().unwrap()]);
    package.out(&["pull", "--from", shop().to_str().unwrap()]);
    let again = package.out(&["pull", "--from", dump.to_str().unwrap()]);
    for told in [told, again] {
        assert!(told.contains("a ::error::b [2J") && !told.contains('\u{1b}'), "{told}");
    }
}

#[test]
fn the_application_is_asked_without_a_key() {
    let dump: Value = serde_json::from_str(&fs::read_to_string(shop()).unwrap()).unwrap();
    let local = Local::serve(Emulator::builder().application(dump));
    let package = Package::new("asked");
    let url = format!("{}/v1", local.server.url());
    let told = package.out(&["pull", "--app", local.knack.application_id(), "--base-url", &url]);
    assert!(told.contains("8 objects"), "{told}");
    // From then on the folder knows the application.
    let mut check = program(&["check"]);
    check.env("KNACK_BASE_URL", &url).env("KNACK_API_KEY", "s3cr3t").current_dir(&package.0);
    assert_eq!(output(&mut check), (0, "nothing differs\n".to_owned(), String::new()));
    let asked = local.knack.requests();
    assert_eq!(asked.len(), 2);
    for request in asked {
        assert_eq!(request.path, format!("/v1/applications/{}", local.knack.application_id()));
        assert!(
            request.headers.keys().all(|name| !name.as_str().starts_with("x-knack")),
            "{:?}",
            request.headers
        );
    }
    assert_eq!(local.knack.plan_left(), 1_000, "it costs no call");

    let (code, _, err) = package.run(&["pull", "--app", "5f0000000000000000000001", "--base-url", &url]);
    assert_eq!(code, 1);
    assert!(err.contains("400 Bad Request") && err.contains("eu-api.knack.com"), "{err}");
}

#[test]
fn check_tells_programs_what_differs() {
    let package = pulled("json");
    let dump = package.dump(|app| app["objects"][1]["fields"][2]["required"] = true.into());
    let mut check = program(&["check", "--from", dump.to_str().unwrap(), "--format", "json"]);
    let (code, out, _) = output(check.current_dir(&package.0));
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["same"], false);
    assert_eq!(
        report["changes"],
        json!([{"of": "field", "object": "object_1", "field": "field_3", "change": "set",
        "setting": "required", "from": "", "to": "yes", "text": "Phone (field_3): now required"}])
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_source_whose_name_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt;

    let package = pulled("no-text");
    let name = std::ffi::OsStr::from_bytes(b"gr\xf6\xdfe.rs");
    fs::write(
        package.0.join("src").join(name),
        "#[derive(KnackObject)]\n#[knack(object = \"Customers\")]\nstruct Customer;\n",
    )
    .unwrap();
    let dump = package.dump(|app| app["objects"][1]["fields"][2]["required"] = true.into());
    let (code, out, err) = package.run(&["check", "--from", dump.to_str().unwrap(), "--format", "json"]);
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["structs"][0]["file"], "src/gr\u{fffd}\u{fffd}e.rs");
}

#[test]
fn a_folder_that_was_edited_differs() {
    let package = pulled("edited");
    let path = ".knack/objects/object_3.json";
    let text = package.read(path);
    package.write(path, &text.replace("\"name\": \"Items\",", "\"name\":   \"Items\","));
    let (code, out, _) = package.run(&["check", "--from", shop().to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(
        out.contains("objects/object_3.json: written otherwise than `cargo knack pull` writes it"),
        "{out}"
    );
    // Git writes both characters, where it is told to.
    package.write(path, &text.replace('\n', "\r\n"));
    package.out(&["check", "--from", shop().to_str().unwrap()]);
    assert_eq!(package.out(&["pull", "--from", shop().to_str().unwrap()]), "nothing changed\n");
    assert_eq!(package.read(path), text.replace('\n', "\r\n"));
}

#[test]
fn a_file_that_is_no_text_is_written_anew() {
    let package = pulled("latin");
    let path = ".knack/objects/object_3.json";
    let text = package.read(path);
    for broken in [&b"\xff\xfe{"[..], &text.replacen("Items", "\u{1}", 1).into_bytes()] {
        let broken: Vec<u8> = broken.iter().map(|byte| if *byte == 1 { 0xe9 } else { *byte }).collect();
        fs::write(package.0.join(path), broken).unwrap();
        let told = package.out(&["pull", "--from", shop().to_str().unwrap()]);
        assert!(told.ends_with("wrote 1 file, removed 0 in .knack\n"), "{told}");
        assert_eq!(package.read(path), text);
    }
}

#[test]
fn what_pull_did_not_make_it_does_not_write_over() {
    let package = Package::new("own-dump");
    for begin in ["", "\u{feff}"] {
        let dump = begin.to_owned() + &fs::read_to_string(shop()).unwrap();
        package.write("app.json", &dump);
        let (code, _, err) = package.run(&["pull", "--from", "app.json", "--out", "."]);
        assert_eq!(code, 1);
        assert!(err.contains("is this a folder that `cargo knack pull` made?"), "{err}");
        assert_eq!(package.read("app.json"), dump);
        assert!(!package.0.join("objects").exists(), "nothing is written");
    }
}

#[test]
fn what_cannot_be_told_is_the_third_code() {
    let package = Package::new("undecided");
    let from = shop();
    let (code, _, err) = package.run(&["check", "--from", from.to_str().unwrap()]);
    assert_eq!(code, 3);
    assert!(err.contains("there is no schema") && err.contains("cargo knack pull --app ID"), "{err}");
    package.out(&["pull", "--from", from.to_str().unwrap()]);
    let (code, _, err) = package.run(&["check", "--base-url", "http://127.0.0.1:1/v1"]);
    assert_eq!(code, 3);
    assert!(err.contains("no connection to the server"), "{err}");
    package.write(".knack/app.json", "<<<<<<< ours");
    let (code, _, err) = package.run(&["check", "--from", from.to_str().unwrap()]);
    assert_eq!(code, 3);
    assert!(err.contains("`app.json` is no JSON") && err.contains("cargo knack pull"), "{err}");
    let told = package.out(&["pull", "--from", from.to_str().unwrap()]);
    assert!(told.starts_with(".knack cannot be read and is written anew\n"), "{told}");
    package.out(&["check", "--from", from.to_str().unwrap()]);

    package.write(".knack/app.json", "{\"knack\": 2, \"objects\": []}");
    for command in ["pull", "check"] {
        let (code, _, err) = package.run(&[command, "--from", from.to_str().unwrap()]);
        assert_eq!(code, if command == "pull" { 1 } else { 3 });
        assert!(err.contains("format 2, this version reads up to 1: update cargo-knack"), "{err}");
    }
    assert_eq!(package.read(".knack/app.json"), "{\"knack\": 2, \"objects\": []}");

    let (code, _, err) = Package::new("nameless").run(&["pull"]);
    assert_eq!(code, 2);
    assert!(err.contains("KNACK_APP_ID"), "{err}");
}

#[test]
fn the_folder_may_be_elsewhere() {
    let package = Package::new("elsewhere");
    let from = shop();
    package.out(&["pull", "--from", from.to_str().unwrap(), "--out", "schemas/shop"]);
    assert!(!package.0.join(".knack").exists());
    package.out(&["check", "--from", from.to_str().unwrap(), "--schema", "schemas/shop"]);
    let mut objects = program(&["objects"]);
    objects.current_dir(&package.0).env("KNACK_SCHEMA_DIR", "schemas/shop");
    assert!(output(&mut objects).1.contains("Customers"));
    // The variable is seen from the package, as the derive sees it.
    let (code, out, err) = output(objects.current_dir(package.0.join("src")));
    assert!(code == 0 && out.contains("Customers"), "{err}");
    // Found from a folder below, too.
    package.out(&["pull", "--from", from.to_str().unwrap()]);
    let (code, out, _) = output(program(&["objects"]).current_dir(package.0.join("src")));
    assert!(code == 0 && out.contains("Customers"), "{out}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_working_folder_that_is_gone_is_told() {
    let package = Package::new("gone");
    let mut shell = Command::new("sh");
    shell.args(["-c", "rm -r ../gone && exec \"$0\" objects", env!("CARGO_BIN_EXE_cargo-knack")]);
    let (code, _, err) = output(shell.current_dir(&package.0).env_remove("KNACK_SCHEMA_DIR"));
    assert_eq!(code, 1);
    assert!(err.contains("the working folder is not there any more"), "{err}");
}

#[test]
fn a_workspace_has_one_folder() {
    let package = pulled("workspace");
    package.write("members/till/Cargo.toml", "[package]\nname = \"till\"\nversion = \"0.1.0\"\n");
    let in_member =
        |arguments: &[&str]| output(program(arguments).current_dir(package.0.join("members/till")));
    let dump = package.dump(|app| app["objects"][1]["name"] = "Clients".into());
    let dump = dump.to_str().unwrap();
    assert_eq!(in_member(&["check", "--from", dump]).0, 1);
    let (code, out, err) = in_member(&["pull", "--from", dump]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("renamed \"Customers\" → \"Clients\""), "{out}");
    assert!(!package.0.join("members/till/.knack").exists(), "what the workspace has is written");
    assert_eq!(package.out(&["check", "--from", dump]), "nothing differs\n");
}

#[test]
fn a_repository_ends_the_search() {
    let outer = pulled("repository");
    outer.write("inner/.git/HEAD", "");
    outer.write("inner/Cargo.toml", "[package]\nname = \"inner\"\nversion = \"0.1.0\"\n[workspace]\n");
    let inner = |arguments: &[&str]| output(program(arguments).current_dir(outer.0.join("inner")));
    let (code, _, err) = inner(&["objects"]);
    assert_eq!(code, 1);
    assert!(err.contains("there is no schema in "), "{err}");
    assert_eq!(inner(&["pull", "--from", shop().to_str().unwrap()]).0, 0);
    assert!(outer.0.join("inner/.knack/app.json").is_file());
}

#[test]
fn looking_around() {
    let package = pulled("look");
    let shown = [
        package.out(&["objects"]),
        package.out(&["objects", "--search", "ORDER"]),
        package.out(&["fields", "orders"]),
        package.out(&["fields", "--search", "note"]),
        package.out(&["views"]),
        package.out(&["views", "--search", "nowhere"]),
    ];
    insta::assert_snapshot!("look", shown.join("\n"));
    let fields = json_of(program(&["fields", "object_2", "--format", "json"]).current_dir(&package.0));
    assert_eq!(fields[4]["options"], json!(["New", "Sent", "Back"]));
    let views = json_of(program(&["views", "--format", "json"]).current_dir(&package.0));
    assert_eq!(views[2]["access"], "users with profile_4");
    assert_eq!(views[2]["columns"], json!(["field_20", "field_2"]));

    let (code, _, err) = package.run(&["fields", "Custommers"]);
    assert_eq!(code, 1);
    assert!(err.contains("no object `Custommers`; did you mean `Customers`?"), "{err}");
    let (code, _, err) = package.run(&["fields", "Staff"]);
    assert_eq!(code, 1);
    assert!(err.contains("object_4 or object_5"), "{err}");
    let dump = package.dump(|app| app["objects"][0]["name"] = "orders".into());
    let alike = |name| package.run(&["fields", name, "--from", dump.to_str().unwrap()]);
    let (code, _, err) = alike("ORDERS");
    assert_eq!(code, 1);
    assert!(err.contains("several objects are named `ORDERS`: give a key, "), "{err}");
    assert_eq!((alike("orders").0, alike("Orders").0), (0, 0), "as it is, each is meant");
}

#[test]
fn diagrams() {
    let package = pulled("diagram");
    insta::assert_snapshot!("diagram", package.out(&["diagram", "Customers", "Orders", "Items"]));
    let image = package.out(&["diagram", "--format", "svg"]);
    assert!(image.starts_with("<?xml") && image.ends_with("</svg>\n"));
    let told = package.out(&["diagram", "--svg", "shop.svg"]);
    assert!(told.contains("open it in a browser"), "{told}");
    assert_eq!(package.read("shop.svg"), image);
}

#[test]
fn the_doctor_says_what_to_do() {
    let dump: Value = serde_json::from_str(&fs::read_to_string(shop()).unwrap()).unwrap();
    let local = Local::serve(Emulator::builder().application(dump).daily_calls(1_000));
    let package = Package::new("doctor");
    let url = format!("{}/v1", local.server.url());
    let doctor = |key: &str| {
        let mut doctor = program(&["doctor", "--app", local.knack.application_id(), "--base-url", &url]);
        output(doctor.env("KNACK_API_KEY", key).current_dir(&package.0))
    };
    let (code, out, err) = doctor(local.knack.api_key());
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    assert!(
        out.contains("✓ API key     it was accepted") && out.contains("→ make it: cargo knack pull"),
        "{out}"
    );
    assert_eq!(local.knack.requests().len(), 2, "at most three questions");

    package.out(&["pull", "--from", shop().to_str().unwrap()]);
    let manifest = |include: &str| {
        format!("[package]\nname = \"shop\"\nversion = \"0.1.0\"\ninclude = [{include}]\n[workspace]\n")
    };
    package.write("Cargo.toml", &manifest("\"src\", \".knack/**\""));
    let (code, out, _) = doctor(local.knack.api_key());
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("998 of 1,000 calls left today, 10 a second"), "{out}");
    assert!(out.contains("✓ up to date") && out.contains("✓ package     takes the schema along"), "{out}");

    let (code, out, _) = doctor("wr0ng");
    assert_eq!(code, 1);
    assert!(out.contains("✗ API key     it was not accepted") && !out.contains("wr0ng"), "{out}");

    package.write("Cargo.toml", &manifest("\"src\""));
    package.write(".knack/objects/object_3.json", "{\"key\": \"object_3\", \"name\": \"Things\"}");
    let (code, out, _) = doctor(local.knack.api_key());
    assert_eq!(code, 1);
    assert!(out.contains("an include list in Cargo.toml must have \".knack/**\""), "{out}");
    assert!(out.contains("2 differences to the application"), "{out}");

    local.knack.inject(Fault::new(Effect::Status { status: 503, body: "Down".into() }));
    let (code, out, _) = doctor(local.knack.api_key());
    assert_eq!(code, 1);
    assert!(
        out.contains(
            "✗ host        it answered 503 Service Unavailable, `Down`\n              → ask again later"
        ),
        "{out}"
    );
    let pull = ["pull", "--app", local.knack.application_id(), "--base-url", &url];
    let (code, _, err) = package.run(&pull);
    assert_eq!(code, 1);
    assert!(err.contains("503") && err.contains("status.knack.com") && !err.contains("id right"), "{err}");

    let mut doctor = program(&["doctor", "--app", "my-app", "--format", "json"]);
    let (code, out, _) = output(doctor.current_dir(&package.0));
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report[0]["about"], &report[0]["ok"]), (&json!("application"), &json!(false)));
}

#[test]
fn recorded_applications_are_pulled_and_drawn() {
    let Some(fixtures) = fixtures() else { return };
    for (path, objects) in [("knackpy/_metadata.json", 7), ("pyknackhq/tests_schema.json", 19)] {
        let package = Package::new(&format!("recorded-{objects}"));
        let from = fixtures.join(path);
        let from = from.to_str().unwrap();
        let told = package.out(&["pull", "--from", from]);
        assert!(told.contains(&format!("{objects} objects")), "{told}");
        assert_eq!(package.out(&["check", "--from", from]), "nothing differs\n");
        let listed = package.out(&["objects", "--format", "json"]);
        assert_eq!(serde_json::from_str::<Vec<Value>>(&listed).unwrap().len(), objects);
        let image = package.out(&["diagram", "--format", "svg"]);
        assert_eq!(image.matches("class=\"head\"").count(), objects);
        assert!(package.out(&["diagram"]).starts_with("erDiagram\n    object_"));
        let all: String =
            ["app.json", "scenes.json"].map(|path| package.read(&format!(".knack/{path}"))).concat();
        assert!(!all.contains('@') && !all.contains("null"), "{all}");
    }
}
