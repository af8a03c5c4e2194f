//! Structs of the sample application.

use jiff::civil::{Date, DateTime};
use knack_runtime::value::{EmailAddress, PersonName};
use knack_runtime::{KnackObject, Link, RecordId};
use rust_decimal::Decimal;

/// A customer.
#[derive(Clone, Debug, PartialEq, KnackObject)]
#[knack(object = "object_1")]
pub struct Customer {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The name.
    #[knack(key = "field_1", kind = "name", required)]
    pub name: PersonName,
    /// The e-mail address, which no two customers share.
    #[knack(key = "field_2", kind = "email", required)]
    pub email: EmailAddress,
    /// The company.
    #[knack(key = "field_5", kind = "short_text")]
    pub company: Option<String>,
    /// `Private`, `Business` or `Club`.
    #[knack(key = "field_6", kind = "multiple_choice")]
    pub kind: Option<String>,
    /// Whether the newsletter is sent.
    #[knack(key = "field_7", kind = "boolean")]
    pub newsletter: bool,
    /// The first day as a customer.
    #[knack(key = "field_8", kind = "date_time")]
    pub since: Option<Date>,
    /// Anything else.
    #[knack(key = "field_12", kind = "paragraph_text")]
    pub remarks: Option<String>,
}

/// A new customer.
#[derive(Clone, Debug, KnackObject)]
#[knack(object = "object_1", create)]
pub struct NewCustomer {
    /// The name.
    #[knack(key = "field_1", kind = "name", required)]
    pub name: PersonName,
    /// The e-mail address.
    #[knack(key = "field_2", kind = "email", required)]
    pub email: EmailAddress,
    /// The company.
    #[knack(key = "field_5", kind = "short_text")]
    pub company: Option<String>,
    /// The first day as a customer.
    #[knack(key = "field_8", kind = "date_time")]
    pub since: Option<Date>,
}

impl NewCustomer {
    /// Someone with this e-mail address.
    pub fn with_email(email: &str) -> Self {
        Self { name: PersonName::new("Ann", "Berg"), email: email.into(), company: None, since: None }
    }
}

/// A customer's name alone, as another projection of the same object.
#[derive(Clone, Debug, KnackObject)]
#[knack(object = "object_1")]
pub struct CustomerName {
    /// The name.
    #[knack(key = "field_1", kind = "name", required)]
    pub name: String,
}

/// A product.
#[derive(Clone, Debug, PartialEq, KnackObject)]
#[knack(object = "object_4")]
pub struct Product {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The name.
    #[knack(key = "field_30", kind = "short_text", required)]
    pub name: String,
    /// The price.
    #[knack(key = "field_33", kind = "currency")]
    pub price: Option<Decimal>,
    /// The weight in kilograms.
    #[knack(key = "field_34", kind = "number")]
    pub weight: Option<f64>,
    /// How many there are.
    #[knack(key = "field_35", kind = "number")]
    pub stock: Option<i64>,
}

/// An order.
#[derive(Clone, Debug, KnackObject)]
#[knack(object = "object_6")]
pub struct Order {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The order's number.
    #[knack(key = "field_40", kind = "auto_increment")]
    pub number: u64,
    /// Whose order it is.
    #[knack(key = "field_41", kind = "connection", required)]
    pub customer: Link<Customer>,
    /// When it was placed.
    #[knack(key = "field_43", kind = "date_time")]
    pub placed: Option<DateTime>,
    /// `New`, `In Progress` and so on.
    #[knack(key = "field_46", kind = "multiple_choice", required)]
    pub status: String,
    /// Any of `Rush`, `Warranty`, `Gift`, `Pickup`.
    #[knack(key = "field_47", kind = "multiple_choice")]
    pub tags: Vec<String>,
    /// Whether it is paid.
    #[knack(key = "field_48", kind = "boolean")]
    pub paid: bool,
}

/// A line of an order: the object with the most records.
#[derive(Clone, Debug, KnackObject)]
#[knack(object = "object_7")]
pub struct OrderLine {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// The order.
    #[knack(key = "field_61", kind = "connection", required)]
    pub order: Link<Order>,
    /// How many.
    #[knack(key = "field_63", kind = "number", required)]
    pub quantity: i64,
}
