//! What must not be in a recording: keys, tokens, cookies and passwords, and the application's id.
//!
//! Two rules hide a secret. It stands where secrets stand (a header, a name such as `password` in a body or a
//! query, a field of kind password): then it is hidden there. And what was seen in such a place is hidden wherever
//! it appears from then on, in the spellings in which text carries it.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::walk;

/// What stands in a recording where a secret was.
pub(crate) const HIDDEN: &str = "***";
/// What stands in a recording for the application's id.
pub(crate) const STAND_IN: &str = "000000000000000000000000";

const APPLICATION: [&str; 2] = ["x-knack-application-id", "knack_application_id"];
const KEY: [&str; 2] = ["x-knack-rest-api-key", "knack_rest_api_key"];
/// What pages are called with in place of a key.
const NO_KEYS: [&str; 2] = ["knack", "renderer"];
/// What programs send where they have no secret.
const NOTHINGS: [&str; 4] = ["null", "undefined", "true", "false"];
/// From this length on a secret is hidden within other words too.
const LONG: usize = 8;
/// Shorter ones are hidden in their own place alone: they are a part of everything.
const SHORT: usize = 4;
/// Shorter ones of digits alone as well: they are years, counts and amounts.
const SHORT_NUMBER: usize = 6;
/// As a browser writes a value into a URL.
pub(super) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The secrets that were seen so far.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    known: Vec<Known>,
    seen: HashSet<String>,
    /// The keys of fields of kind password.
    fields: HashSet<String>,
    /// The ids of applications that are replaced.
    applications: Vec<String>,
    keeps_application: bool,
}

/// A text that is hidden wherever it stands.
struct Known {
    spellings: Vec<String>,
    within_words: bool,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Secrets {
    pub(crate) fn new(keeps_application: bool) -> Self {
        Self { keeps_application, ..Self::default() }
    }

    /// Learns what the head of a request carries.
    pub(crate) fn learn_request(&mut self, uri: &Uri, headers: &HeaderMap) {
        for (name, value) in headers {
            let value = latin(value.as_bytes());
            match name.as_str() {
                "authorization" | "proxy-authorization" => self.learn_login(&value),
                "cookie" => value.split(';').for_each(|cookie| self.learn_cookie(cookie)),
                name if is_secret_name(name) && !is_no_key(name, &value) => self.learn(&value),
                _ => {}
            }
        }
        self.learn_application(application(uri, headers));
        self.learn_text(uri.query().unwrap_or_default());
    }

    /// Learns the id of an application.
    pub(crate) fn learn_application(&mut self, application: Option<String>) {
        let new = |id: &String| !self.keeps_application && id != STAND_IN && !self.applications.contains(id);
        let application = application.filter(new);
        self.applications.extend(application);
    }

    /// Learns what a text holds where secrets stand.
    pub(crate) fn learn_text(&mut self, text: &str) {
        let mut found = Vec::new();
        walk::hide(self, text, &mut found);
        for secret in &found {
            self.learn(secret);
        }
    }

    /// Hides a text wherever it stands from now on.
    pub(crate) fn learn(&mut self, secret: &str) {
        let secret = secret.trim();
        let says_something = secret.chars().any(char::is_alphanumeric) && !NOTHINGS.contains(&secret);
        let is_number = secret.bytes().all(|byte| byte.is_ascii_digit());
        let short = secret.len() < if is_number { SHORT_NUMBER } else { SHORT };
        if short || !says_something || !self.seen.insert(secret.to_owned()) {
            return;
        }
        let mut spellings = spellings(secret);
        // Bytes that were searched letter by letter may be UTF-8, and the other way round.
        spellings.push(latin(secret.as_bytes()));
        let bytes: Option<Vec<u8>> = secret.chars().map(|letter| u8::try_from(letter).ok()).collect();
        if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
            spellings.extend(self::spellings(&text));
        }
        spellings.sort_unstable_by_key(|spelling| std::cmp::Reverse(spelling.len()));
        spellings.dedup();
        self.known.push(Known { spellings, within_words: secret.len() >= LONG });
        // The longest first: one may be a part of another.
        self.known.sort_by_key(|known| std::cmp::Reverse(known.spellings.first().map_or(0, String::len)));
    }

    /// A text without secrets and without the application's id.
    pub(crate) fn hidden(&self, text: &str) -> String {
        walk::hide(self, text, &mut Vec::new())
    }

