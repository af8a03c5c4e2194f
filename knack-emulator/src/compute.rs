//! Fills in what the server computes: after loading, and after each write.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use serde_json::{Value, json};

use crate::app::{App, Field, Object};
use crate::dates;
use crate::expression::{self, Expression, Quantity};
use crate::figures::{self, numeric};
use crate::filter::{Filter, Now};
use crate::formula::{Formula, Measure, Place, Reference, Total};
use crate::kind::{DateUnit, EquationResult, Kind};
use crate::render::{self, is_blank};
use crate::store::{Cell, Id, Row, Store};
use crate::template::Source;
use crate::write::{Surroundings, whole_or_not};

/// Computes every value that was loaded without one. What is recorded stays.
pub(crate) fn fill(app: &App, store: &mut Store, around: &Surroundings<'_>) {
    store.number(app);
    for &place in &app.order {
        let Some((formula, (object, field))) = app.formula(place).zip(app.at(place)) else { continue };
        let computer = Computer { app, store, around, object };
        let filter = computer.filter(formula);
        let rows = store.tables.get(place.0).into_iter().flat_map(|table| &table.rows);
        let cells: Vec<Option<Cell>> = rows
            .map(|(id, row)| {
                let cell = row.cells.get(place.1)?;
                let missing = cell.raw.is_none() && cell.recorded.is_none();
                missing.then(|| computer.cell(formula, filter.as_ref(), field, (id, row)))
            })
            .collect();
        let rows = store.tables.get_mut(place.0).into_iter().flat_map(|table| table.rows.values_mut());
        for (row, cell) in rows.zip(cells) {
            if let (Some(slot), Some(cell)) = (row.cells.get_mut(place.1), cell) {
                *slot = cell;
            }
        }
    }
}

/// Brings up to date what a write touched: the formulas of the record itself, the totals of the
/// records that it is or was connected to, and what reads those in turn. One pass suffices, as
/// formulas come in the order of [`App::order`]; a circle ends with it.
///
/// A record that reads others in its formulas follows them when it is saved itself, as in Knack.
pub(crate) fn follow(
    app: &App,
    store: &mut Store,
    around: &Surroundings<'_>,
    (table, id): (usize, &str),
    before: Option<&Row>,
) {
    let mut touched: Vec<BTreeSet<Id>> = app.objects.iter().map(|_| BTreeSet::new()).collect();
    if let Some(touched) = touched.get_mut(table) {
        touched.insert(id.into());
    }
    for &place in &app.order {
        let Some(formula) = app.formula(place) else { continue };
        let ids = match formula {
            Formula::Total(total) => counting(store, total, place, (table, id), before, &touched),
            _ => touched.get(place.0).cloned().unwrap_or_default(),
        };
        let changed = renew(app, store, around, place, ids.iter());
        if let Some(touched) = touched.get_mut(place.0) {
            touched.extend(changed);
        }
    }
}

/// The records whose total may have changed.
fn counting(
    store: &Store,
    total: &Total,
    place: Place,
    saved: (usize, &str),
    before: Option<&Row>,
    touched: &[BTreeSet<Id>],
) -> BTreeSet<Id> {
    let counted = touched.get(total.table).into_iter().flatten();
    let mut ids = BTreeSet::new();
    if total.inbound {
        let rows = counted.filter_map(|id| store.row(total.table, id));
        for row in rows.chain(before.filter(|_| saved.0 == total.table)) {
            ids.extend(row.links(total.connection).map(Id::from));
        }
        // A new record counts those that were there before it. Saving an old one counts nothing: a
        // recorded total stays though its records were not loaded.
        if saved.0 == place.0 && before.is_none() {
            ids.insert(saved.1.into());
        }
    } else {
        for id in counted {
            ids.extend(store.linked((place.0, total.connection), id).cloned());
        }
        if saved.0 == place.0 {
            ids.insert(saved.1.into());
        }
    }
    ids
}

/// Computes one field of some records and answers those that have a new value.
fn renew<'a>(
    app: &App,
    store: &mut Store,
    around: &Surroundings<'_>,
    place: Place,
    ids: impl Iterator<Item = &'a Id>,
) -> Vec<Id> {
    let Some((formula, (object, field))) = app.formula(place).zip(app.at(place)) else {
        return Vec::new();
    };
    let computer = Computer { app, store, around, object };
    let filter = computer.filter(formula);
    let changed: Vec<(Id, Cell)> = ids
        .filter_map(|id| {
            let row = store.row(place.0, id)?;
            let cell = computer.cell(formula, filter.as_ref(), field, (id, row));
            let old = row.cells.get(place.1)?;
            (old.raw != cell.raw || old.recorded != cell.recorded).then(|| (id.clone(), cell))
        })
        .collect();
    changed.into_iter().filter_map(|(id, cell)| store.set(place, &id, cell).then_some(id)).collect()
}

