//! Applications and records from files.

use std::fs;

use knack_emulator::{Emulator, EmulatorError};

#[test]
fn an_application_and_its_records() {
    let folder = std::env::temp_dir().join(format!("knack-emulator-{}", std::process::id()));
    fs::create_dir_all(folder.join("records")).unwrap();
    let app = folder.join("app.json");
    fs::write(&app, r#"{"application":{"id":"5f00000000000000000000aa","objects":[
        {"key":"object_1","fields":[{"key":"field_1","type":"short_text"}]},{"key":"object_2","fields":[]}]}}"#).unwrap();
    fs::write(folder.join("records/object_1.json"), r#"{"records":[{"id":"a","field_1":"x"},{"id":"b"}]}"#)
        .unwrap();
    fs::write(folder.join("records/object_2.json"), "[{}]").unwrap();
    fs::write(folder.join("records/README.md"), "not records").unwrap();
    fs::write(folder.join("all.json"), r#"{"object_1":[{"id":"c"}]}"#).unwrap();
    fs::write(folder.join("broken.json"), "{").unwrap();

    let builder = || Emulator::builder().application_file(&app).unwrap();
    let knack = builder()
        .records_from(folder.join("records"))
        .unwrap()
        .records_from(folder.join("all.json"))
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(knack.ids("object_1"), ["a", "b", "c"]);
    assert_eq!(knack.count("object_2"), 1);
    assert!(matches!(builder().records_from(folder.join("none.json")), Err(EmulatorError::Read { .. })));
    assert!(matches!(builder().records_from(folder.join("broken.json")), Err(EmulatorError::Json { .. })));
    fs::remove_dir_all(&folder).unwrap();
}
