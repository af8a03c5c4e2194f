//! Private structs, structs inside functions, and a documented public one under strict lints.

#![deny(missing_docs, unreachable_pub, warnings)]
#![deny(clippy::all)]

/// A private struct, used beside it and in a module below.
mod private {
    use knack_runtime::KnackObject;

    #[derive(KnackObject)]
    #[knack(object = "object_3")]
    struct Customer {
        #[knack(key = "field_7", kind = "short_text")]
        name: String,
    }

    pub(crate) mod below {
        pub(crate) fn key() -> String {
            let _ = |customer: super::Customer| customer.name;
            super::Customer::NAME.key().to_string()
        }
    }
}

/// Visibilities between private and public.
mod between {
    pub(crate) mod inner {
        use knack_runtime::KnackObject;

        #[derive(KnackObject)]
        #[knack(object = "object_3")]
        pub(in crate::between) struct Customer {
            #[knack(key = "field_7", kind = "short_text")]
            pub(super) name: String,
        }

        #[derive(KnackObject)]
        #[knack(object = "object_3")]
        pub(crate) struct Everywhere {
            #[knack(key = "field_7", kind = "short_text")]
            pub(crate) name: String,
        }
    }

    pub(crate) fn key() -> String {
        let _ = |customer: inner::Customer| customer.name;
        inner::Customer::NAME.key().to_string()
    }
}

/// A public struct.
pub mod public {
    use knack_runtime::KnackObject;

    /// A customer.
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_3")]
    pub struct Customer {
        /// The name.
        #[knack(key = "field_7", kind = "short_text")]
        pub name: String,
    }

    /// A new customer.
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_3", create)]
    pub struct NewCustomer {
        /// The name.
        #[knack(key = "field_7", kind = "short_text")]
        pub name: Option<String>,
    }
}

fn main() {
    use knack_runtime::KnackObject;

    #[derive(KnackObject)]
    #[knack(object = "object_3")]
    struct Local {
        #[knack(key = "field_7", kind = "short_text")]
        name: String,
    }

    let _ = |local: Local, everywhere: between::inner::Everywhere| local.name + &everywhere.name;
    let keys = [private::below::key(), between::key(), Local::NAME.key().to_string()];
    assert!(keys.iter().all(|key| *key == public::Customer::NAME.key().to_string()));
    assert_eq!(between::inner::Everywhere::NAME.key().to_string(), "field_7");
}
