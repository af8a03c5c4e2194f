//! Views on the page of a record, and at the top.

use knack_runtime::{Client, KnackView, RecordId, Result, User};

#[derive(KnackView)]
#[knack(view = "view_12", scene = "scene_8", object = "object_6", access = "login", can = "list")]
#[knack(under = "customer-details", parent = "object_1")]
struct CustomerOrder {
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u32,
}

#[derive(KnackView)]
#[knack(view = "view_13", scene = "scene_8", object = "object_6", access = "login", can = "create")]
#[knack(under = "customer-details", parent = "object_1")]
struct NewOrder {
    #[knack(key = "field_50", kind = "paragraph_text")]
    instructions: String,
}

#[derive(KnackView)]
#[knack(view = "view_3", scene = "scene_4", object = "object_1", access = "public", can = "create")]
struct SignUp {
    #[knack(key = "field_5", kind = "short_text")]
    company: String,
}

async fn used(user: &Client<User>, id: RecordId, order: NewOrder, sign_up: SignUp) -> Result<()> {
    CustomerOrder::list(user).all().await?;
    let _ = NewOrder::create(user, &order);
    let _ = SignUp::create_of(user, id, &sign_up);
    Ok(())
}

fn main() {}
