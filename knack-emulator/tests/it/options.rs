//! The options of connection inputs.

use http::Method;
use knack_emulator::Emulator;
use serde_json::{Value, json};

use crate::{call, get};

#[tokio::test(start_paused = true)]
async fn an_input_offers_the_records_of_its_object() {
    let knack = Emulator::builder().sample().build().unwrap();
    // "New Order", the input "Taken By".
    let path = "/scenes/scene_8/views/view_13/connections/field_42";
    let told = get(&knack, &format!("{path}?rows_per_page=2000&limit_return=true")).await;
    let options = told["records"].as_array().unwrap();
    assert_eq!(options.len(), knack.count("object_3"));
    let orders = get(&knack, "/objects/object_6/records?rows_per_page=25").await;
    let taken = orders["records"].as_array().unwrap().iter().find_map(|order| order["field_42_raw"].get(0));
    assert!(options.contains(taken.unwrap()), "as connections name them");

    let filter =
        "%5B%7B%22field%22%3A%22field_22%22%2C%22operator%22%3A%22is%22%2C%22value%22%3A%22Driver%22%7D%5D";
    let drivers = get(&knack, &format!("{path}?filters={filter}")).await;
    let drivers = drivers["records"].as_array().unwrap();
    assert!(drivers.len() < options.len() && drivers.iter().all(|driver| options.contains(driver)));
    let few = get(&knack, &format!("{path}?rows_per_page=3")).await;
    assert_eq!(few["records"], json!(options[..3]));
}

#[tokio::test(start_paused = true)]
async fn only_connections_of_the_view_have_options() {
    let knack = Emulator::builder().sample().build().unwrap();
    for (path, status) in [
        ("/pages/scene_7/views/view_7/connections/field_41", 200),
        ("/scenes/scene_8/views/view_13/connections/field_41", 400),
        ("/scenes/scene_8/views/view_13/connections/field_46", 400),
        ("/scenes/scene_8/views/view_13/connections/field_999", 400),
        ("/scenes/scene_8/views/view_99/connections/field_42", 500),
        ("/scenes/scene_99/views/view_13/connections/field_42", 500),
        ("/scenes/scene_8/views/view_13/connections", 404),
    ] {
        assert_eq!(call(&knack, Method::GET, path, Value::Null).await.0, status, "{path}");
    }
}
