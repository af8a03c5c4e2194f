//! What is given to the `metrics` facade, with the feature of that name; nothing without it. The table of
//! names is in the documentation of the crate.

#[cfg(feature = "metrics")]
use ::metrics::{counter, gauge};
use knack_core::limit::Class;

use crate::usage::Usage;

/// The label of a class.
pub(crate) const fn label(class: Class) -> &'static str {
    match class {
        Class::Interactive => "interactive",
        Class::Normal => "normal",
        Class::Bulk => "bulk",
    }
}

#[cfg(feature = "metrics")]
pub(crate) fn sent(class: Class) {
    counter!("knack_sent_total", "class" => label(class)).increment(1);
}

#[cfg(feature = "metrics")]
pub(crate) fn refused() {
    counter!("knack_refused_total").increment(1);
}

#[cfg(feature = "metrics")]
pub(crate) fn retried() {
    counter!("knack_retries_total").increment(1);
}

#[cfg(feature = "metrics")]
pub(crate) fn denied(reason: &'static str) {
    counter!("knack_denied_total", "reason" => reason).increment(1);
}

#[cfg(feature = "metrics")]
pub(crate) fn waited(class: Class, took: std::time::Duration) {
    counter!("knack_waits_total", "class" => label(class)).increment(1);
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    counter!("knack_waited_milliseconds_total", "class" => label(class)).increment(millis);
}

/// The gauges.
#[cfg(feature = "metrics")]
#[allow(clippy::cast_precision_loss, reason = "gauges are floats, and no plan has so many calls")]
pub(crate) fn publish(usage: impl FnOnce() -> Usage) {
    let usage = usage();
    for class in [Class::Interactive, Class::Normal, Class::Bulk] {
        gauge!("knack_waiting", "class" => label(class)).set(*usage.queue.of(class) as f64);
        let longest = usage.waits.of(class).longest.as_secs_f64();
        gauge!("knack_longest_wait_seconds", "class" => label(class)).set(longest);
    }
    gauge!("knack_in_flight").set(f64::from(usage.limiter.in_flight));
    gauge!("knack_plan_reserved").set(usage.plan_reserved as f64);
    gauge!("knack_plan_floor").set(usage.plan_floor as f64);
    let known = [
        ("knack_plan_limit", usage.plan_limit.map(|limit| limit as f64)),
        ("knack_plan_left", usage.plan_left.map(|left| left as f64)),
        ("knack_plan_resets_in_seconds", usage.plan_resets_in.map(|left| left.as_secs_f64())),
    ];
    for (name, figure) in known {
        if let Some(figure) = figure {
            gauge!(name).set(figure);
        }
    }
}

#[cfg(not(feature = "metrics"))]
mod off {
    use super::{Class, Usage};

    pub(crate) const fn sent(_: Class) {}
    pub(crate) const fn refused() {}
    pub(crate) const fn retried() {}
    pub(crate) const fn denied(_: &'static str) {}
    pub(crate) const fn waited(_: Class, _: std::time::Duration) {}
    pub(crate) fn publish(_: impl FnOnce() -> Usage) {}
}

#[cfg(not(feature = "metrics"))]
pub(crate) use off::{denied, publish, refused, retried, sent, waited};
