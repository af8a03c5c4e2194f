//! Values of any kind: as JSON, and as the HTML that pages show.

use std::fmt;

use crate::cell::{Cell, ValueError};
use crate::kind::{Kind, Writable};
use crate::value::{FromField, ToField};
use crate::write::ValueWriter;

/// The JSON text of a value, for any kind: what no other type holds exactly, this one does. An absent
/// value is `null`.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::kind::Number;
/// use knack_core::value::{FromField, Json};
///
/// let json = <Json as FromField<Number>>::from_field(Cell::new(b"12.50"))?;
/// assert_eq!(json.as_str(), "12.50");
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(Box<str>);

impl Json {
    /// The JSON of `value`, to write what has no type here.
    ///
    /// ```
    /// use knack_core::value::Json;
    ///
    /// let site = Json::new(&serde_json::json!({"url": "https://example.com", "label": "us"}));
    /// assert_eq!(site.as_str(), r#"{"label":"us","url":"https://example.com"}"#);
    /// ```
    pub fn new(value: &serde_json::Value) -> Self {
        Self(value.to_string().into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value that the text says. An error if it is no JSON: values are taken from answers as they
    /// come, unchecked.
    ///
    /// ```
    /// use knack_core::value::Json;
    ///
    /// let json = Json::new(&serde_json::json!({"latitude": "59.91"}));
    /// assert_eq!(json.parse()?["latitude"], "59.91");
    /// # Ok::<(), knack_core::cell::ValueError>(())
    /// ```
    pub fn parse(&self) -> Result<serde_json::Value, ValueError> {
        serde_json::from_str(&self.0).map_err(|error| ValueError::new(format!("is no valid JSON ({error})")))
    }
}

impl<K: Kind> FromField<K> for Json {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let json = if cell.json().is_empty() { b"null" } else { cell.json() };
        let text = std::str::from_utf8(json).map_err(|_| ValueError::new("is not valid UTF-8"))?;
        Ok(Self(text.into()))
    }
}

impl<K: Writable> ToField<K> for Json {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.json(&self.parse()?);
        Ok(())
    }
}

impl<K: Kind> FromField<K> for serde_json::Value {
    /// An absent value is `null`. Numbers that `f64` cannot hold lose digits; [`Json`] keeps them.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        <Json as FromField<K>>::from_field(cell)?.parse()
    }
}

impl<K: Writable> ToField<K> for serde_json::Value {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.json(self);
        Ok(())
    }
}

/// The HTML that pages show for a value, for any kind. Never the default: ask for it by
/// [`Format::Both`](crate::query::Format::Both).
///
/// **Do not trust it.** It is made of what visitors wrote, without escapes: shown on a page of yours it
/// can run their scripts. So it prints nowhere by itself.
///
/// Source: docs.knack.com/docs/formatting.
///
/// ```
/// use knack_core::record::read_record;
/// use knack_core::value::Html;
///
/// #[derive(knack_derive::KnackObject)]
/// #[knack(object = "object_3", crate = knack_core)]
/// struct Customer {
///     #[knack(key = "field_5", kind = "email")]
///     email: Html,
/// }
///
/// let sent = br#"{"field_5":"<a href=\"mailto:a@example.com\">a@example.com</a>","field_5_raw":{"email":"a@example.com"}}"#;
/// let customer: Customer = read_record(sent)?.result.unwrap();
/// assert!(customer.email.untrusted().starts_with("<a href="));
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Html(Box<str>);

impl Html {
    /// The HTML as it came.
    pub fn untrusted(&self) -> &str {
        &self.0
    }

    /// The text in it: without tags, a line break for each `<br>`, and with the common entities as what they
    /// stand for. It is text: to be shown on a page, it needs escapes like any other.
    ///
    /// ```
    /// use knack_core::cell::Cell;
    /// use knack_core::value::{FromField, Link};
    ///
    /// let sent = Cell::new(br#"{"id":"5d7964422d7159001659b27a","identifier":"<b>Fish</b> &amp; Chips<br />5 < 6"}"#);
    /// let html = <Link<()>>::from_field(sent)?.label_html().unwrap();
    /// assert_eq!(html.to_text(), "Fish & Chips\n5 < 6");
    /// # Ok::<(), knack_core::cell::ValueError>(())
    /// ```
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.0.len());
        let mut rest = &*self.0;
        while let Some((before, markup)) = rest.find(['<', '&']).and_then(|at| rest.split_at_checked(at)) {
            text.push_str(before);
            let (shown, behind) = tag(markup).or_else(|| entity(markup)).unwrap_or_else(|| as_it_is(markup));
            text.extend(shown);
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    pub(crate) fn new(html: &str) -> Self {
        Self(html.into())
    }
}

/// What is shown for the tag that `markup` begins with, and what comes behind it.
fn tag(markup: &str) -> Option<(Option<char>, &str)> {
    let (tag, behind) = markup.strip_prefix('<')?.split_once('>')?;
    let begins = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!');
    if !tag.starts_with(begins) {
        return None;
    }
    let name = tag.trim_end_matches([' ', '/']);
    Some((name.eq_ignore_ascii_case("br").then_some('\n'), behind))
}

/// What is shown for the entity that `markup` begins with, and what comes behind it.
fn entity(markup: &str) -> Option<(Option<char>, &str)> {
    let (name, behind) = markup.strip_prefix('&')?.split_once(';')?;
    let shown = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32)?
        }
    };
    Some((Some(shown), behind))
}

/// The first sign of a text that is no markup after all, and what comes behind it.
fn as_it_is(text: &str) -> (Option<char>, &str) {
    let mut signs = text.chars();
    (signs.next(), signs.as_str())
}

impl fmt::Debug for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Html").field(&self.0).finish()
    }
}

impl<K: Kind> FromField<K> for Html {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let shown = cell.shown();
        if shown.json().is_empty() && !cell.is_empty() {
            return Err(ValueError::new(
                "came without what pages show for it; ask for both: `.format(Format::Both)`",
            ));
        }
        shown.text().map(|html| Self(html.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_as_text() {
        for (html, text) in [
            ("", ""),
            ("plain, AT&T; 5 < 6 <3", "plain, AT&T; 5 < 6 <3"),
            ("<span class=\"5d79\">No. 17</span><br/>No. 18<BR>", "No. 17\nNo. 18\n"),
            ("&lt;b&gt;&#39;&#x2019;&nbsp;&amp;lt;", "<b>'\u{2019}\u{a0}&lt;"),
            ("&#xD800;&#99999999999;&;<", "&#xD800;&#99999999999;&;<"),
            ("<!-- no --><p>é</p>", "é"),
        ] {
            assert_eq!(Html::new(html).to_text(), text, "{html}");
        }
    }
}