    /// The value of a name, of a query or a form.
    pub(crate) fn value(&self, name: &str, value: &str) -> String {
        if (is_secret_parameter(name) || self.is_secret_field(name)) && !value.is_empty() {
            return HIDDEN.to_owned();
        }
        self.hidden(value)
    }

    /// A path, whose steps stay as they were sent unless something in them is hidden.
    pub(crate) fn path(&self, path: &str) -> String {
        let step = |step: &str| {
            let decoded = percent_decode_str(step).decode_utf8_lossy();
            let hidden = self.hidden(&decoded);
            if hidden == decoded {
                step.to_owned()
            } else {
                utf8_percent_encode(&hidden, COMPONENT).to_string()
            }
        };
        path.split('/').map(step).collect::<Vec<_>>().join("/")
    }

    /// Whether a field is one of kind password, by the name that it has in a body.
    pub(super) fn is_secret_field(&self, name: &str) -> bool {
        self.fields.contains(name.strip_suffix("_raw").unwrap_or(name))
    }

    /// Whether a number is a secret that is known. A short one is hidden in texts alone: whoever reads a replay wants
    /// a number where one was.
    pub(super) fn is_known_number(&self, text: &str) -> bool {
        text.len() >= LONG && self.seen.contains(text)
    }

    /// Whether there is anything to hide in a text as it stands.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let mut spellings = self.known.iter().flat_map(|known| &known.spellings).chain(&self.applications);
        spellings.any(|spelling| is_within(spelling, text))
    }

    /// A text without the secrets that are known, whatever their places.
    pub(super) fn without_known(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for known in &self.known {
            for spelling in &known.spellings {
                if is_within(spelling, &text) {
                    text = replaced(&text, spelling, known.within_words);
                }
            }
        }
        for application in &self.applications {
            if is_within(application, &text) {
                text = text.replace(application.as_str(), STAND_IN);
            }
        }
        text
    }

    fn learn_cookie(&mut self, cookie: &str) {
        let value = cookie.split_once('=').map_or("", |(_, value)| value.trim());
        // Most cookies of a few letters are settings.
        if value.len() >= LONG {
            self.learn(value);
            self.learn(&percent_decode_str(value).decode_utf8_lossy());
        }
    }

    fn learn_login(&mut self, value: &str) {
        self.learn(value);
        let Some((scheme, value)) = value.split_once(' ') else { return };
        self.learn(value);
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(pair) = STANDARD.decode(value.trim())
            && let Some((_, password)) = latin(&pair).split_once(':')
        {
            self.learn(password);
        }
    }
}

/// What a recorder alone wants.
#[cfg(feature = "record")]
impl Secrets {
    /// A text that ends too early, without the beginning of a secret that may be at its end.
    pub(crate) fn without_half(&self, text: &str) -> String {
        let spellings = self.known.iter().flat_map(|known| &known.spellings);
        let half = |spelling: &String| {
            let mut ends = spelling.char_indices().map(|(end, _)| end).filter(|end| *end >= SHORT).rev();
            ends.find(|end| spelling.get(..*end).is_some_and(|half| text.ends_with(half)))
        };
        let longest = spellings.filter_map(half).max().unwrap_or_default();
        match text.get(..text.len() - longest) {
            Some(before) if longest > 0 => format!("{before}{HIDDEN}"),
            _ => text.to_owned(),
        }
    }

    /// Learns what the head of an answer carries.
    pub(crate) fn learn_answer(&mut self, headers: &HeaderMap) {
        for (name, value) in headers {
            let value = latin(value.as_bytes());
            if name == "set-cookie" {
                self.learn_cookie(value.split(';').next().unwrap_or_default());
            } else if is_secret_header(name.as_str()) {
                self.learn(&value);
            } else {
                self.learn_text(&value);
            }
        }
    }

    /// Learns which fields of an application are passwords.
    pub(crate) fn learn_fields(&mut self, dump: &Value) {
        let objects = dump.pointer("/application/objects").or_else(|| dump.get("objects"));
        let fields = objects.and_then(Value::as_array).into_iter().flatten();
        let fields = fields.filter_map(|object| object.get("fields")?.as_array()).flatten();
        for field in fields.filter(|field| field.get("type").and_then(Value::as_str) == Some("password")) {
            self.fields.extend(field.get("key").and_then(Value::as_str).map(str::to_owned));
        }
    }

