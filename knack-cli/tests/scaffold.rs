//! What `scaffold` prints, and that it compiles and reads records.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Package, fixtures, shop};
use knack_runtime::schema::{Application, FieldSchema};
use serde_json::{Value, json};

#[test]
fn structs_name_things_as_their_folder_does() {
    let package = Package::new("scaffold");
    package.out(&["pull", "--from", shop().to_str().unwrap()]);
    insta::assert_snapshot!("scaffold", package.out(&["scaffold", "--create"]));
    let one = package.out(&["scaffold", "Orders", "--trust-required", "--no-jiff", "--no-decimal"]);
    insta::assert_snapshot!("scaffold_one", one);
    insta::assert_snapshot!("scaffold_keys", package.out(&["scaffold", "--keys", "Orders", "object_12"]));
}

#[test]
fn a_file_is_never_written_over() {
    let package = Package::new("scaffold-file");
    package.out(&["pull", "--from", shop().to_str().unwrap()]);
    let told = package.out(&["scaffold", "Items", "--out", "src/items.rs"]);
    assert_eq!(told, "wrote src/items.rs: 1 struct, 0 enums\n");
    let written = package.read("src/items.rs");
    assert_eq!(written, package.out(&["scaffold", "Items"]));
    let (code, _, err) = package.run(&["scaffold", "--out", "src/items.rs"]);
    assert_eq!(code, 1);
    assert!(err.contains("src/items.rs is there already"), "{err}");
    assert_eq!(package.read("src/items.rs"), written);
}

/// In a comment or a text, rustc denies what turns the direction of reading.
#[test]
fn nothing_turns_the_direction_of_reading() {
    let package = Package::new("scaffold-turned");
    let turned = "a\u{202e}b\u{2066}c\u{2069}\u{202c}";
    let dump = package.dump(|app| {
        app["name"] = turned.into();
        app["objects"][1]["name"] = turned.into();
        app["objects"][1]["fields"][2]["name"] = turned.into();
        app["objects"][2]["fields"][4]["format"]["options"] = json!([turned, "New"]);
    });
    package.out(&["pull", "--from", dump.to_str().unwrap()]);
    for asked in [&["scaffold", "--create"][..], &["scaffold", "--keys"]] {
        let code = package.out(asked);
        let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!code.contains(turns) && code.contains("abc"), "{code}");
    }
}

/// An application, the objects whose records were recorded, and the structs that are made of it.
struct Case {
    name: &'static str,
    dump: PathBuf,
    recorded: Option<PathBuf>,
}

fn cases() -> Vec<Case> {
    let mut cases = vec![Case { name: "shop", dump: shop(), recorded: None }];
    if let Some(fixtures) = fixtures() {
        let recorded = Some(fixtures.join("knackpy/_all_fields.json"));
        cases.push(Case { name: "knackpy", dump: fixtures.join("knackpy/_metadata.json"), recorded });
        cases.push(Case {
            name: "pyknackhq",
            dump: fixtures.join("pyknackhq/tests_schema.json"),
            recorded: None,
        });
    }
    cases
}

#[test]
fn what_is_printed_compiles_and_reads_records() {
    let programs = trybuild::TestCases::new();
    for case in cases() {
        programs.pass(case.program(&["--create", "--keys"], "keys"));
        programs.pass(case.program(&["--create"], "checked"));
    }
}

impl Case {
    /// A package with the folder, and a program of the scaffold that reads every object.
    fn program(&self, asked: &[&str], form: &str) -> PathBuf {
        let package = Package::new(&format!("scaffold-{}-{form}", self.name));
        package.out(&["pull", "--from", self.dump.to_str().unwrap()]);
        let code = package.out(&[&["scaffold"], asked].concat());
        let app = Application::read(&fs::read(&self.dump).unwrap()).unwrap();
        let records = self.records(&app);
        package.write("records.json", &Value::Object(records.clone()).to_string());
        let reads = structs(&code).into_iter().map(|(name, object)| {
            let object = app.object(&object).unwrap().key.to_string();
            let wanted = records[&object].as_array().unwrap().len();
            format!(
                "    assert_eq!({name}::list(&knack).all().await.unwrap().len(), {wanted}, \"{name}\");\n"
            )
        });
        let path = format!("{}_{form}.rs", self.name);
        package.write(
            &path,
            &program(&code, &self.dump, &package.0.join("records.json"), &reads.collect::<String>()),
        );
        package.0.join(path)
    }

