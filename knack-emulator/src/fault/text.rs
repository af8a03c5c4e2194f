//! Faults as a line of text, for the command line and for tests in other languages.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use http::Method;
use http::header::{HeaderName, HeaderValue};

use super::{Effect, Fault, Which};

/// A line that is no fault, and why.
///
/// ```
/// use knack_emulator::Fault;
///
/// let error = "503:third".parse::<Fault>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`third` in the fault `503:third`: expected nth=N, first=N, every=N, method=NAME, path=PART or body=TEXT"
/// );
/// ```
#[derive(Debug, thiserror::Error)]
#[error("`{part}` in the fault `{line}`: {wanted}")]
pub struct FaultError {
    line: String,
    part: String,
    wanted: &'static str,
}

const EFFECTS: &str = "expected a status as 503, throttle, no-connection, drop-before, drop-after, hang, \
                       hang-after, delay=MS, cut-body=BYTES, cut-upload=BYTES, retry-after=VALUE or \
                       header=NAME=VALUE";
const OPTIONS: &str = "expected nth=N, first=N, every=N, method=NAME, path=PART or body=TEXT";

/// `EFFECT[:OPTION,…]`, as `503:nth=3` or `drop-after:method=POST,path=/records`.
///
/// - Effects: a status from 100 to 599, `throttle`, `no-connection`, `drop-before`, `drop-after`, `hang`,
///   `hang-after`, `delay=MS`, `cut-body=BYTES`, `cut-upload=BYTES`, `retry-after=VALUE`,
///   `header=NAME=VALUE`.
/// - Options: `nth=N`, `first=N` or `every=N`, of those that meet `method=NAME` and `path=PART`. With a
///   status, `body=TEXT` is the rest of the line.
///
/// ```
/// use knack_emulator::{Emulator, Fault};
///
/// let gateway: Fault = "502:every=10,body=<html>Bad Gateway, sorry</html>".parse()?;
/// let knack = Emulator::builder().sample().fault(gateway).fault("drop-after:nth=2".parse()?).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(line: &str) -> Result<Self, FaultError> {
        let line = line.trim();
        let no = |part: &str, wanted| FaultError { line: line.to_owned(), part: part.to_owned(), wanted };
        // A header's value may have a colon, so such a fault has no options.
        let (effect, options) = match line.split_once(':') {
            Some(parts) if !line.starts_with("header=") => parts,
            _ => (line, ""),
        };
        let mut fault = Self::new(self::effect(effect).ok_or_else(|| no(effect, EFFECTS))?);
        let mut rest = options;
        while !rest.is_empty() {
            let body = rest.starts_with("body=");
            let (option, behind) = if body { (rest, "") } else { rest.split_once(',').unwrap_or((rest, "")) };
            fault = fault.with(option).ok_or_else(|| no(option, OPTIONS))?;
            rest = behind;
        }
        Ok(fault)
    }
}

fn effect(text: &str) -> Option<Effect> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    Some(match (name, value) {
        ("throttle", "") => Effect::Throttle,
        ("no-connection", "") => Effect::NoConnection,
        ("drop-before", "") => Effect::DropBefore,
        ("drop-after", "") => Effect::DropAfter,
        ("hang", "") => Effect::Hang,
        ("hang-after", "") => Effect::HangAfter,
        ("delay", ms) => Effect::Delay(Duration::from_millis(ms.parse().ok()?)),
        ("cut-body", at) => Effect::CutBody { at: at.parse().ok()? },
        ("cut-upload", at) => Effect::CutUpload { at: at.parse().ok()? },
        ("retry-after", value) if !value.is_empty() => header(name, value)?,
        ("header", pair) => {
            let (name, value) = pair.split_once('=')?;
            header(name, value)?
        }
        (status, "") => {
            let status = status.parse().ok().filter(|status| (100..600).contains(status))?;
            Effect::Status { status, body: "".into() }
        }
        _ => return None,
    })
}

/// A header on the answer; `None` where no answer could have it.
fn header(name: &str, value: &str) -> Option<Effect> {
    HeaderName::try_from(name).ok()?;
    HeaderValue::try_from(value).ok()?;
    Some(Effect::Header { name: name.to_owned(), value: value.to_owned() })
}

