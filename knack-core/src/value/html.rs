//! What pages show for a value.

use std::fmt;

use crate::cell::{Cell, ValueError};
use crate::kind::Kind;
use crate::value::FromField;

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
        let html = &*self.0;
        let comments_end = html.rfind("-->").unwrap_or(0);
        let mut text = String::with_capacity(html.len());
        let mut rest = html;
        while let Some((before, markup)) = rest.find(['<', '&']).and_then(|at| rest.split_at_checked(at)) {
            text.push_str(before);
            // Where no comment ends any more none is looked for, so that no text can make this slow.
            let comment = || if html.len() - markup.len() < comments_end { comment(markup) } else { None };
            let found = tag(markup).or_else(comment).or_else(|| entity(markup));
            let (shown, behind) = found.unwrap_or_else(|| as_it_is(markup));
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

/// The tags that are taken for markup, of those that Knack and its editors write. What people put between
/// angle brackets, such as `<Ann>` or `<time>`, is text.
const TAGS: [&str; 62] = [
    "a",
    "abbr",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "path",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// The attributes without a value that are taken for such; any other word makes text of a tag.
const BARE: [&str; 8] =
    ["allowfullscreen", "autoplay", "controls", "disabled", "hidden", "loop", "muted", "nowrap"];

/// Whether there is a tag in `text`, so that it is HTML and not as somebody wrote it.
pub(super) fn has_tags(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| text.get(at..).and_then(tag).is_some())
}

/// What is shown for the tag that `markup` begins with, and what comes behind it. Only a known tag that is
/// well formed is one: `x<b and z>` is text.
fn tag(markup: &str) -> Option<(Option<char>, &str)> {
    let inner = markup.strip_prefix('<')?;
    let (name, mut rest) = leading(inner.strip_prefix('/').unwrap_or(inner), |c| c.is_ascii_alphanumeric());
    TAGS.iter().find(|tag| name.eq_ignore_ascii_case(tag))?;
    while let Some(behind) = attribute(rest) {
        rest = behind;
    }
    let end = rest.trim_ascii_start();
    let behind = end.strip_prefix('/').unwrap_or(end).strip_prefix('>')?;
    Some((name.eq_ignore_ascii_case("br").then_some('\n'), behind))
}

/// What comes behind the attribute that `text` begins with, space and `name="value"`.
fn attribute(text: &str) -> Option<&str> {
    let (_, text) =
        Some(leading(text, |c| c.is_ascii_whitespace())).filter(|(space, _)| !space.is_empty())?;
    let (name, rest) = leading(text, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'));
    if name.is_empty() {
        return None;
    }
    let Some(value) = rest.trim_ascii_start().strip_prefix('=') else {
        return BARE.iter().any(|bare| name.eq_ignore_ascii_case(bare)).then_some(rest);
    };
    let value = value.trim_ascii_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
    if let Some(quote) = quote {
        return value.strip_prefix(quote)?.split_once(quote).map(|(_, behind)| behind);
    }
    let (value, behind) = leading(value, |c| !c.is_whitespace() && !"\"'<>=`".contains(c));
    (!value.is_empty()).then_some(behind)
}

/// The signs at the beginning of `text` that belong together, and what comes behind them.
fn leading(text: &str, belongs: fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// What comes behind the comment that `markup` begins with.
fn comment(markup: &str) -> Option<(Option<char>, &str)> {
    markup.strip_prefix("<!--")?.split_once("-->").map(|(_, behind)| (None, behind))
}

/// What is shown for the entity that `markup` begins with, and what comes behind it.
fn entity(markup: &str) -> Option<(Option<char>, &str)> {
    const LONGEST: usize = "&#x10FFFF;".len();
    let end = markup.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let (name, behind) = (markup.get(1..end)?, markup.get(end + 1..)?);
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

    /// Something may be shown for what has no value, as 0 for a mean of nothing.
    fn is_nothing(cell: Cell<'_>) -> bool {
        cell.is_empty() && cell.shown().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_makes_it_slow() {
        for part in ["<", "&", "<!--", "<a b=\"", "<a b='", "<a ", "<a b=", "--><!--"] {
            let hostile = part.repeat(200_000);
            assert!(Html::new(&hostile).to_text().len() <= hostile.len());
        }
    }

    #[test]
    fn html_as_text() {
        for (html, text) in [
            ("", ""),
            ("plain, AT&T; 5 < 6 <3", "plain, AT&T; 5 < 6 <3"),
            ("<span class=\"5d79\">No. 17</span><br/>No. 18<BR>", "No. 17\nNo. 18\n"),
            ("&lt;b&gt;&#39;&#x2019;&nbsp;&amp;lt;", "<b>'\u{2019}\u{a0}&lt;"),
            ("&#xD800;&#99999999999;&;<", "&#xD800;&#99999999999;&;<"),
            ("<!-- no --><p>é</p><!-- open", "é<!-- open"),
            ("<Ann>, x<b and z>w, <time>, </>, <b", "<Ann>, x<b and z>w, <time>, </>, <b"),
            (
                "<IMG src=x onerror=alert(1)><td nowrap >a</TD><a title = 'a>b'>c</a><a href=\"x>",
                "ac<a href=\"x>",
            ),
            ("<hr/><p class=\"a\"\n id=b>d</p>", "d"),
        ] {
            assert_eq!(Html::new(html).to_text(), text, "{html}");
        }
    }
}