    /// For each object a record that holds nothing and one that is filled; and what was recorded.
    fn records(&self, app: &Application) -> serde_json::Map<String, Value> {
        let numbered = |n: usize| format!("5f00000000000000000{n:05x}");
        let mut records = serde_json::Map::new();
        for (place, object) in app.objects.iter().enumerate() {
            let mut filled = json!({"id": numbered(2 * place)});
            for field in &object.fields {
                if let (Some(value), Some(record)) = (value(field), filled.as_object_mut()) {
                    record.insert(field.key.to_string(), value);
                }
            }
            records.insert(object.key.to_string(), json!([{"id": numbered(2 * place + 1)}, filled]));
        }
        if let Some(path) = &self.recorded {
            let recorded: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            records.insert("object_3".to_owned(), recorded["records"].clone());
        }
        records
    }
}

fn program(code: &str, dump: &Path, records: &Path, reads: &str) -> String {
    let [dump, records] = [dump, records].map(|path| path.to_str().unwrap());
    format!(
        "#![deny(warnings)]\n#![allow(dead_code)]\n{code}\n\
         #[tokio::main(flavor = \"current_thread\", start_paused = true)]\nasync fn main() {{\n    \
         let local = knack_emulator::Emulator::builder().application_file({dump:?}).unwrap()\n        \
         .records_from({records:?}).unwrap().build().unwrap();\n    \
         let builder = knack_runtime::Client::builder(local.application_id()).api_key(local.api_key());\n    \
         let knack = builder.transport(local.transport()).build().unwrap();\n{reads}}}\n"
    )
}

/// The structs of records, with the objects as they name them.
fn structs(code: &str) -> Vec<(String, String)> {
    let mut structs = Vec::new();
    let mut object = None;
    for line in code.lines() {
        if let Some(attribute) = line.strip_prefix("#[knack(object = ") {
            object =
                attribute.strip_suffix(")]").and_then(|named| serde_json::from_str::<String>(named).ok());
        } else if let (Some(line), Some(object)) = (line.strip_prefix("pub struct "), object.take()) {
            structs.push((line.split([' ', '{']).next().unwrap().to_owned(), object));
        }
    }
    structs
}

/// A raw value of a field's kind; none for what Knack computes or never sends.
fn value(field: &FieldSchema) -> Option<Value> {
    let date = json!({"date": "09/11/2019", "date_formatted": "09/11/2019", "hours": "04", "minutes": "14",
        "am_pm": "PM", "unix_timestamp": 1_568_218_440_000_u64, "iso_timestamp": "2019-09-11T16:14:00.000Z",
        "timestamp": "09/11/2019 04:14 pm", "time": 974});
    let asset = json!({"id": "5d7967132be2bb0010892ce7", "application_id": "5f0000000000000000000042", "s3": true,
        "type": "file", "filename": "a.pdf", "url": "https://example.com/a.pdf", "thumb_url": "", "size": 3});
    Some(match field.kind.name() {
        "short_text" | "paragraph_text" | "rich_text" => "a <b>text</b>".into(),
        "multiple_choice" if field.several => {
            json!(field.options.iter().chain([&"Later".to_owned()]).collect::<Vec<_>>())
        }
        "multiple_choice" => field.options.first()?.clone().into(),
        "boolean" => true.into(),
        "number" => 1.5.into(),
        "currency" => "100.43".into(),
        "auto_increment" => 7.into(),
        "rating" => 3.into(),
        "date_time" if field.format.contains_key("calendar") => {
            let mut range = date.clone();
            range["to"] = date;
            range
        }
        "date_time" => date,
        "timer" => json!({"times": [{"from": date, "to": date}], "total_time": 0}),
        "name" => json!({"first": "Ann", "last": "Ray"}),
        "email" => json!({"email": "ann@example.com"}),
        "phone" => {
            json!({"full": "5129743546", "area": "512", "number": "9743546", "formatted": "(512) 974-3546"})
        }
        "address" => json!({"street": "1 Main St", "city": "Oslo", "latitude": "59.91", "longitude": 10.75}),
        "link" => json!({"url": "https://example.com"}),
        "image" if field.format.get("source") == Some(&"url".into()) => "https://example.com/a.png".into(),
        "file" | "image" => asset,
        "signature" => json!({"base30": "1W", "svg": "<svg/>"}),
        "connection" => json!([{"id": "5f0000000000000000000001", "identifier": "One"}]),
        "user_roles" => json!(["profile_4"]),
        "unknown" => json!({"of": ["any", "shape"]}),
        _ => return None,
    })
}
