//! Figures of a report, and the records that a form offers.

use serde_json::Value;

use crate::error::MalformedAnswer;
use crate::key::RecordId;

/// The figures of a report view: one table for each chart on it. It is not documented.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let knack = Canned(r#"{"reports":[{"records":[{"group_0":"New","calc_0":"$12.00","raw_0":12}]}]}"#);
/// for row in &Sales::report(&knack).await?.tables[0].rows {
///     println!("{}: {}", row.groups.join(", "), row.figures[0].shown);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// In the order of the page.
    pub tables: Vec<ReportTable>,
}

/// The figures of one chart.
///
/// ```
/// # fn shown(table: &knack_core::view::ReportTable) {
/// println!("{} rows", table.rows.len());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReportTable {
    /// One for each group of records.
    pub rows: Vec<ReportRow>,
}

/// The figures of a group of records.
///
/// ```
/// # fn total(row: &knack_core::view::ReportRow) -> f64 {
/// row.figures.iter().filter_map(|figure| figure.raw).sum()
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReportRow {
    /// What the records are grouped by; empty where they are not.
    pub groups: Vec<String>,
    /// What was computed, in the order of the chart.
    pub figures: Vec<Figure>,
}

/// One figure.
///
/// ```
/// # fn worth(figure: &knack_core::view::Figure) -> f64 {
/// figure.raw.unwrap_or_default()
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Figure {
    /// As the page shows it.
    pub shown: String,
    /// As a number, where Knack gives one.
    pub raw: Option<f64>,
}

impl Report {
    pub(crate) fn read(body: &[u8]) -> Result<Self, MalformedAnswer> {
        let answer = parsed(body, "figures")?;
        // One report of several answers by itself.
        let several = answer.get("reports").and_then(Value::as_array);
        let tables: Vec<_> = match (several, answer.get("report")) {
            (Some(reports), _) => reports.iter().map(ReportTable::of).collect(),
            (None, Some(report)) => vec![ReportTable::of(report)],
            (None, None) => return Err(MalformedAnswer::new(body, 0, "a list of `reports`")),
        };
        Ok(Self { tables })
    }
}

impl ReportTable {
    fn of(report: &Value) -> Self {
        let rows = report.get("records").and_then(Value::as_array).into_iter().flatten();
        Self { rows: rows.map(ReportRow::of).collect() }
    }
}

impl ReportRow {
    fn of(row: &Value) -> Self {
        let numbered = |name: &'static str| (0..).map_while(move |n| row.get(format!("{name}_{n}")));
        let figures = (0..).map_while(|n| {
            let (shown, raw) = (row.get(format!("calc_{n}")), row.get(format!("raw_{n}")));
            let raw = raw.filter(|raw| !raw.is_null());
            (shown.is_some() || raw.is_some()).then(|| Figure {
                shown: text(shown.or(raw).unwrap_or(&Value::Null)),
                raw: raw.or(shown).and_then(number),
            })
        });
        Self { groups: numbered("group").map(text).collect(), figures: figures.collect() }
    }
}

/// A record that a form offers for a connection; see [`KnackView::options`](crate::view::KnackView::options).
///
/// ```
/// # fn shown(offer: &knack_core::view::Offer) {
/// println!("{}: {}", offer.id, offer.label);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offer {
    /// Its id, which the connection takes.
    pub id: RecordId,
    /// Its name, as the page shows it.
    pub label: String,
}

impl Offer {
    pub(crate) fn read(body: &[u8]) -> Result<Vec<Self>, MalformedAnswer> {
        let answer = parsed(body, "records")?;
        let list = answer.get("records").unwrap_or(&answer).as_array();
        let list = list.ok_or_else(|| MalformedAnswer::new(body, 0, "a list of `records`"))?;
        let offer = |record: &Value| {
            let id = record.get("id")?.as_str()?.parse().ok()?;
            Some(Self { id, label: record.get("identifier").map(text).unwrap_or_default() })
        };
        Ok(list.iter().filter_map(offer).collect())
    }
}

fn parsed(body: &[u8], expected: &'static str) -> Result<Value, MalformedAnswer> {
    serde_json::from_slice(body).map_err(|error| MalformedAnswer::new(body, error.column(), expected))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}
