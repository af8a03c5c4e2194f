//! Proof that a change in Knack breaks the build: the same structs beside the schema as it is, and beside one in
//! which somebody renamed the field `SKU`, and took the column `Price` out of the catalog's table.
//!
//! trybuild compiles in a folder of its own; the schema is found all the same, from the source file of each
//! struct upwards.

#[test]
fn a_renamed_field_breaks_the_build() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/as_pulled/product.rs");
    cases.compile_fail("tests/renamed/product.rs");
}

#[test]
fn a_column_that_is_gone_breaks_the_build() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/as_pulled/catalog.rs");
    cases.compile_fail("tests/renamed/catalog.rs");
}
