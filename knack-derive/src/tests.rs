//! What the derive prints, as snapshots, and how much of it there may be.
//!
//! `INSTA_UPDATE=always cargo test -p knack-derive` writes the snapshots anew.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, parse_quote};

use crate::model::Derive;
use crate::schema::find::Place;

/// A folder of a test's own, gone when the test is over.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("knack_derive_{name}_{process}_{count}"));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.0).unwrap().to_str().unwrap().to_owned()
    }

    pub(crate) fn folder(&self, path: &str) {
        std::fs::create_dir_all(self.path(path)).unwrap();
    }

    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The code for a struct, as rustfmt would have it.
fn expansion(input: &DeriveInput) -> String {
    expansion_at(Derive::Object, input, &Place::default())
}

/// The same of a struct of a view.
fn of_view(input: &DeriveInput) -> String {
    expansion_at(Derive::View, input, &Place::default())
}

/// The same of a struct at a place, whose folder is called `$DIR`.
fn expansion_at(derive: Derive, input: &DeriveInput, place: &Place) -> String {
    let folder =
        place.file.as_ref().map_or("$DIR", |file| file.to_str().unwrap().trim_end_matches("/main.rs"));
    let code = crate::expand::derive(derive, input, place).to_string().replace(folder, "$DIR");
    prettyplease::unparse(&syn::parse_file(&code).expect("the derive prints items"))
}

/// The code for a struct beside a schema of customers.
fn checked(input: &DeriveInput) -> String {
    beside_schema(Derive::Object, input)
}

/// The same of a struct of a view.
fn checked_view(input: &DeriveInput) -> String {
    beside_schema(Derive::View, input)
}

fn beside_schema(derive: Derive, input: &DeriveInput) -> String {
    const APP: &str = r#"{"knack":1,"name":"Shop","objects":[
        {"key":"object_3","name":"Customers"},{"key":"object_6","name":"Orders"}]}"#;
    const CUSTOMERS: &str = r#"{"key":"object_3","name":"Customers","fields":[
        {"key":"field_7","name":"Company","type":"short_text","required":true},
        {"key":"field_8","name":"Orders","type":"connection",
            "relationship":{"has":"many","belongs_to":"one","object":"object_6"}},
        {"key":"field_9","name":"Status","type":"multiple_choice","format":{"options":["New","Open"],"type":"single"}},
        {"key":"field_10","name":"Born","type":"date_time","format":{"date_format":"dd/mm/yyyy"}}]}"#;
    const TABLE: &str = r#"{"key":"view_2","name":"All","type":"table","scene":"scene_1","access":"public",
        "source":{"object":"object_3"},"options":{"cell_editor":true},
        "columns":[{"key":"field_7","header":"Company"},{"type":"delete_link"}]}"#;
    const FORM: &str = r#"{"key":"view_3","name":"Add","type":"form","scene":"scene_2","access":"login",
        "under":{"slug":"order-details","object":"object_6"},"action":"create","source":{"object":"object_3"},
        "inputs":[{"key":"field_7"},{"key":"field_9"}]}"#;
    const REPORT: &str = r#"{"key":"view_4","type":"report","scene":"scene_2","access":"login"}"#;
    let scratch = Scratch::new("checked");
    scratch.file(".knack/app.json", APP);
    scratch.file(".knack/objects/object_3.json", CUSTOMERS);
    for (key, view) in [(2, TABLE), (3, FORM), (4, REPORT)] {
        scratch.file(&format!(".knack/views/view_{key}.json"), view);
    }
    expansion_at(derive, input, &Place { file: Some(scratch.path("main.rs")), ..Place::default() })
}

macro_rules! assert_expansion {
    ($expansion:ident: $($input:tt)*) => { assert_expansion!(@ $expansion $($input)*) };
    (@ $expansion:ident $($input:tt)*) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($expansion(&parse_quote!($($input)*)));
        });
    };
    ($($input:tt)*) => { assert_expansion!(@ expansion $($input)*) };
}

