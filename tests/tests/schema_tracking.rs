//! A schema that changes: what is built again, and which errors come. Crates of their own, built by cargo.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const APP: &str = r#"{
  "knack": 1,
  "name": "Shop",
  "objects": [
    {"key":"object_3","name":"Customers"},
    {"key":"object_6","name":"Orders"}
  ]
}"#;
const CUSTOMERS: &str = r#"{
  "key": "object_3",
  "name": "Customers",
  "fields": [
    {"key":"field_7","name":"Company","type":"short_text"},
    {"key":"field_8","name":"Employees","type":"number"}
  ]
}"#;
const TABLE: &str = r#"{
  "key": "view_2",
  "name": "Customers",
  "type": "table",
  "scene": "scene_1",
  "access": "public",
  "source": {"object":"object_3"},
  "columns": [
    {"key":"field_7","header":"Company"}
  ]
}"#;
const ORDERS: &str = r#"{
  "key": "object_6",
  "name": "Orders",
  "fields": [
    {"key":"field_40","name":"Number","type":"number"}
  ]
}"#;

/// Crates that lie beside a schema, or in a folder where none is found.
const CRATES: [(&str, &str); 5] = [
    (
        "shop/customers",
        "KnackObject)] #[knack(object = \"Customers\", crate = knack_core)] pub struct Customer { pub company: String }",
    ),
    (
        "shop/table",
        "KnackView)] #[knack(view = \"view_2\", crate = knack_core)] pub struct Row { pub company: String }",
    ),
    (
        "shop/orders",
        "KnackObject)] #[knack(object = \"Orders\", crate = knack_core)] pub struct Order { pub number: f64 }",
    ),
    (
        "apart",
        "KnackObject)] #[knack(object = \"Customers\", crate = knack_core)] pub struct Customer { pub company: String }",
    ),
    (
        "keys",
        "KnackObject)] #[knack(object = \"object_3\", crate = knack_core)] pub struct Customer {
            #[knack(key = \"field_7\", kind = \"short_text\")] pub company: String }",
    ),
];

#[test]
fn a_change_rebuilds_the_crates_that_read_the_file() {
    let crates = Crates::new();
    let (shop, other) = (Some("../shop/.knack"), Some("../other/.knack"));
    let all = ["apart", "customers", "keys", "orders", "table"];
    assert_eq!(crates.check(shop), built(all), "the first build");
    assert_eq!(crates.check(shop), built([]), "nothing changed");

    crates.write("shop/.knack/objects/object_6.json", &ORDERS.replace("field_40", "field_41"));
    assert_eq!(crates.check(shop), built(["orders"]), "an object of one crate");

    crates.write("shop/.knack/objects/object_6.json", &ORDERS.replace("Number", "Amount"));
    let outcome = crates.check(shop);
    assert_eq!(outcome.built, BTreeSet::new(), "a field was renamed: what needs it does not compile");
    let [error] = &*outcome.errors else { panic!("{:?}", outcome.errors) };
    let text = "`Orders` has no field `number`\n\
        it has `Amount` (field_40)\n\
        if it is new in Knack, run `cargo knack pull`; ";
    assert!(error.starts_with(text), "{error}");
    crates.write("shop/.knack/objects/object_6.json", ORDERS);
    assert_eq!(crates.check(shop), built(["orders"]), "and is called as before");

    crates.write("shop/.knack/objects/object_3.json", &CUSTOMERS.replace("number", "currency"));
    let several = ["apart", "customers", "keys", "table"];
    assert_eq!(crates.check(shop), built(several), "an object of several crates");

    crates.write("shop/.knack/views/view_2.json", &TABLE.replace("public", "login"));
    assert_eq!(crates.check(shop), built(["table"]), "who may see a view");

    crates.write("shop/.knack/views/view_2.json", &TABLE.replace("field_7", "field_8"));
    let outcome = crates.check(shop);
    assert_eq!(outcome.built, BTreeSet::new(), "a view lost a column: what needs it does not compile");
    let [error] = &*outcome.errors else { panic!("{:?}", outcome.errors) };
    let text = "`Customers` (view_2) does not show `Company` (field_7)\nit has `Employees` (field_8)\n";
    assert!(error.starts_with(text), "{error}");
    crates.write("shop/.knack/views/view_2.json", TABLE);
    assert_eq!(crates.check(shop), built(["table"]), "and has it again");

    // Another value of the variable matters where nothing is found without it.
    assert_eq!(crates.check(other), built(["apart", "keys"]), "the variable");
    let outcome = crates.check(None);
    assert_eq!((outcome.built, outcome.errors.len()), (built(["keys"]).built, 1), "no variable");

    crates.write("shop/.knack/app.json", &APP.replace("Customers", "Clients"));
    let outcome = crates.check(other);
    assert_eq!(outcome.built, built(["apart", "keys", "orders", "table"]).built, "an object was renamed");
    let [error] = &*outcome.errors else { panic!("{:?}", outcome.errors) };
    assert!(error.starts_with("`Shop` has no object `Customers`\nit has `"), "{error}");
}

