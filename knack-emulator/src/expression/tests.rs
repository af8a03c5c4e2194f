use jiff::ToSpan;
use proptest::prelude::*;

use super::function::small;
use super::*;

const NOW: DateTime = DateTime::constant(2026, 3, 11, 16, 14, 0, 0);

/// `{n}` is field `n`: its own number, or a date where it is 100 or more.
fn compute(text: &str, unit: DateUnit) -> Option<Quantity> {
    let refer = |inside: &str| inside.parse().map_or(Reference::Unknown, Reference::Own);
    Expression::read(text, &refer)?.value(unit, NOW, |reference| match reference {
        Reference::Own(place @ 100..) => moment(
            DateTime::constant(2026, 1, 31, 0, 0, 0, 0).saturating_add(small(*place - 100).trunc_days()),
        ),
        Reference::Own(place) => Quantity::Number(small(*place)),
        _ => Quantity::Number(0.0),
    })
}

trait Days {
    fn trunc_days(self) -> jiff::Span;
}

impl Days for f64 {
    fn trunc_days(self) -> jiff::Span {
        whole(self).unwrap().days()
    }
}

#[test]
fn numbers() {
    for (text, want) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("2 * -3", -6.0),
        ("--3 + +1", 4.0),
        ("{7} * 10", 70.0),
        ("{field_99} + 1", 1.0),
        ("{7}{", f64::NAN),
        ("1 / 0", 0.0),
        ("{0} / {0}", 0.0),
        ("7 % 0", 0.0),
        ("mod(-1, 5)", 4.0),
        (".5 + 1.25", 1.75),
        ("abs(-3.85)", 3.85),
        ("ceil(4.2) + floor(2.8)", 7.0),
        ("round(2.5) + round(1.256, 2)", 4.26),
        ("sqrt(16) + cbrt(27) + pow(7, 2)", 56.0),
        ("max(1, 6, 9) - min(43, 100, 3)", 6.0),
        ("mean(1, 6, 8) + median(8, 9, 1) + sum(1, 2)", 16.0),
        ("median(1, 2, 3, 4)", 2.5),
        ("gcd(5, 25) + factorial(5)", 125.0),
        ("factorial(171) + factorial(-1)", 0.0),
        ("log(8, 2) + log10(1000)", 6.0),
        ("if({7} > 5, 1, 2) + (3 == 3) + (1 != 1)", 2.0),
        ("({1} >= 1 & 0 < 1) | 0", 1.0),
        ("getDateYear({100}) + getDateMonthOfYear({100}) + getDateDayOfMonth({100})", 2_058.0),
        ("getDateYear({7})", 0.0),
    ] {
        let got = compute(text, DateUnit::Second);
        match got {
            Some(Quantity::Number(got)) => assert!((got - want).abs() < 1e-9, "{text}: {got}"),
            got => assert!(got.is_none() && want.is_nan(), "{text}: {got:?}"),
        }
    }
}

#[test]
fn what_is_no_equation() {
    for text in
        ["", "1 +", "(1", "1)", "1 2", "x", "x(1)", "abs", "abs()", "mod(1)", "{1", "1..2", "'a'", "€"]
    {
        assert_eq!(compute(text, DateUnit::Second), None, "{text}");
    }
}

#[test]
fn dates() {
    let day = 86_400.0;
    let at = |text: &str, unit| compute(text, unit).and_then(Quantity::local).map(|local| local.to_string());
    for (text, want) in [
        ("{110} - {100}", 10.0 * day),
        ("({110} - {100}) * 2 + 1", 21.0 * day),
        ("abs({100} - {110}) / 2 - 1", 4.0 * day),
        ("-({110} - {100})", -10.0 * day),
        ("1 - ({110} - {100})", -9.0 * day),
    ] {
        assert_eq!(compute(text, DateUnit::Day), Some(Quantity::Span(want)), "{text}");
    }
    for (text, unit, want) in [
        ("{100} + 3", DateUnit::Day, "2026-02-03T00:00:00"),
        ("3 + {100}", DateUnit::Day, "2026-02-03T00:00:00"),
        ("{100} + 1", DateUnit::Month, "2026-02-28T00:00:00"),
        ("{100} - 2", DateUnit::Year, "2024-01-31T00:00:00"),
        ("{100} + 1.5", DateUnit::Hour, "2026-01-31T01:30:00"),
        ("{100} + ({110} - {100})", DateUnit::Hour, "2026-02-10T00:00:00"),
        ("max({100}, {103}) + 1", DateUnit::Week, "2026-02-10T00:00:00"),
        ("currentTime() + 1", DateUnit::Minute, "2026-03-11T16:15:00"),
    ] {
        assert_eq!(at(text, unit).as_deref(), Some(want), "{text}");
    }
    assert_eq!(at("{100} + 99999999999999999999", DateUnit::Year), None);
}

#[test]
fn nesting_and_length_are_bounded() {
    for text in [
        "(".repeat(4_000),
        "-".repeat(4_000),
        "abs(".repeat(1_000),
        "2^".repeat(2_000) + "2",
        "1+".repeat(9_000) + "1",
        "-(".repeat(2_000),
    ] {
        assert_eq!(compute(&text, DateUnit::Day), None);
    }
    let long = "1+".repeat(2_000) + "1";
    assert_eq!(compute(&long, DateUnit::Day), Some(Quantity::Number(2_001.0)));
}

proptest! {
    #[test]
    fn any_text_is_read_and_computed(text in "[-+*/^%(){}0-9a-z., <>=!&|]{0,60}") {
        let _ = compute(&text, DateUnit::Year);
    }

    #[test]
    fn any_equation_has_a_value(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{7}", "{100}", "{field_1}", "999999999", "abs(-{0})", "sqrt(0-1)", "log(0)", "currentTime()",
            "(1-{101})", "pow(9,999)", "factorial(170)", "min({100},1)",
        ]), 1..12),
        signs in prop::collection::vec(prop::sample::select(vec!["+", "-", "*", "/", "^", "%", "<"]), 12),
    ) {
        let joined: Vec<&str> = parts.iter().zip(&signs).flat_map(|(part, sign)| [*part, *sign]).collect();
        let text = joined.concat() + "1";
        for unit in [DateUnit::Second, DateUnit::Month, DateUnit::Year] {
            prop_assert!(compute(&text, unit).is_some());
        }
    }
}