#[test]
fn struct_that_is_read() {
    assert_expansion! {
        #[knack(object = "object_3")]
        pub struct Customer {
            #[knack(id)]
            id: RecordId,
            #[knack(key = "field_7", kind = "short_text", required, handle = "COMPANY")]
            name: String,
            #[knack(key = "account_status", kind = "multiple_choice")]
            r#type: Option<String>,
        }
    }
}

#[test]
fn struct_of_a_new_record() {
    assert_expansion! {
        #[knack(object = "object_3", create, crate = vendor::knack)]
        struct NewCustomer {
            #[knack(key = "field_7", kind = "short_text", required)]
            name: String,
            #[knack(key = "field_8", kind = "number")]
            age: Option<u32>,
        }
    }
}

#[test]
fn struct_with_errors() {
    assert_expansion! {
        #[knack(object = "Customers")]
        pub struct Customer<'a> {
            #[knack(key = "field_7", kind = "short_txt")]
            name: &'a str,
            #[knack(key = "field_8", kind = "number")]
            age: u32,
        }
    }
}

#[test]
fn struct_with_a_schema() {
    assert_expansion! { checked:
        #[knack(object = "Customers")]
        struct Customer {
            company: String,
            #[knack(handle = "BOUGHT")]
            orders: Vec<Link<Order>>,
            status: Option<Status>,
            born: Option<Date>,
        }
    }
}

#[test]
fn new_record_with_a_schema() {
    assert_expansion! { checked:
        #[knack(object = "Customers", create)]
        struct NewCustomer {
            company: String,
            orders: Option<Link<Order>>,
        }
    }
}

#[test]
fn struct_with_errors_by_the_schema() {
    assert_expansion! { checked:
        #[knack(object = "Customers", create)]
        struct NewCustomer {
            #[knack(key = "field_9", kind = "number")]
            company: f64,
            orders: String,
        }
    }
}

#[test]
fn table_and_what_it_can() {
    assert_expansion! { checked_view:
        #[knack(view = "view_2")]
        pub struct Customer {
            #[knack(id)]
            id: RecordId,
            company: String,
        }
    }
}

#[test]
fn form_of_new_records_of_a_page() {
    assert_expansion! { checked_view:
        #[knack(view = "view_3")]
        struct NewCustomer {
            company: String,
            status: Option<Status>,
        }
    }
}

#[test]
fn report() {
    assert_expansion! { checked_view:
        #[knack(view = "view_4")]
        struct Sales;
    }
}

#[test]
fn view_without_a_schema() {
    assert_expansion! { of_view:
        #[knack(view = "view_18", scene = "scene_9", object = "object_6", access = "login", can = "get, update")]
        #[knack(under = "customer-details", parent = "object_3", crate = vendor::knack)]
        struct Order {
            #[knack(key = "field_40", kind = "number")]
            number: u32,
        }
    }
}

#[test]
fn view_with_errors() {
    assert_expansion! { checked_view:
        #[knack(view = "view_2")]
        struct Customer {
            compny: String,
        }
    }
}

#[test]
fn view_that_is_not_known() {
    assert_expansion! { checked_view:
        #[knack(view = "view_7")]
        struct Customer {
            company: String,
        }
    }
}

