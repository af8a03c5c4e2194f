use knack_runtime::KnackView;
use rust_decimal::Decimal;

#[derive(KnackView)]
#[knack(view = "view_2")]
struct Catalog {
    name: String,
    price: Option<Decimal>,
}

fn main() {
    let used = |product: Catalog| (product.name, product.price);
    let _ = used;
}
