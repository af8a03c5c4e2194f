//! Labels that the object does not know, or not so.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    #[knack(field = "Average spend")] //~
    spent: Option<f64>,
    #[knack(field = "e_mail_work")] //~
    mail: Option<String>,
    #[knack(field = "")] //~
    nothing: String,
    #[knack(field = "Discount")] //~
    discount: Option<f64>,
}

fn main() {}