impl Fault {
    /// The fault with one more option; `None` where there is no such.
    fn with(mut self, option: &str) -> Option<Self> {
        let (name, value) = option.split_once('=')?;
        let number = || value.parse::<u64>().ok().filter(|n| *n > 0);
        Some(match name {
            "nth" => self.nth(number()?),
            "first" => self.first(number()?),
            "every" => self.every(number()?),
            "method" => self.method(Method::from_bytes(value.to_ascii_uppercase().as_bytes()).ok()?),
            "path" => self.path(value),
            "body" => {
                let Effect::Status { body, .. } = &mut self.effect else { return None };
                *body = value.to_owned().into();
                self
            }
            _ => return None,
        })
    }
}

/// The line that reads as this fault. Bodies of [`Effect::Body`] are not written, only their types.
///
/// ```
/// use http::Method;
/// use knack_emulator::{Effect, Fault};
///
/// let fault = Fault::new(Effect::DropAfter).method(Method::POST).nth(2);
/// assert_eq!(fault.to_string(), "drop-after:nth=2,method=POST");
/// ```
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut body = None;
        match &self.effect {
            Effect::Status { status, body: told } => {
                body = Some(told).filter(|told| !told.is_empty());
                write!(f, "{status}")
            }
            Effect::Throttle => f.write_str("throttle"),
            Effect::NoConnection => f.write_str("no-connection"),
            Effect::DropBefore => f.write_str("drop-before"),
            Effect::DropAfter => f.write_str("drop-after"),
            Effect::Hang => f.write_str("hang"),
            Effect::HangAfter => f.write_str("hang-after"),
            Effect::Delay(delay) => write!(f, "delay={}", delay.as_millis()),
            Effect::CutBody { at } => write!(f, "cut-body={at}"),
            Effect::CutUpload { at } => write!(f, "cut-upload={at}"),
            Effect::Header { name, value } if name == "retry-after" => write!(f, "{name}={value}"),
            Effect::Header { name, value } => write!(f, "header={name}={value}"),
            Effect::Body { content_type, .. } => write!(f, "body ({content_type})"),
        }?;
        let which = match self.which {
            Which::All => None,
            Which::Nth(n) => Some(format!("nth={n}")),
            Which::First(n) => Some(format!("first={n}")),
            Which::Every(n) => Some(format!("every={n}")),
        };
        let method = self.method.as_ref().map(|method| format!("method={method}"));
        let path = self.path.as_ref().map(|path| format!("path={path}"));
        let body = body.map(|body| format!("body={}", String::from_utf8_lossy(body)));
        let options: Vec<String> = [which, method, path, body].into_iter().flatten().collect();
        if options.is_empty() { Ok(()) } else { write!(f, ":{}", options.join(",")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_line_is_read_and_written() {
        for line in [
            "503",
            "503:nth=3",
            "throttle:every=10",
            "drop-after:path=/records",
            "drop-before:first=2,method=POST,path=/objects/object_1/",
            "no-connection",
            "hang",
            "hang-after:nth=1",
            "delay=1500:path=/records",
            "cut-body=100:nth=2",
            "cut-upload=10",
            "header=date=Thu, 01 Jan 1970 00:00:00 GMT",
            "500:nth=1,body={\"errors\":[\"a, b\"]}",
        ] {
            assert_eq!(line.parse::<Fault>().unwrap().to_string(), line);
        }
        let retry: Fault = "retry-after=2:nth=1".parse().unwrap();
        assert_eq!(retry.effect, Fault::retry_after("2").effect);
    }

    #[test]
    fn what_is_none_says_why() {
        for (line, part) in [
            ("", "``"),
            ("99", "`99`"),
            ("600", "`600`"),
            ("crash", "`crash`"),
            ("throttle=3", "`throttle=3`"),
            ("delay", "`delay`"),
            ("delay=soon", "`delay=soon`"),
            ("503:nth=0", "`nth=0`"),
            ("503:nth", "`nth`"),
            ("503:nth=1,,first=2", "``"),
            ("hang:body=x", "`body=x`"),
            ("header=X Odd=1", "`header=X Odd=1`"),
            ("header==1", "`header==1`"),
            ("header=x-bell=\u{7}", "`header=x-bell=\u{7}`"),
            ("retry-after=2\u{7f}", "`retry-after=2\u{7f}`"),
        ] {
            let error = line.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(part), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(line in "\\PC{0,40}") {
            if let Ok(fault) = line.parse::<Fault>() {
                prop_assert!(fault.to_string().parse::<Fault>().is_ok());
            }
        }
    }
}
