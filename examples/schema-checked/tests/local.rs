//! The program against a local Knack: no network, no account.

use std::fs;
use std::path::Path;

use knack_emulator::Emulator;
use knack_runtime::{Client, KnackObject};
use workshop::{Customer, NewOrder, Order, Status};

#[tokio::test]
async fn orders_are_made_and_listed() -> Result<(), Box<dyn std::error::Error>> {
    let local = Emulator::builder().sample().build()?;
    let knack = Client::builder(local.application_id())
        .api_key(local.api_key())
        .transport(local.transport())
        .build()?;
    let before = workshop::in_progress(&knack).await?.len();
    let customers = Customer::list(&knack).all().await?;
    let new = NewOrder { customer: customers[0].id.into(), status: Status::InProgress };
    let order: Order = Order::create(&knack, &new).await?;
    assert_eq!((order.status, order.customer.id()), (Status::InProgress, customers[0].id));
    assert_eq!(workshop::in_progress(&knack).await?.len(), before + 1);
    Ok(())
}

/// The compiler checks the structs against what the program works with here: `cargo knack pull` would write
/// nothing else.
#[tokio::test]
async fn the_folder_is_as_pulled() -> Result<(), Box<dyn std::error::Error>> {
    let local = Emulator::builder().sample().build()?;
    let knack = Client::builder(local.application_id()).transport(local.transport()).build()?;
    for (path, text) in knack.application().await?.folder() {
        assert_eq!(fs::read_to_string(Path::new(".knack").join(&path))?, text, "{path}");
    }
    Ok(())
}
