//! What the derive accepts, and what compilers say of what it does not.
//!
//! `TRYBUILD=overwrite cargo test -p knack-tests --test derive_ui` writes the `.stderr` anew; read
//! every one as somebody would who has just met Knack.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
    cases.pass("ui/schema/pass/*.rs");
    cases.compile_fail("ui/schema/fail/*.rs");
}
