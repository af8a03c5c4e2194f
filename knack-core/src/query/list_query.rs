//! What a list asks for, and its encoding.

use std::borrow::Cow;
use std::fmt::Display;
use std::marker::PhantomData;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::key::{FieldKey, RecordId};
use crate::object::{Field, ObjectTag};
use crate::query::IntoFilter;

/// All but what needs no encoding anywhere in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The sorts of a field.
impl<O, K, N> Field<O, K, N> {
    /// Sorts by this field, the least first.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().sort(Customer::AGE.asc());
    /// assert!(query.encode().contains("sort_field=field_8&sort_order=asc"));
    /// ```
    pub fn asc(self) -> Sort<O> {
        Sort { field: self.key(), descending: false, object: PhantomData }
    }

    /// Sorts by this field, the greatest first.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().sort(Customer::AGE.desc());
    /// assert!(query.encode().contains("sort_field=field_8&sort_order=desc"));
    /// ```
    pub fn desc(self) -> Sort<O> {
        Sort { field: self.key(), descending: true, object: PhantomData }
    }
}
/// The order of a list: [`Field::asc`] or [`Field::desc`]. One field alone: it is not certain that
/// Knack heeds a second.
///
/// Source: docs.knack.com/docs/sorting.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::KnackObject;
/// use knack_core::query::Sort;
///
/// fn order(oldest_first: bool) -> Sort<<Customer as KnackObject>::Object> {
///     if oldest_first { Customer::AGE.desc() } else { Customer::CITY.asc() }
/// }
/// assert!(ListQuery::default().sort(order(true)).encode().contains("desc"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sort<O> {
    field: FieldKey,
    descending: bool,
    object: PhantomData<fn() -> O>,
}

/// Which of its two forms Knack sends of every value.
///
/// Source: docs.knack.com/docs/formatting.
///
/// ```
/// use knack_core::query::{Format, ListQuery};
///
/// assert_eq!(Format::default(), Format::Raw);
/// assert!(!ListQuery::default().format(Format::Both).encode().contains("format="));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Format {
    /// Values alone, the default here: half the bytes, and no markup.
    #[default]
    Raw,
    /// Values, under `field_7_raw`, and the HTML that pages show for them, under `field_7`; Knack's
    /// own default.
    Both,
}

/// The largest page that Knack gives, in records; without a word it gives 25.
///
/// Source: docs.knack.com/docs/pagination.
///
/// ```
/// use knack_core::query::{ListQuery, MOST_ROWS};
///
/// assert_eq!(ListQuery::default().rows(), MOST_ROWS);
/// ```
pub const MOST_ROWS: u16 = 1_000;

/// What a list asks for, in the form in which it is sent. Programs refine a
/// [`List`](crate::list::List), which holds one and knows the object.
///
/// Source: docs.knack.com/docs/object-based-requests.
///
/// ```
/// use knack_core::query::{Format, ListQuery};
///
/// let query = ListQuery::default().page(2).rows_per_page(100).search("red bike").format(Format::Both);
/// assert_eq!(query.rows(), 100);
/// assert_eq!(query.encode(), "page=2&rows_per_page=100&q=red%20bike");
/// ```
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    filter: Option<Value>,
    problem: Option<String>,
    sort: Option<(FieldKey, bool)>,
    page: Option<u64>,
    rows_per_page: Option<u16>,
    search: Option<String>,
    format: Format,
    parent: Option<(&'static str, RecordId)>,
}

impl ListQuery {
    /// Keeps only what passes the filter. A second filter replaces the first. It becomes part of the
    /// URL; how long that may be is not documented, and servers often take no more than 8 KB.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.is("Oslo"));
    /// assert!(query.encode().contains("filters=%7B"));
    /// ```
    pub fn filter<O>(mut self, filter: impl IntoFilter<O>) -> Self {
        match filter.into_filter().into_json() {
            Ok(filter) => (self.filter, self.problem) = (Some(filter), None),
            Err(problem) => self.problem = Some(problem),
        }
        self
    }

    /// Only the records with these ids. That ids can be filtered by is not documented.
    pub(crate) fn only(mut self, ids: &[RecordId]) -> Self {
        let rule = |id: &RecordId| json!({ "field": "id", "operator": "is", "value": id.to_string() });
        let rules: Vec<_> = ids.iter().map(rule).collect();
        self.filter = Some(json!({ "match": "or", "rules": rules }));
        self
    }

