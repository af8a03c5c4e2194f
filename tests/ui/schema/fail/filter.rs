//! Filters that the kinds of the schema have not.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    company: String,
    #[knack(field = "Average Spend")]
    spent: Option<f64>,
}

fn main() {
    let _ = Customer::COMPANY.higher_than(7); //~ 2
    let _ = Customer::SPENT.contains("7"); //~ 2
}
