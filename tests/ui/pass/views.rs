//! Structs of views without a schema.

#![deny(warnings)]

use knack_runtime::view::Creates as _;
use knack_runtime::{Client, KnackView, Patch, RecordId, Result, User};

#[derive(Debug, KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_4", access = "public", can = "list")]
struct Catalog {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_33", kind = "currency")]
    price: Option<f64>,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_3", scene = "scene_4", object = "object_1", access = "public", can = "create")]
struct SignUp {
    #[knack(key = "field_5", kind = "short_text", required)]
    company: String,
    #[knack(key = "field_3", kind = "phone")]
    phone: Option<String>,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_12", scene = "scene_8", object = "object_6", access = "login", can = "list, update, delete")]
#[knack(under = "customer-details", parent = "object_1")]
struct CustomerOrder {
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u64,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_14", scene = "scene_8", object = "object_1", access = "login", can = "get, update")]
struct Edit {
    #[knack(key = "field_5", kind = "short_text", required)]
    company: String,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_8", scene = "scene_7", access = "login", can = "report")]
struct Sales;

async fn used(anybody: &Client, user: &Client<User>, id: RecordId) -> Result<()> {
    let catalog = Catalog::list(anybody).filter(Catalog::PRICE.higher_than(7)).all().await?;
    println!("{:?}", catalog.first().map(|product| (product.id, product.price)));
    println!("{:?}", CustomerOrder::list(user).of(id).all().await?.first().map(|order| order.number));
    CustomerOrder::delete(user, id).await?;
    println!("{}", Edit::update(user, id, Patch::new().set(Edit::COMPANY, "Ann")).await?.company);
    println!("{:?}", Sales::report(user).await?);
    Ok(())
}

fn main() {
    let _ = used;
    let form = SignUp { company: "Fjord".into(), phone: None };
    assert_eq!(form.body().unwrap(), r#"{"field_5":"Fjord"}"#);
    assert_eq!((SignUp::VIEW.scene().to_string(), SignUp::PHONE.key().to_string()), ("scene_4".into(), "field_3".into()));
}