    /// Of a list on a child page: the record of the page above, and that page's slug.
    pub(crate) fn of(mut self, slug: &'static str, parent: RecordId) -> Self {
        self.parent = Some((slug, parent));
        self
    }

    /// Why the query is not to be sent: it would not ask what it seems to.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Sets the order. Without one, Knack uses the object's own.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().sort(Customer::CITY.asc());
    /// assert!(query.encode().contains("sort_field=field_7&sort_order=asc"));
    /// ```
    pub fn sort<O: ObjectTag>(mut self, sort: Sort<O>) -> Self {
        self.sort = Some((sort.field, sort.descending));
        self
    }

    /// Sets the page, from 1. A page behind the last has no records and is no error.
    ///
    /// ```
    /// use knack_core::query::ListQuery;
    ///
    /// assert!(ListQuery::default().page(3).encode().starts_with("page=3&"));
    /// ```
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets how many records a page holds; what is not within 1 to 1,000 is brought there.
    ///
    /// ```
    /// use knack_core::query::ListQuery;
    ///
    /// assert_eq!(ListQuery::default().rows_per_page(5_000).rows(), 1_000);
    /// ```
    pub fn rows_per_page(mut self, rows: u16) -> Self {
        self.rows_per_page = Some(rows.clamp(1, MOST_ROWS));
        self
    }

    /// The rows that a page holds; [`MOST_ROWS`] unless set.
    pub fn rows(&self) -> u16 {
        self.rows_per_page.unwrap_or(MOST_ROWS)
    }

    /// Searches the fields that are marked as searchable for a text. Knack ignores it where no
    /// field is: then all records come.
    ///
    /// ```
    /// use knack_core::query::ListQuery;
    ///
    /// assert!(ListQuery::default().search("a & b").encode().ends_with("q=a%20%26%20b"));
    /// ```
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search = Some(text.into());
        self
    }

    /// Sets in which form values are sent.
    ///
    /// ```
    /// use knack_core::query::{Format, ListQuery};
    ///
    /// assert!(ListQuery::default().format(Format::Raw).encode().contains("format=raw"));
    /// ```
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// The query string, percent-encoded, without a question mark.
    ///
    /// ```
    /// use knack_core::query::ListQuery;
    ///
    /// assert_eq!(ListQuery::default().encode(), "rows_per_page=1000&format=raw");
    /// ```
    pub fn encode(&self) -> String {
        let mut query = String::new();
        let mut put = |name: &str, value: &dyn Display| {
            let text = value.to_string();
            let encoded: Cow<'_, str> = utf8_percent_encode(&text, QUERY).into();
            let separator = if query.is_empty() { "" } else { "&" };
            query.push_str(&[separator, name, "=", &encoded].concat());
        };
        if let Some((slug, parent)) = self.parent {
            put(&parameter(slug), &parent);
        }
        if let Some(page) = self.page {
            put("page", &page);
        }
        put("rows_per_page", &self.rows());
        if let Some((field, descending)) = self.sort {
            put("sort_field", &field);
            put("sort_order", &if descending { "desc" } else { "asc" });
        }
        if self.format == Format::Raw {
            put("format", &"raw");
        }
        if let Some(search) = &self.search {
            put("q", search);
        }
        if let Some(filter) = &self.filter {
            put("filters", filter);
        }
        query
    }
}