/// The error in the README is what the derive tells of the struct above it.
#[test]
fn the_readme_shows_what_is_told() {
    const APP: &str = r#"{"knack":1,"name":"Shop","objects":[
        {"key":"object_1","name":"Customers"},{"key":"object_6","name":"Orders"}]}"#;
    const CUSTOMERS: &str = r#"{"key":"object_1","name":"Customers","fields":[
        {"key":"field_1","name":"Full Name","type":"name"},
        {"key":"field_2","name":"Email","type":"email"},
        {"key":"field_3","name":"Phone","type":"phone"},
        {"key":"field_4","name":"Average Spend","type":"currency"},
        {"key":"field_5","name":"Orders","type":"connection",
            "relationship":{"has":"many","belongs_to":"one","object":"object_6"}}]}"#;
    let scratch = Scratch::new("readme");
    scratch.file(".knack/app.json", APP);
    scratch.file(".knack/objects/object_1.json", CUSTOMERS);
    let input = parse_quote! {
        #[knack(object = "Customers")]
        struct Customer {
            #[knack(id)]
            id: RecordId,
            name: PersonName,
            #[knack(field = "Average Spend")]
            spent: Option<Decimal>,
            orders: Vec<Link<Order>>,
        }
    };
    let place = Place { file: Some(scratch.path("main.rs")), ..Place::default() };
    let told = crate::expand::derive(Derive::Object, &input, &place).to_string();
    assert_eq!(told.matches("compile_error").count(), 1, "{told}");
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, shown) = readme.split_once("\nerror: ").unwrap();
    let (shown, _) = shown.split_once("\n  --> ").unwrap();
    let shown = shown.replace("\n       ", "\n");
    assert!(told.contains(&format!("{shown:?}")), "{shown}\n\n{told}");
}

/// A struct of as many fields, with names and types that break lines, and all that adds code.
fn wide(fields: usize, create: Option<TokenStream>) -> DeriveInput {
    let create = create.into_iter();
    let fields = (0..fields).map(|number| {
        let (name, key) = (format_ident!("preferred_contact_method_{number}"), format!("field_{number}"));
        quote! {
            #[knack(key = #key, kind = "connection", required)]
            pub #name: Vec<Link<OrderLine>>,
        }
    });
    parse_quote! {
        #[knack(object = "object_3" #(, #create)*)]
        pub struct CustomerWithContacts { #(#fields)* }
    }
}

#[test]
fn expansion_stays_within_its_budget() {
    for create in [None, Some(quote!(create))] {
        for fields in [0, 1, 5, 20] {
            let what = create.as_ref().map_or("object", |_| "create");
            within(40 + 8 * fields, &expansion(&wide(fields, create.clone())), what);
        }
    }
    for can in ["list, update, delete", "create"] {
        let mut input = wide(20, None);
        input
            .attrs
            .push(parse_quote!(#[knack(view = "view_2", scene = "scene_1", access = "public", can = #can)]));
        within(60 + 8 * 20, &of_view(&input), can);
    }
}

fn within(budget: usize, code: &str, what: &str) {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("///")).count();
    println!("{what}: {lines} of {budget} lines");
    assert!(lines <= budget, "{lines} lines of {what}, {budget} are allowed:\n{code}");
}

/// What is malformed may be meant to say what is missing: the one error says it all.
#[test]
fn nothing_is_missing_beside_what_cannot_be_read() {
    let told = |code: String| code.matches("compile_error").count();
    assert_eq!(
        told(checked_view(&parse_quote!(
            #[knack("view_2")]
            struct Customer {
                company: String,
            }
        ))),
        1
    );
    assert_eq!(
        told(checked_view(&parse_quote!(
            #[knack = "view_2"]
            struct Customer {
                company: String,
            }
        ))),
        1
    );
    assert_eq!(
        told(of_view(&parse_quote!(
            #[knack("view_2")]
            struct Customer {}
        ))),
        1
    );
    assert_eq!(
        told(checked(&parse_quote!(
            #[knack("Customers")]
            struct Customer {
                company: String,
            }
        ))),
        1
    );
    assert_eq!(
        told(expansion(&parse_quote!(
            #[knack("object_3")]
            struct Customer {}
        ))),
        1
    );
    let field: DeriveInput = parse_quote! {
        #[knack(object = "object_3")]
        struct Customer { #[knack("field_7")] name: String }
    };
    assert_eq!([told(checked(&field)), told(expansion(&field))], [1, 1]);
}