    /// How many applications were met.
    pub(crate) fn applications(&self) -> usize {
        self.applications.len()
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str, value: &[u8]) -> String {
        let value = String::from_utf8(value.to_vec()).unwrap_or_else(|_| latin(value));
        if is_secret_header(name) && !is_no_key(name, &value) {
            HIDDEN.to_owned()
        } else {
            self.hidden(&value)
        }
    }
}

/// A text as it stands in JSON, pages, addresses and forms.
fn spellings(text: &str) -> Vec<String> {
    let encoded = [NON_ALPHANUMERIC, COMPONENT].map(|set| utf8_percent_encode(text, set).to_string());
    let quoted = Value::from(text).to_string();
    let quoted = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    let mut spellings = vec![text.to_owned(), quoted.to_owned(), quoted.replace('/', "\\/")];
    let markup = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    spellings.extend(["&#39;", "&#x27;", "&apos;"].map(|quote| markup.replace('\'', quote)));
    spellings.push(markup);
    for one in encoded {
        spellings.extend([
            hex_in_lower_case(&one),
            one.replace("%20", "+"),
            hex_in_lower_case(&one).replace("%20", "+"),
            one,
        ]);
    }
    spellings
}

/// The id of the application that a request is for.
pub(crate) fn application(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let told = APPLICATION.iter().find_map(|name| headers.get(*name)?.to_str().ok());
    let mut steps = uri.path().split('/').skip_while(|step| *step != "applications");
    let named = steps.nth(1);
    let is_id = |id: &&str| id.len() == STAND_IN.len() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    told.into_iter().chain(named).find(is_id).map(str::to_owned)
}

/// Whether what stands under a name in a body is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    const ENDS: [&str; 19] = [
        "passwd",
        "pwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "accesskey",
        "accesskeyid",
        "secretkey",
        "privatekey",
        "encryptionkey",
        "utilitykey",
        "authorization",
        "cookie",
        "credential",
        "signature",
        "jwt",
        "sessionid",
        "connectsid",
    ];
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    // Several tokens are secrets as well.
    let name = name.trim_end_matches('s');
    ENDS.iter().any(|end| name.ends_with(end)) || is_password(name)
}

/// Whether a name is one of a password, and not of a setting about passwords.
fn is_password(name: &str) -> bool {
    const BEHIND: [&str; 11] =
        ["", "again", "check", "confirm", "confirmation", "hash", "new", "old", "raw", "repeat", "verify"];
    let behind = name.rsplit_once("password").map(|(_, behind)| behind.trim_end_matches(char::is_numeric));
    behind.is_some_and(|behind| BEHIND.contains(&behind))
}

/// Whether a value of a query or a form is a secret.
pub(crate) fn is_secret_parameter(name: &str) -> bool {
    is_secret_name(name)
        || ["key", "auth", "sig", "sid", "policy"].iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// Whether a header's value is a secret.
pub(crate) fn is_secret_header(name: &str) -> bool {
    const PARTS: [&str; 8] =
        ["auth", "cookie", "token", "secret", "password", "credential", "signature", "session"];
    // These say how to log in, and what pages of other sites may read.
    name != "www-authenticate"
        && !name.starts_with("access-control-")
        && (is_secret_name(name) || PARTS.iter().any(|part| name.contains(part)))
}

/// Whether a header has what pages are called with in place of a key.
fn is_no_key(name: &str, value: &str) -> bool {
    KEY.contains(&name) && NO_KEYS.contains(&value)
}

/// Bytes as text, one letter each: what is no UTF-8 is searched like any other, and comes back as it was.
pub(crate) fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Whether a text has another in it. Most are too short for it, which is seen at once.
fn is_within(part: &str, text: &str) -> bool {
    part.len() <= text.len() && text.contains(part)
}

fn replaced(text: &str, secret: &str, within_words: bool) -> String {
    if within_words {
        return text.replace(secret, HIDDEN);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(secret) {
        let is_word = |end: Option<char>| end.is_some_and(char::is_alphanumeric);
        let whole = !is_word(before.chars().next_back().or(out.chars().next_back()))
            && !is_word(behind.chars().next());
        out.push_str(before);
        out.push_str(if whole { HIDDEN } else { secret });
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Percent-encoded text with its codes in lower case.
fn hex_in_lower_case(text: &str) -> String {
    let mut code = 0;
    let lower = |c: char| {
        if c == '%' {
            code = 2;
        } else if code > 0 {
            code -= 1;
            return c.to_ascii_lowercase();
        }
        c
    };
    text.chars().map(lower).collect()
}
