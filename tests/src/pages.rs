//! Structs of the sample application's views.

use jiff::civil::DateTime;
use knack_runtime::key::ProfileKey;
use knack_runtime::value::{EmailAddress, PersonName};
use knack_runtime::{KnackView, Link, RecordId};
use rust_decimal::Decimal;

use crate::sample::Customer;

/// The password of every account of the sample application.
pub const PASSWORD: &str = "Pedal-2026";

/// The public catalog: what is still sold, by its stock number.
#[derive(Clone, Debug, PartialEq, KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_4", access = "public", can = "list")]
pub struct CatalogProduct {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The name.
    #[knack(key = "field_30", kind = "short_text", required)]
    pub name: String,
    /// The stock number.
    #[knack(key = "field_31", kind = "short_text", required)]
    pub sku: String,
    /// The price.
    #[knack(key = "field_33", kind = "currency")]
    pub price: Option<Decimal>,
}

/// The ten dearest bikes.
#[derive(Clone, Debug, PartialEq, KnackView)]
#[knack(view = "view_4", scene = "scene_4", object = "object_4", access = "public", can = "list")]
pub struct DearBike {
    /// The price.
    #[knack(key = "field_33", kind = "currency")]
    pub price: Option<Decimal>,
}

/// Details of a product, for everybody.
#[derive(Clone, Debug, PartialEq, KnackView)]
#[knack(view = "view_5", scene = "scene_5", object = "object_4", access = "public", can = "get")]
pub struct ProductPage {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The name.
    #[knack(key = "field_30", kind = "short_text", required)]
    pub name: String,
}

/// The form by which anybody becomes a customer.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_3", scene = "scene_4", object = "object_1", access = "public", can = "create")]
pub struct SignUp {
    /// The name.
    #[knack(key = "field_1", kind = "name", required)]
    pub name: PersonName,
    /// The e-mail address.
    #[knack(key = "field_2", kind = "email", required)]
    pub email: EmailAddress,
    /// The company.
    #[knack(key = "field_5", kind = "short_text")]
    pub company: Option<String>,
}

impl SignUp {
    /// Somebody with this e-mail address.
    pub fn with_email(email: &str) -> Self {
        Self { name: PersonName::new("Ann", "Berg"), email: email.into(), company: None }
    }
}

/// The orders, which the staff edits in place and deletes.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_7", scene = "scene_7", object = "object_6", access = "login")]
#[knack(can = "list, update, delete")]
pub struct WorkshopOrder {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The order's number.
    #[knack(key = "field_40", kind = "auto_increment")]
    pub number: u64,
    /// Whose order it is.
    #[knack(key = "field_41", kind = "connection", required)]
    pub customer: Link<Customer>,
    /// `New`, `In Progress` and so on.
    #[knack(key = "field_46", kind = "multiple_choice", required)]
    pub status: String,
    /// Whether it is paid.
    #[knack(key = "field_48", kind = "boolean")]
    pub paid: bool,
}

/// The figures of the orders.
#[derive(Clone, Copy, Debug, KnackView)]
#[knack(view = "view_8", scene = "scene_7", access = "login", can = "report")]
pub struct OrderFigures;

/// The account of whoever is logged in.
#[derive(Clone, Debug, PartialEq, KnackView)]
#[knack(view = "view_9", scene = "scene_7", object = "object_10", access = "login", can = "get")]
pub struct MyAccount {
    /// The name.
    #[knack(key = "field_140", kind = "name", required)]
    pub name: PersonName,
    /// The roles.
    #[knack(key = "field_144", kind = "user_roles")]
    pub roles: Vec<ProfileKey>,
}

/// The customers, as the staff sees them.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_10", scene = "scene_7", object = "object_1", access = "login", can = "list")]
pub struct StaffCustomer {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The company.
    #[knack(key = "field_5", kind = "short_text")]
    pub company: Option<String>,
    /// How many orders there are.
    #[knack(key = "field_84", kind = "count")]
    pub orders: u64,
}

/// Details of a customer, for the staff.
#[derive(Clone, Debug, PartialEq, KnackView)]
#[knack(view = "view_11", scene = "scene_8", object = "object_1", access = "login", can = "get")]
pub struct CustomerPage {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The e-mail address.
    #[knack(key = "field_2", kind = "email", required)]
    pub email: EmailAddress,
}

/// The orders of a customer.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_12", scene = "scene_8", object = "object_6", access = "login", can = "list")]
#[knack(under = "customer-details", parent = "object_1")]
pub struct CustomerOrder {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The order's number.
    #[knack(key = "field_40", kind = "auto_increment")]
    pub number: u64,
}

/// The form of a customer's new order.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_13", scene = "scene_8", object = "object_6", access = "login", can = "create")]
#[knack(under = "customer-details", parent = "object_1")]
pub struct OrderForm {
    /// Who takes it.
    #[knack(key = "field_42", kind = "connection")]
    pub taken_by: Option<RecordId>,
    /// When it is placed.
    #[knack(key = "field_43", kind = "date_time")]
    pub placed: Option<DateTime>,
    /// `New`, `In Progress` and so on.
    #[knack(key = "field_46", kind = "multiple_choice", required)]
    pub status: String,
}

/// The form that changes a customer.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_14", scene = "scene_8", object = "object_1", access = "login", can = "get, update")]
pub struct EditCustomer {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The company.
    #[knack(key = "field_5", kind = "short_text")]
    pub company: Option<String>,
    /// Anything else.
    #[knack(key = "field_12", kind = "paragraph_text")]
    pub remarks: Option<String>,
}

/// The employees, for managers alone.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_16", scene = "scene_10", object = "object_3", access = "login", can = "list, update")]
pub struct PayrollEmployee {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The pay for an hour.
    #[knack(key = "field_24", kind = "currency")]
    pub hourly_rate: Option<Decimal>,
}
