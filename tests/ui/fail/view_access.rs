//! Who may not call.

use knack_runtime::{ApiKey, Client, KnackObject, KnackView, NoKey, RecordId, User};

#[derive(KnackView)]
#[knack(view = "view_7", scene = "scene_7", object = "object_6", access = "login", can = "list, delete")]
struct OrderRow {
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u32,
}

#[derive(KnackObject)]
#[knack(object = "object_6")]
struct Order {
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u32,
}

fn used(user: &Client<User>, server: &Client<ApiKey>, anybody: &Client<NoKey>, id: RecordId) {
    let _ = OrderRow::list(anybody);
    let _ = OrderRow::delete(server, id);
    let _ = Order::list(user);
    let _ = Order::get(user, id);
}

fn main() {}
