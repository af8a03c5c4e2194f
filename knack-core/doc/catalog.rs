// What the examples of views stand on; they include this file out of sight.

use knack_core::call::Call;
use knack_core::view::{Login, Public, ViewAccess};
pub use knack_core::verbs::{Execute, Reply};
pub use knack_core::{KnackView, Patch, RecordId, Result};

/// A table that everybody may see.
#[derive(Clone, Debug, PartialEq, knack_derive::KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_4", access = "public", can = "list, update, delete")]
#[knack(crate = knack_core)]
pub struct Product {
    #[knack(key = "field_30", kind = "short_text", required)]
    pub name: String,
    #[knack(key = "field_35", kind = "number")]
    pub in_stock: Option<u32>,
}

/// Details of a record, behind a login.
#[derive(Clone, Debug, PartialEq, knack_derive::KnackView)]
#[knack(view = "view_5", scene = "scene_5", object = "object_4", access = "login", can = "get", crate = knack_core)]
pub struct Details {
    #[knack(id)]
    pub id: RecordId,
    #[knack(key = "field_30", kind = "short_text", required)]
    pub name: String,
}

/// A form of new records, for everybody.
#[derive(Clone, Debug, knack_derive::KnackView)]
#[knack(view = "view_3", scene = "scene_4", object = "object_1", access = "public", can = "create", crate = knack_core)]
pub struct SignUp {
    #[knack(key = "field_5", kind = "short_text", required)]
    pub company: String,
    #[knack(key = "field_10", kind = "connection")]
    pub partner: Option<RecordId>,
}

/// A table on the page of a record of `object_1`.
#[derive(Clone, Debug, knack_derive::KnackView)]
#[knack(view = "view_12", scene = "scene_8", object = "object_6", access = "login", can = "list")]
#[knack(under = "customer-details", parent = "object_1", crate = knack_core)]
pub struct CustomerOrder {
    #[knack(key = "field_40", kind = "auto_increment")]
    pub number: u64,
}

/// Figures for those who are logged in.
#[derive(knack_derive::KnackView)]
#[knack(view = "view_8", scene = "scene_7", access = "login", can = "report", crate = knack_core)]
pub struct Sales;

/// A client of a user whose every answer is this; a second page of a list is empty.
#[derive(Clone)]
pub struct Canned(pub &'static str);

impl ViewAccess<Public> for Canned {}
impl ViewAccess<Login> for Canned {}

impl Execute for Canned {
    async fn execute(&self, call: Call) -> Result<Reply> {
        let behind = call.query().contains("page=") && !call.query().contains("page=1&");
        let list = call.verb() == knack_core::call::Verb::List;
        Ok(Reply { body: if list && behind { r#"{"records":[]}"#.into() } else { self.0.into() } })
    }
}