/// The parameter that gives the record of a child page's parent, by the slug of the page that shows it.
///
/// Source: docs.knack.com/docs/view-based-requests.
pub(crate) fn parameter(slug: &str) -> String {
    format!("{}_id", utf8_percent_encode(slug, QUERY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Connection, MultipleChoice, Number, ShortText};
    use crate::object::Object;
    use crate::query::{Any, Filter, Rule};
    #[cfg(feature = "jiff")]
    use crate::query::{Comparison, Operand};
    #[cfg(feature = "jiff")]
    use crate::value::{AppZone, InZone};
    #[cfg(feature = "jiff")]
    use jiff::civil::{DateTime, date, time};
    use percent_encoding::percent_decode_str;

    const BY_TAG: Field<Object<3>, MultipleChoice> = Field::new("tag", FieldKey::new(9));
    const BY_LINK: Field<Object<3>, Connection> = Field::new("link", FieldKey::new(10));
    const BY_NAME: Field<Object<3>, ShortText> = Field::new("name", FieldKey::new(7));
    const BY_AGE: Field<Object<3>, Number> = Field::new("age", FieldKey::new(8));

    fn filters(query: &ListQuery) -> Value {
        let encoded = query.encode();
        assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%=&".contains(&b)), "{encoded}");
        let text = encoded.split('&').find_map(|pair| pair.strip_prefix("filters=")).unwrap();
        serde_json::from_str(&percent_decode_str(text).decode_utf8().unwrap()).unwrap()
    }

    #[test]
    fn hostile_text_arrives_whole() {
        for text in ["a&b=c#d", "say \"hi\" \\ 'x'", "naïve 🚲 \u{0}\n", &"x".repeat(6_000)] {
            let query = ListQuery::default().filter(BY_NAME.contains(text) | BY_NAME.is(text));
            assert_eq!(
                filters(&query),
                json!({ "match": "or", "rules": [
                    { "field": "field_7", "operator": "contains", "value": text },
                    { "field": "field_7", "operator": "is", "value": text },
                ] })
            );
        }
    }

    #[test]
    fn every_part_is_encoded() {
        let query = ListQuery::default()
            .filter(BY_AGE.higher_than(40) & BY_NAME.is_not_blank())
            .sort(BY_AGE.desc())
            .page(3)
            .rows_per_page(5_000)
            .search("a b")
            .format(Format::Both);
        let encoded = query.encode();
        assert!(
            encoded
                .starts_with("page=3&rows_per_page=1000&sort_field=field_8&sort_order=desc&q=a%20b&filters=")
        );
        assert_eq!(filters(&query)["match"], "and");
        assert_eq!(ListQuery::default().encode(), "rows_per_page=1000&format=raw");
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn dates_are_in_the_american_order() {
        let text = |value: Result<Value, _>| value.unwrap().as_str().unwrap().to_owned();
        let noon = date(2026, 3, 9).at(12, 5, 0, 0);
        assert_eq!(text(noon.operand(Comparison::Equal)), "03/09/2026 12:05pm");
        assert_eq!(text(noon.date().operand(Comparison::Equal)), "03/09/2026");
        assert_eq!(text(date(2026, 3, 9).at(0, 0, 0, 0).operand(Comparison::Equal)), "03/09/2026 12:00am");
        assert_eq!(text(time(16, 14, 0, 0).operand(Comparison::Equal)), "01/01/2012 4:14pm");
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn seconds_are_rounded_or_refused() {
        let text = |value: Result<Value, crate::cell::ValueError>| {
            value.map_or_else(|why| why.to_string(), |value| value.as_str().unwrap().to_owned())
        };
        for (wall, below, above) in [
            (date(2026, 3, 9).at(12, 0, 30, 0), "03/09/2026 12:01pm", "03/09/2026 12:00pm"),
            (date(2026, 3, 9).at(12, 0, 0, 1), "03/09/2026 12:01pm", "03/09/2026 12:00pm"),
            (date(2026, 12, 31).at(23, 59, 59, 0), "01/01/2027 12:00am", "12/31/2026 11:59pm"),
        ] {
            assert_eq!(text(wall.operand(Comparison::Below)), below);
            assert_eq!(text(wall.operand(Comparison::Above)), above);
            assert!(text(wall.operand(Comparison::Equal)).contains("leave the seconds out"));
        }
        assert!(text(DateTime::MAX.operand(Comparison::Below)).contains("end of all time"));
        assert!(text(DateTime::MIN.operand(Comparison::Below)).contains("before the year 1"));
        assert!(text(time(23, 59, 1, 0).operand(Comparison::Below)).contains("is_not_blank"));
        assert_eq!(text(time(23, 58, 1, 0).operand(Comparison::Below)), "01/01/2012 11:59pm");
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn instants_are_compared_by_the_wall_clock_where_it_tells_them_apart() {
        struct Paris;

        impl AppZone for Paris {
            const NAME: &'static str = "Paris";
        }

        let text = |at: &str, by| {
            let at: InZone<Paris> = at.parse::<jiff::Timestamp>().unwrap().into();
            (&at).operand(by).map_or_else(|why| why.to_string(), |value| value.as_str().unwrap().to_owned())
        };
        assert_eq!(text("2026-07-01T10:00:00Z", Comparison::Equal), "07/01/2026 12:00pm");
        assert_eq!(text("2026-07-01T10:00:30Z", Comparison::Below), "07/01/2026 12:01pm");
        // The last minute before the clocks go forward, and both of the times that were 2:30 in October.
        assert_eq!(text("2026-03-29T00:59:30Z", Comparison::Below), "03/29/2026 2:00am");
        for fold in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"] {
            assert!(text(fold, Comparison::Equal).contains("was twice"));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_a_problem() {
        let problem = |query: ListQuery| query.problem().unwrap_or_default().to_owned();
        let none: Any<Object<3>> = [].into_iter().collect();
        assert!(problem(ListQuery::default().filter(none)).contains("any of"));
        let nan = problem(ListQuery::default().filter(BY_AGE.is(f64::NAN)));
        assert_eq!(
            nan,
            "its filter on field_8 (`is`) cannot be asked: the value is NaN, which is no number that Knack knows"
        );
        let mended = ListQuery::default().filter(BY_AGE.is(f64::NAN)).filter(BY_AGE.is(7));
        assert_eq!(mended.problem(), None);
        let raw: Filter<Object<3>> = Filter::raw(json!({"rules": [{"value": null}]}));
        assert_eq!(ListQuery::default().filter(raw).problem(), None);
        let text: Rule<Object<3>> = Rule::raw(json!("hello"));
        assert!(
            problem(ListQuery::default().filter(BY_AGE.is(1) & text)).contains("no object but \"hello\"")
        );
        let blank: Rule<Object<3>> =
            Rule::raw(json!({"field": "field_8", "operator": "is blank", "value": null}));
        assert_eq!(ListQuery::default().filter(blank).problem(), None);
    }

    #[test]
    fn filters_that_ask_nothing_are_a_problem() {
        for rule in [
            BY_NAME.is(""),
            BY_NAME.is_not(" "),
            BY_NAME.contains(""),
            BY_NAME.does_not_contain("\t"),
            BY_NAME.starts_with(""),
            BY_NAME.ends_with(String::new()),
            BY_TAG.is_any(["Club", ""]),
            BY_LINK.is(Vec::<RecordId>::new()),
        ] {
            let query = ListQuery::default().filter(rule);
            let problem = query.problem().unwrap();
            assert!(
                problem.contains("is empty; `is_blank` and `is_not_blank` ask for empty fields"),
                "{problem}"
            );
        }
        let id = RecordId::from_bytes([7; 12]);
        let nested = ListQuery::default().filter(BY_LINK.is_any([[id], [id]]));
        assert!(nested.problem().unwrap().contains("several values where one belongs"));
    }

    #[test]
    fn connections_are_compared_with_one_or_several() {
        let [one, other] = [7, 8].map(|byte| RecordId::from_bytes([byte; 12]));
        let both = json!([one.to_string(), other.to_string()]);
        for rule in [BY_LINK.is([one, other]), BY_LINK.is(vec![&one, &other]), BY_LINK.is(&[one, other][..])]
        {
            assert_eq!(filters(&ListQuery::default().filter(rule))["rules"][0]["value"], both);
        }
        let one = filters(&ListQuery::default().filter(BY_LINK.is(one)));
        assert_eq!(one["rules"][0]["value"], "070707070707070707070707");
    }

    #[test]
    fn rules_join_from_both_sides() {
        let rule = || BY_AGE.is(1);
        let right = ListQuery::default().filter(rule() & (BY_AGE.is(2) & BY_AGE.is(3)));
        let left = ListQuery::default().filter(rule() & BY_AGE.is(2) & BY_AGE.is(3));
        assert_eq!(filters(&right), filters(&left));
        let any = ListQuery::default().filter(rule() | (BY_AGE.is(2) | BY_AGE.is(3)));
        assert_eq!(filters(&any)["match"], "or");
    }
}
