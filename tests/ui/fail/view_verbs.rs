//! What a view cannot do.

use knack_runtime::{Client, KnackView, Patch, RecordId, User};

#[derive(KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_4", access = "public", can = "list")]
struct Table {
    #[knack(key = "field_30", kind = "short_text")]
    name: String,
}

#[derive(KnackView)]
#[knack(view = "view_3", scene = "scene_4", object = "object_1", access = "public", can = "create")]
struct Form {
    #[knack(key = "field_5", kind = "short_text")]
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_8", scene = "scene_7", access = "login", can = "report")]
struct Sales;

fn used(client: &Client<User>, id: RecordId, row: &Table) {
    let _ = Table::create(client, row);
    let _ = Table::get(client, id);
    let _ = Table::update(client, id, Patch::new());
    let _ = Table::delete(client, id);
    let _ = Table::report(client);
    let _ = Form::list(client);
    let _ = Form::update(client, id, Patch::new());
    let _ = Sales::list(client);
}

fn main() {}
