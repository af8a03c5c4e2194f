//! Futures and streams go to other tasks.

#![deny(warnings)]
#![allow(dead_code)]

use futures_core::Stream;
use knack_runtime::{Client, KnackObject, Patch, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
}

#[derive(KnackObject)]
#[knack(object = "object_3", create)]
struct NewCustomer {
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
}

fn stream<S: Stream + Send + Unpin + 'static>(stream: S) -> S {
    stream
}

fn future<F: Future + Send>(future: F) -> F {
    future
}

async fn concrete(client: Client, id: RecordId) {
    tokio::spawn(async move {
        let new = NewCustomer { name: "Ann".into() };
        let made = Customer::create(&client, &new).await?;
        Customer::get(&client, id).await?;
        Customer::get_opt(&client, id).await?;
        Customer::update(&client, made.id, Patch::new().set(Customer::NAME, made.name)).await?;
        Customer::delete(&client, id).await?;
        let mut records = stream(Customer::list(&client).stream());
        while let Some(record) = records.next().await {
            record?;
        }
        let mut pages = stream(Customer::list(&client).pages());
        while let Some(page) = pages.next().await {
            page?;
        }
        Customer::list(&client).all().await?;
        Customer::list(&client).guarded().await?;
        Customer::list(&client).first().await.map(drop)
    });
}

/// The same in code that is generic over the struct.
fn generic<T: KnackObject>(client: Client, id: RecordId)
where
    T: Sync,
{
    tokio::spawn(async move {
        let record = T::get(&client, id).await?;
        let list = T::list(&client).all().await?;
        T::create(&client, &Patch::<T>::new()).await?;
        T::update(&client, id, Patch::new()).await?;
        T::delete(&client, id).await.map(|()| (record, list))
    });
}

fn held(client: &Client, id: RecordId) {
    drop(future(Customer::get(client, id)));
    drop(future(Customer::list(client).all()));
    drop(stream(Customer::list(client).stream()));
}

fn main() {}
