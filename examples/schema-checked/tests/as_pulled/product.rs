use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Products")]
struct Product {
    name: String,
    sku: String,
}

fn main() {
    let used = |product: Product| (product.name, product.sku);
    let _ = used;
}
