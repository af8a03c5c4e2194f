//! `cargo knack doctor`: what is wrong, and what to do next.
//!
//! It asks Knack twice at most: for the application, and for a list of one record.

mod knack;
mod place;

use std::io::Write;

use serde_json::{Value, json};

use crate::Ending;
use crate::args::{DoctorArguments, Format};
use crate::error::Result;
use crate::text::{Mark, label};

/// What was found of one thing.
pub(crate) struct Finding {
    about: &'static str,
    mark: Mark,
    found: String,
    /// What to do next, where something is to be done.
    next: Option<String>,
}

impl Finding {
    pub(crate) fn well(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, mark: Mark::Well, found: found.into(), next: None }
    }

    pub(crate) fn ill(about: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
        Self { about, mark: Mark::Ill, found: found.into(), next: Some(next.into()) }
    }

    /// What cannot be told, since something else is wrong.
    pub(crate) fn unknown(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, mark: Mark::Unknown, found: found.into(), next: None }
    }

    fn json(&self) -> Value {
        let ok = match self.mark {
            Mark::Well => Some(true),
            Mark::Ill => Some(false),
            Mark::Unknown => None,
        };
        json!({"about": self.about, "ok": ok, "found": self.found, "next": self.next})
    }
}

pub(crate) fn run(asked: &DoctorArguments, out: &mut dyn Write, err: &mut dyn Write) -> Result<Ending> {
    let (mut findings, app) = knack::examine(asked, err);
    findings.extend(place::examine(asked.schema.as_deref(), app.as_ref()));
    match asked.format {
        Format::Json => writeln!(out, "{:#}", Value::Array(findings.iter().map(Finding::json).collect()))?,
        Format::Text => findings.iter().try_for_each(|finding| write(finding, out))?,
    }
    let ill = findings.iter().any(|finding| finding.mark == Mark::Ill);
    Ok(if ill { Ending::Ill } else { Ending::Well })
}

fn write(finding: &Finding, out: &mut dyn Write) -> Result<()> {
    let space = 12_usize.saturating_sub(finding.about.len());
    writeln!(out, "{} {}{:space$}{}", finding.mark.shown(), label(finding.about), "", finding.found)?;
    if let Some(next) = &finding.next {
        next.lines().try_for_each(|line| writeln!(out, "{:14}→ {line}", ""))?;
    }
    Ok(())
}