/// Computes values of one object as the store is now.
struct Computer<'a> {
    app: &'a App,
    store: &'a Store,
    around: &'a Surroundings<'a>,
    object: &'a Object,
}

impl<'a> Computer<'a> {
    /// Which records count for a total, read once for all of them.
    fn filter(&self, formula: &Formula) -> Option<Filter> {
        let Formula::Total(total) = formula else { return None };
        if is_blank(&total.filters) {
            return None;
        }
        let now =
            Now { local: self.around.now, manners: self.around.manners, scene: Some((self.app, self.store)) };
        Filter::group(self.app.objects.get(total.table)?, &total.filters, &now, false).ok()
    }

    fn cell(
        &self,
        formula: &Formula,
        filter: Option<&Filter>,
        field: &Field,
        (id, row): (&str, &Row),
    ) -> Cell {
        let raw = match formula {
            Formula::Equation(expression) => self.equation(expression, &field.kind, row),
            Formula::Text(template) => Some(json!(template.fill(&Filling { computer: self, row }))),
            Formula::Total(total) => {
                let value = self.total(total, filter, id, row).map(tidy);
                if let (None, Kind::Aggregate(format)) = (&value, &field.kind) {
                    // An average, least or greatest of nothing: shown as 0 without a raw value, the
                    // best guess there is (its true form was never recorded).
                    return Cell { raw: None, recorded: Some(Box::new(figures::number(&json!(0), format))) };
                }
                value
            }
        };
        Cell { raw, recorded: None }
    }

    /// An empty date leaves an equation of dates without a value; any other empty or unknown field
    /// counts as 0.
    fn equation(&self, expression: &Expression, kind: &Kind, row: &Row) -> Option<Value> {
        let Kind::Equation(format) = kind else { return None };
        let mut undated = false;
        let value = expression.value(format.unit, self.around.now, |reference| {
            let Some((field, cell)) = self.find(reference, row) else { return Quantity::Number(0.0) };
            let quantity = cell.raw.as_ref().and_then(|raw| quantity(&field.kind, raw));
            undated |= quantity.is_none() && dated(&field.kind);
            quantity.unwrap_or(Quantity::Number(0.0))
        })?;
        let of_dates = format.result != EquationResult::Number;
        if of_dates && undated {
            return None;
        }
        match (&format.result, value) {
            (EquationResult::Date(date), moment) => {
                let mut local = moment.local()?;
                if date.clock.is_none() {
                    local = local.date().at(0, 0, 0, 0);
                }
                Some(Value::Object(dates::raw(local, date, self.around.zone)))
            }
            (EquationResult::Span, Quantity::Number(count)) => {
                Some(tidy(count * f64::from(format.unit.seconds())))
            }
            (_, Quantity::Number(number) | Quantity::Span(number) | Quantity::Moment(number)) => {
                Some(tidy(number))
            }
        }
    }

    /// `None` for an average, least or greatest of nothing.
    fn total(&self, total: &Total, filter: Option<&Filter>, id: &str, row: &Row) -> Option<f64> {
        let object = self.app.objects.get(total.table)?;
        let admitted = |id: &str| {
            let row = self.store.row(total.table, id)?;
            let scene = (self.app, self.store);
            filter.is_none_or(|filter| filter.admits(scene, object, id, row)).then_some(row)
        };
        let rows: Vec<&Row> = if total.inbound {
            let ids = self.store.linked((total.table, total.connection), id);
            ids.filter_map(|id| admitted(id)).collect()
        } else {
            row.links(total.connection).filter_map(admitted).collect()
        };
        measured(total.measure, object, total.field, &rows)
    }

    /// The field and the cell that a formula names.
    fn find<'b>(&self, reference: &Reference, row: &'b Row) -> Option<(&'a Field, &'b Cell)>
    where
        'a: 'b,
    {
        match *reference {
            Reference::Own(place) => Some((self.object.fields.get(place)?, row.cells.get(place)?)),
            Reference::Across { connection, table, field } => {
                let there = self.store.row(table, row.links(connection).next()?)?;
                Some((self.app.objects.get(table)?.fields.get(field)?, there.cells.get(field)?))
            }
            Reference::Unknown => None,
        }
    }
}

