//! The switches by their names, for the command line and for whoever lists them.

use super::{BadLogin, Manners, MissingRecord};
use crate::error::EmulatorError;

/// A switch of what neither a document nor a recording tells of Knack. The first of its values is the
/// default; [`Builder::quirk`](crate::Builder::quirk) sets another.
///
/// ```
/// use knack_emulator::Quirk;
///
/// let missing = Quirk::ALL.iter().find(|quirk| quirk.name() == "missing-record").unwrap();
/// assert_eq!(missing.values(), ["500", "404"]);
/// assert!(missing.about().contains("does not exist"));
/// ```
#[derive(Debug)]
pub struct Quirk {
    name: &'static str,
    values: &'static [&'static str],
    about: &'static str,
    /// Sets the manners to the value at a place.
    set: fn(&mut Manners, usize),
}

/// A switch that is off unless set.
const OFF: &[&str] = &["no", "yes"];
/// A switch that is on unless set.
const ON: &[&str] = &["yes", "no"];

impl Quirk {
    /// All switches, in the order in which they are listed.
    pub const ALL: &'static [Self] = &[
        // Errors.
        Self::new(
            "missing-record",
            &["500", "404"],
            "what a record that does not exist is answered with",
            |m, v| {
                m.missing = if v == 0 { MissingRecord::Status500 } else { MissingRecord::Status404 };
            },
        ),
        Self::new(
            "missing-object",
            &["500", "404"],
            "what records of an object that does not exist are answered with",
            |m, v| {
                m.missing_object = if v == 0 { MissingRecord::Status500 } else { MissingRecord::Status404 };
            },
        ),
        Self::new("bad-login", &["401", "400"], "the status of a login with a wrong password", |m, v| {
            m.bad_login = if v == 0 { BadLogin::Status401 } else { BadLogin::Status400 };
        }),
        Self::new(
            "no-token",
            &["401", "403"],
            "the status of a page behind a login without a token",
            |m, v| {
                m.no_token_403 = v == 1;
            },
        ),
        Self::new(
            "bad-token",
            &["403", "401"],
            "the status of a token that is wrong or has expired",
            |m, v| {
                m.bad_token_401 = v == 1;
            },
        ),
        // Lists.
        Self::new(
            "too-many-rows",
            &["clamp", "refuse"],
            "what rows_per_page above 1,000 does: a page of 1,000, or a 400",
            |m, v| {
                m.refuse_rows = v == 1;
            },
        ),
        Self::new(
            "page-number",
            &["text", "number"],
            "what current_page is where a page was asked for: text as recorded in 2015, or a number",
            |m, v| {
                m.numeric_pages = v == 1;
            },
        ),
        Self::new("empty-pages", &["0", "1"], "total_pages of a list without records", |m, v| {
            m.empty_page = v == 1;
        }),
        Self::new(
            "several-sorts",
            &["first", "all"],
            "which of several pairs of sort_field and sort_order count",
            |m, v| {
                m.all_sorts = v == 1;
            },
        ),
        Self::new(
            "strict-filters",
            OFF,
            "whether a rule that is not understood is a 400 instead of ignored",
            |m, v| {
                m.strict_filters = v == 1;
            },
        ),
        Self::new(
            "filter-dates",
            &["american", "field"],
            "the order of dates in filters: mm/dd/yyyy, or the field's own",
            |m, v| {
                m.field_order = v == 1;
            },
        ),
        Self::new(
            "filter-case",
            &["ignored", "exact"],
            "whether filters of texts tell capitals apart",
            |m, v| {
                m.exact_case = v == 1;
            },
        ),
        Self::new(
            "null-list",
            &["blank", "value"],
            "what a choice saved blank, [null], is to `is blank`",
            |m, v| {
                m.null_list = v == 1;
            },
        ),
        Self::new(
            "is-any",
            &["any", "all"],
            "whether `is any` of a choice wants one of its options, or all",
            |m, v| {
                m.any_is_all = v == 1;
            },
        ),
        // Writes and values.
        Self::new(
            "required-fields",
            &["refuse", "accept"],
            "what a new record that leaves out a required field is answered with",
            |m, v| {
                m.required = v == 0;
            },
        ),
        Self::new(
            "form-answer",
            &["wrapped", "bare"],
            "whether a form answers {record, submit_key}, or the record",
            |m, v| {
                m.bare_forms = v == 1;
            },
        ),
        Self::new(
            "cell-answer",
            &["bare", "wrapped"],
            "the same of a cell that is edited in a table",
            |m, v| {
                m.wrapped_cells = v == 1;
            },
        ),
        Self::new(
            "boolean-words",
            &["yes-no", "format"],
            "whether a boolean shows Yes and No, or the words of its format, as On and Off",
            |m, v| {
                m.boolean_format = v == 1;
            },
        ),
        Self::new(
            "midnight",
            &["720", "0"],
            "the key `time` of a date at midnight: older applications, newer ones",
            |m, v| {
                m.midnight_zero = v == 1;
            },
        ),
        Self::new(
            "proper-timestamps",
            ON,
            "whether dates have proper_unix_timestamp and proper_iso_timestamp",
            |m, v| {
                m.proper_timestamps = v == 0;
            },
        ),
        // Views.
        Self::new("key-opens-pages", OFF, "whether the API key opens pages behind a login", |m, v| {
            m.key_opens_pages = v == 1;
        }),
        Self::new("details-have-id", OFF, "whether the record of a details view has its id", |m, v| {
            m.details_have_id = v == 1;
        }),
        Self::new(
            "require-page-record",
            OFF,
            "whether a view of a child page answers 400 to a call that does not name the page's record",
            |m, v| {
                m.require_page_record = v == 1;
            },
        ),
        Self::new(
            "paged-exports",
            OFF,
            "whether an exported file holds one page instead of all records",
            |m, v| m.paged_exports = v == 1,
        ),
        // Files.
        Self::new(
            "direct-downloads",
            OFF,
            "whether a file's address gives the file instead of sending on to it",
            |m, v| {
                m.direct_downloads = v == 1;
            },
        ),
        Self::new("download-ranges", ON, "whether parts of files are given", |m, v| m.ranges = v == 0),
        // Limits.
        Self::new(
            "public-views-count",
            OFF,
            "whether calls of public views use up the day's plan",
            |m, v| {
                m.public_views_count = v == 1;
            },
        ),
        Self::new(
            "public-views-rate",
            ON,
            "whether calls of public views take a place in the second",
            |m, v| {
                m.free_views = v == 1;
            },
        ),
        Self::new("refusals-count", OFF, "whether a 429 uses up the day's plan", |m, v| {
            m.charge_refused = v == 1;
        }),
        Self::new(
            "headers-on-refusals",
            OFF,
            "whether answers to a wrong key or token have the limits' headers",
            |m, v| {
                m.headers_on_refusals = v == 1;
            },
        ),
        Self::new(
            "rate-reset",
            &["up", "down"],
            "how X-RateLimit-Reset is rounded to whole seconds",
            |m, v| {
                m.reset_down = v == 1;
            },
        ),
        Self::new("retry-after", OFF, "whether a 429 has the header Retry-After", |m, v| {
            m.retry_after = v == 1;
        }),
    ];

    const fn new(
        name: &'static str,
        values: &'static [&'static str],
        about: &'static str,
        set: fn(&mut Manners, usize),
    ) -> Self {
        Self { name, values, about, set }
    }

    /// The name, as [`Builder::quirk`](crate::Builder::quirk) takes it.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The values that it may have; the first is the default.
    pub const fn values(&self) -> &'static [&'static str] {
        self.values
    }

    /// What it is about, in a line.
    pub const fn about(&self) -> &'static str {
        self.about
    }
}

/// Sets the switch of a name; without a value, to the first that is not its default.
pub(crate) fn choose(manners: &mut Manners, name: &str, value: Option<&str>) -> Result<(), EmulatorError> {
    let quirk = Quirk::ALL.iter().find(|quirk| quirk.name == name);
    let quirk = quirk.ok_or_else(|| EmulatorError::UnknownQuirk { name: name.to_owned() })?;
    let place = value.map_or(Some(1), |value| quirk.values.iter().position(|known| *known == value));
    let place = place.ok_or_else(|| EmulatorError::QuirkValue {
        name: quirk.name,
        value: value.unwrap_or_default().to_owned(),
        known: quirk.values.join(" or "),
    })?;
    (quirk.set)(manners, place);
    Ok(())
}
