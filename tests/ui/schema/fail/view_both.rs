//! Structs of views and of objects: one or the other.

use knack_runtime::{Client, KnackObject, KnackView, Result};

#[derive(Debug, KnackObject, KnackView)]
#[knack(view = "view_1")] //~
pub struct OfAView {
    company: String,
}

#[derive(Debug, KnackView, KnackObject)]
#[knack(object = "Customers")] //~
pub struct OfAnObject {
    company: String,
}

#[derive(Debug, KnackView, KnackObject)]
#[knack(object = "Customers", create)] //~
pub struct NewRecord {
    company: String,
}

#[derive(Debug, KnackObject, KnackView)]
#[knack(view = "view_1", object = "Customers", access = "public")] //~
pub struct Both {
    company: String,
}

pub async fn used(client: &Client) -> Result<()> {
    let both = OfAView::list(client).filter(OfAView::COMPANY.contains("Ann") & Both::COMPANY.is("Bob"));
    println!("{:?}", both.all().await?);
    println!("{:?}", OfAnObject::list(client).filter(OfAnObject::COMPANY.contains("Ann")).all().await?);
    OfAnObject::create(client, &NewRecord { company: "Ann".into() }).await?;
    Ok(())
}

fn main() {}
