//! `cargo knack plan`.

use std::io::Write;

use knack_core::advice::{Advice, Offer};
use knack_core::plan::Plan;
use serde_json::{Map, Value, json};

use crate::args::{Format, PlanArguments};
use crate::error::Result;

pub(crate) fn run(asked: &PlanArguments, out: &mut dyn Write) -> Result<()> {
    let mut advice = Plan::advise(asked.calls).headroom(asked.headroom);
    if let Some(plan) = asked.plan {
        advice = advice.keeping(plan);
    }
    match asked.format {
        Format::Text => writeln!(out, "{advice}")?,
        Format::Json => writeln!(out, "{:#}", report(&advice, asked))?,
    }
    Ok(())
}

fn report(advice: &Advice, asked: &PlanArguments) -> Value {
    let plans = asked.plan.as_ref().map_or(&Plan::NAMED[..], std::slice::from_ref);
    let over: Map<String, Value> =
        plans.iter().map(|plan| (name(*plan), json!(advice.over(*plan)))).collect();
    json!({
        "calls": advice.calls(),
        "headroom_percent": asked.headroom,
        "needed": advice.needed(),
        "takes_seconds": advice.takes().as_secs_f64(),
        "fits_into_a_day": advice.fits_into_a_day(),
        "options": advice.offers().iter().map(option).collect::<Vec<_>>(),
        "over": over,
    })
}

fn option(offer: &Offer) -> Value {
    json!({
        "plan": name(offer.plan),
        "plan_daily_calls": offer.plan.daily_calls(),
        "plan_dollars_per_month": null,
        "add_ons": offer.add_ons.iter().map(|add_on| add_on.daily_calls()).collect::<Vec<_>>(),
        "add_on_dollars_per_month": f64::from(offer.monthly_cents()) / 100.0,
        "daily_calls": offer.daily_calls(),
    })
}

fn name(plan: Plan) -> String {
    plan.to_string().to_lowercase()
}