/// A record's fields for text formulas.
struct Filling<'a> {
    computer: &'a Computer<'a>,
    row: &'a Row,
}

impl Source for Filling<'_> {
    fn text(&self, field: &Reference) -> String {
        let Some((field, cell)) = self.computer.find(field, self.row) else { return String::new() };
        render::plain(&field.kind, self.computer.store.shown(self.computer.app, field, cell, 3))
    }

    fn time(&self, field: &Reference) -> Option<DateTime> {
        dates::local(self.computer.find(field, self.row)?.1.raw.as_ref()?)
    }

    fn part(&self, field: &Reference, part: &str) -> String {
        let found = self.computer.find(field, self.row);
        let raw = found.and_then(|(_, cell)| cell.raw.as_ref()?.get(part)?.as_str());
        raw.unwrap_or_default().to_owned()
    }
}

/// A measure of some records; `None` for an average, least or greatest of nothing.
pub(crate) fn measured(
    measure: Measure,
    object: &Object,
    place: Option<usize>,
    rows: &[&Row],
) -> Option<f64> {
    let numbers = || {
        rows.iter().filter_map(|row| {
            let (field, cell) = (object.fields.get(place?)?, row.cells.get(place?)?);
            match quantity(&field.kind, cell.raw.as_ref()?)? {
                Quantity::Number(number) => Some(number),
                Quantity::Span(seconds) => Some(seconds),
                Quantity::Moment(_) => None,
            }
        })
    };
    match measure {
        Measure::Count => Some(count(rows.len())),
        Measure::Sum => Some(numbers().sum()),
        // Records without a value are not averaged.
        Measure::Average => {
            let (sum, many) = numbers().fold((0.0, 0), |(sum, many), number| (sum + number, many + 1));
            (many > 0).then(|| sum / count(many))
        }
        Measure::Least => numbers().reduce(f64::min),
        Measure::Greatest => numbers().reduce(f64::max),
    }
}

/// What a value is to an equation; `None` for what is empty or no number at all.
fn quantity(kind: &Kind, raw: &Value) -> Option<Quantity> {
    match kind {
        Kind::DateTime(_) => dates::local(raw).map(expression::moment),
        Kind::Equation(format) => match &format.result {
            EquationResult::Date(_) => dates::local(raw).map(expression::moment),
            // As it is shown, not in seconds: a guess.
            EquationResult::Span => {
                numeric(raw).map(|seconds| Quantity::Number(seconds / f64::from(format.unit.seconds())))
            }
            EquationResult::Number => numeric(raw).map(Quantity::Number),
        },
        Kind::Timer(_) => Some(Quantity::Span(raw.get("total_time")?.as_f64()? / 1_000.0)),
        Kind::Boolean(_) => raw.as_bool().map(|flag| Quantity::Number(f64::from(u8::from(flag)))),
        _ => numeric(raw).map(Quantity::Number),
    }
}

fn dated(kind: &Kind) -> bool {
    match kind {
        Kind::DateTime(_) => true,
        Kind::Equation(format) => matches!(format.result, EquationResult::Date(_)),
        _ => false,
    }
}

fn count(many: usize) -> f64 {
    f64::from(u32::try_from(many).unwrap_or(u32::MAX))
}

/// A number with the 14 digits to which recorded equations are kept: 1290 times 1.33333333 is
/// recorded as 1719.9999957, not as …9570000002. What is no number becomes 0.
pub(crate) fn tidy(number: f64) -> Value {
    let kept = if number.fract() == 0.0 { Some(number) } else { format!("{number:.13e}").parse().ok() };
    kept.and_then(whole_or_not).unwrap_or(json!(0))
}

// Equations of one unit that are not about dates count seconds.
const _: () = assert!(DateUnit::Second.seconds() == 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fourteen_digits() {
        for (number, want) in [
            (1_719.999_995_700_000_2, json!(1_719.999_995_7)),
            (0.1 + 0.2, json!(0.3)),
            (3.0, json!(3)),
            (-0.0, json!(0)),
            (f64::NAN, json!(0)),
            (f64::INFINITY, json!(0)),
            (1e300, json!(1e300)),
        ] {
            assert_eq!(tidy(number), want);
        }
    }
}
