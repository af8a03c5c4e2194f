//! Attributes of structs of views that are unknown, wrong, or missing; there is no schema.

use knack_runtime::KnackView;

#[derive(KnackView)]
struct Nothing {
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_2")]
struct Key {
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_3", accss = "public", can = "list", create)]
struct Misspelt {
    #[knack(key = "field_7", kind = "short_text")]
    company: String,
}

#[derive(KnackView)]
#[knack(view = "2", scene = "home", object = "3", access = "everybody", can = "read", under = "home", parent = "1")]
struct Wrong {
    #[knack(key = "field_7", kind = "short_text")]
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_3", access = "login", can = "list, create")]
#[knack(under = "customer-details")]
struct NotTogether {
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_3", access = "login", can = "update")]
#[knack(parent = "object_1")]
struct NotRead {
    #[knack(key = "field_7", kind = "short_text")]
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_3", access = "public", can = "create")]
struct Form {
    #[knack(id)]
    id: String,
    #[knack(key = "field_7", kind = "short_text", required)]
    company: Option<String>,
    #[knack(key = "field_8", kind = "count")]
    orders: u32,
}

#[derive(KnackView)]
#[knack(view = "view_2", scene = "scene_4", access = "public", can = "report")]
struct Report {
    #[knack(key = "field_7", kind = "short_text")]
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_2", scene = "scene_4", access = "public", can = "list")]
struct Tuple(String);

#[derive(KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_3", access = "public", can = "list")]
enum Choice {
    Company,
}

fn main() {}
