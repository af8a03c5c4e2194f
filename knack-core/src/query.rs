//! Queries: filters that the compiler checks, sorts, pages, and their encoding.
//!
//! | kinds | filters |
//! |---|---|
//! | texts, text formula, name, e-mail, phone | `is`, `contains`, `starts_with`, `ends_with` |
//! | address | the same, and `near` |
//! | multiple choice, user roles, connection | `is`, `contains`, `is_any` |
//! | numbers, currency, rating, timer, equation, totals | `is`, `higher_than`, `lower_than` |
//! | date/time | `is`, `is_before`, `is_after`, `is_today` and the like, `is_during_the_previous(3, Months)` and the like |
//! | yes/no, link | `is` |
//! | file, image, signature | |
//! | password, unknown | none |
//!
//! Besides, `is` has `is_not`, `contains` has `does_not_contain`, and all kinds but the last two have `is_blank`
//! and `is_not_blank`. Knack's table has no row for connections; their filters are those seen in use. What
//! has no method here can be said by [`Rule::raw`].
//!
//! Source: docs.knack.com/docs/constructing-filters, …/pagination, …/sorting, …/formatting, and
//! docs.knack.com/reference/filters-field-types.
//!
//! ```
//! # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
//! # use knack_core::query::ListQuery;
//! let adults_of_oslo = Customer::CITY.is("Oslo") & Customer::AGE.higher_than(17);
//! let query = ListQuery::default().filter(adults_of_oslo).sort(Customer::AGE.desc()).rows_per_page(50);
//! let encoded = query.encode();
//! assert!(encoded.starts_with("rows_per_page=50&sort_field=field_8&sort_order=desc&format=raw&filters="));
//! ```

mod dates;
mod fit;
mod list_query;
mod methods;
mod operand;
pub mod operator;
mod rule;

pub use dates::{Unit, Units};
pub(crate) use list_query::parameter;
pub use list_query::{Format, ListQuery, MOST_ROWS, Sort};
pub use methods::{ComparedWith, Distance, Has};
pub use operand::{Comparison, Operand, TextOperand};
pub use rule::{All, Any, Filter, IntoFilter, OneLevel, Rule};
