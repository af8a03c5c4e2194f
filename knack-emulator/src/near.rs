//! Places, and how far apart they are: the filter `near` of addresses.

use serde_json::Value;

use crate::app::{App, Field};
use crate::figures::numeric;
use crate::kind::Kind;
use crate::render;
use crate::store::Store;

/// The Earth's mean radius in kilometers.
const RADIUS: f64 = 6_371.008_8;
const KILOMETERS_OF_A_MILE: f64 = 1.609_344;

/// A place on Earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

/// Everywhere within a distance of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Circle {
    center: Point,
    kilometers: f64,
}

impl Point {
    /// `None` for what is not on Earth.
    pub(crate) fn new(latitude: f64, longitude: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
            .then_some(Self { latitude, longitude })
    }

    /// The coordinates of an address; they may be numbers or text.
    pub(crate) fn of(address: &Value) -> Option<Self> {
        let part = |key: &str| address.get(key).and_then(numeric);
        Self::new(part("latitude")?, part("longitude")?)
    }

    /// `59.91, 10.75`.
    fn spelled(text: &str) -> Option<Self> {
        let (latitude, longitude) = text.split_once(',')?;
        Self::new(latitude.trim().parse().ok()?, longitude.trim().parse().ok()?)
    }

    /// The distance along a great circle.
    fn kilometers_to(self, other: Self) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let across = (other.longitude - self.longitude).to_radians();
        let chord = ((b - a) / 2.0).sin().powi(2) + a.cos() * b.cos() * (across / 2.0).sin().powi(2);
        2.0 * RADIUS * chord.sqrt().min(1.0).asin()
    }
}

impl Circle {
    /// What a rule asks for, where its place is known: `value` is a place, `range` how far, in
    /// `units` of miles or kilometers.
    pub(crate) fn of(rule: &Value, scene: Option<(&App, &Store)>) -> Option<Self> {
        let range = rule.get("range").and_then(numeric).filter(|range| *range >= 0.0)?;
        let units = rule.get("units").and_then(Value::as_str).unwrap_or("miles").trim().to_lowercase();
        let unit = match units.as_str() {
            "" | "mi" | "mile" | "miles" => KILOMETERS_OF_A_MILE,
            "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" => 1.0,
            _ => return None,
        };
        let center = match rule.get("value")? {
            Value::String(text) => {
                Point::spelled(text).or_else(|| scene.and_then(|(app, store)| found(app, store, text)))?
            }
            address => Point::of(address)?,
        };
        Some(Self { center, kilometers: range * unit })
    }

    pub(crate) fn holds(&self, address: &Value) -> bool {
        Point::of(address).is_some_and(|point| self.center.kilometers_to(point) <= self.kilometers)
    }
}

/// A place by its name: one that the builder was told, else the address of a record that has
/// coordinates, by its whole text or by its city.
fn found(app: &App, store: &Store, name: &str) -> Option<Point> {
    let name = plain(name);
    if name.is_empty() {
        return None;
    }
    if let Some((_, point)) = app.places.iter().find(|(known, _)| *known == name) {
        return Some(*point);
    }
    let mut city = None;
    for (object, table) in app.objects.iter().zip(&store.tables) {
        let addresses = object.fields.iter().enumerate();
        for (place, field) in addresses.filter(|(_, field)| matches!(field.kind, Kind::Address { .. })) {
            for raw in table.rows.values().filter_map(|row| row.cells.get(place)?.raw.as_ref()) {
                let Some(point) = Point::of(raw) else { continue };
                if text(field, raw) == name {
                    return Some(point);
                }
                let named = raw.get("city").and_then(Value::as_str).map(plain);
                if city.is_none() && named.as_ref() == Some(&name) {
                    city = Some(point);
                }
            }
        }
    }
    city
}

fn text(field: &Field, raw: &Value) -> String {
    match render::shown(&field.kind, &field.key, raw) {
        Value::String(text) => plain(&text.replace("<br />", " ")),
        _ => String::new(),
    }
}

/// Names of places are compared by their letters and digits.
pub(crate) fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn distances() {
        let at = |latitude, longitude| Point::new(latitude, longitude).unwrap();
        let (oslo, bergen) = (at(59.91, 10.75), at(60.39, 5.32));
        for (a, b, want) in [
            (oslo, oslo, 0.0),
            (oslo, bergen, 305.0),
            (at(0.0, 179.5), at(0.0, -179.5), 111.2),
            (at(90.0, 0.0), at(-90.0, 0.0), 20_015.1),
            (at(0.0, 0.0), at(0.0, 180.0), 20_015.1),
        ] {
            let got = a.kilometers_to(b);
            assert!((got - want).abs() < 1.0, "{got} instead of {want}");
        }
        assert!(Point::new(91.0, 0.0).is_none() && Point::new(f64::NAN, 0.0).is_none());
    }

    #[test]
    fn circles() {
        let oslo = json!({"latitude": "59.91", "longitude": 10.75});
        for (rule, want) in [
            (json!({"value": "60.39, 5.32", "units": "kilometers", "range": 310}), Some(true)),
            (json!({"value": "60.39,5.32", "units": "kilometers", "range": "300"}), Some(false)),
            (json!({"value": "60.39,5.32", "units": "miles", "range": "190"}), Some(true)),
            (json!({"value": "60.39,5.32", "range": 190}), Some(true)),
            (json!({"value": {"latitude": 60.39, "longitude": 5.32}, "range": 190}), Some(true)),
            (json!({"value": "60.39,5.32", "units": "leagues", "range": 190}), None),
            (json!({"value": "60.39,5.32", "range": -1}), None),
            (json!({"value": "60.39,5.32"}), None),
            (json!({"value": "Atlantis", "range": 5}), None),
            (json!({"value": "100,200", "range": 5}), None),
            (json!({"value": 7, "range": 5}), None),
        ] {
            assert_eq!(Circle::of(&rule, None).map(|circle| circle.holds(&oslo)), want, "{rule}");
        }
        let everywhere = Circle::of(&json!({"value": "0,0", "range": 1e9}), None).unwrap();
        assert!(!everywhere.holds(&json!({"city": "Oslo"})), "without coordinates it is nowhere");
    }
}