/// What a build came to.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// The crates that were compiled, and are right.
    built: BTreeSet<String>,
    errors: Vec<String>,
}

fn built<const N: usize>(crates: [&str; N]) -> Outcome {
    Outcome { built: crates.map(str::to_owned).into(), errors: Vec::new() }
}

/// A workspace of cargo's, in the folder that cargo gives tests.
struct Crates(PathBuf);

impl Crates {
    fn new() -> Self {
        let crates = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema_tracking"));
        let _ = fs::remove_dir_all(&crates.0);
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let members = CRATES.map(|(folder, _)| folder);
        crates.write("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"));
        for (folder, code) in CRATES {
            let name = folder.rsplit('/').next().unwrap();
            crates.write(
                &format!("{folder}/Cargo.toml"),
                &format!(
                    "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\n\
                     knack-runtime-core = {{ path = '{here}/knack-core', default-features = false }}\n\
                     knack-derive = {{ path = '{here}/knack-derive' }}\n",
                    here = here.display(),
                ),
            );
            crates.write(&format!("{folder}/src/lib.rs"), &format!("#[derive(knack_derive::{code}\n"));
        }
        for schema in ["shop/.knack", "other/.knack"] {
            crates.write(&format!("{schema}/app.json"), APP);
            crates.write(&format!("{schema}/objects/object_3.json"), CUSTOMERS);
            crates.write(&format!("{schema}/objects/object_6.json"), ORDERS);
            crates.write(&format!("{schema}/views/view_2.json"), TABLE);
        }
        // The versions of our own lock file are at hand without a network.
        fs::copy(here.join("Cargo.lock"), crates.0.join("Cargo.lock")).unwrap();
        crates
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Builds them all, as far as they go.
    fn check(&self, variable: Option<&str>) -> Outcome {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "check",
            "--workspace",
            "--offline",
            "--keep-going",
            "--message-format=json",
            "--target-dir",
        ]);
        cargo.arg(self.0.with_file_name("schema_tracking_target")).current_dir(&self.0);
        match variable {
            Some(folder) => cargo.env("KNACK_SCHEMA_DIR", folder),
            None => cargo.env_remove("KNACK_SCHEMA_DIR"),
        };
        let output = cargo.output().unwrap();
        let mut outcome = built([]);
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            outcome.note(&serde_json::from_str(line).unwrap());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || !outcome.errors.is_empty(), "{errors}");
        outcome
    }
}

impl Outcome {
    fn note(&mut self, message: &Value) {
        let ours = |name: &str| CRATES.iter().any(|(folder, _)| folder.rsplit('/').next() == Some(name));
        match message["reason"].as_str() {
            Some("compiler-artifact") if message["fresh"] == false => {
                self.built
                    .extend(message["target"]["name"].as_str().filter(|name| ours(name)).map(str::to_owned));
            }
            Some("compiler-message") if message["message"]["level"] == "error" => {
                let error = &message["message"];
                if error["spans"].as_array().is_some_and(|spans| !spans.is_empty()) {
                    self.errors.extend(error["message"].as_str().map(str::to_owned));
                }
            }
            _ => {}
        }
    }
}
