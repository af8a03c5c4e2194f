//! A program that takes its client from the environment, for the tests that set it.

use knack_runtime::{Client, KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_1")]
struct Customer {
    #[knack(id)]
    id: RecordId,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    match Client::from_env() {
        Err(error) => println!("no client: {error}"),
        Ok(knack) => match Customer::list(&knack).first().await {
            Ok(first) => println!("first: {:?}", first.map(|customer| customer.id)),
            Err(error) => println!("failed: {error}"),
        },
    }
}
