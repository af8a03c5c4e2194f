//! Where the API of an application is.

use http::Uri;

/// A host of the Knack API. Ask the wrong one and writes may be accepted and dropped, so this is
/// worth knowing: the Builder's account settings name the region.
///
/// Source: docs.knack.com/docs/introduction-to-the-api; the regional hosts are those that Knack's
/// own pages use.
///
/// ```
/// use knack_runtime::Host;
///
/// assert_eq!(Host::Us.base_url().unwrap(), "https://api.knack.com/v1");
/// assert_eq!(Host::Eu.base_url().unwrap(), "https://eu-api.knack.com/v1");
/// assert_eq!(Host::Account("acme".into()).base_url().unwrap(), "https://acme-api.knack.com/v1");
/// assert_eq!(Host::Account("acme.evil.example/".into()).base_url(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Host {
    /// `api.knack.com`, for most accounts.
    #[default]
    Us,
    /// `eu-api.knack.com`, for accounts hosted in the EU.
    Eu,
    /// `usgc-api.knack.com`, for HIPAA accounts in the US government cloud. A move there changes the
    /// host: docs.knack.com/docs/migrating-to-the-hipaa-environment.
    UsGov,
    /// `{slug}-api.knack.com`, for an account with an address of its own.
    Account(String),
}

impl Host {
    /// The base URL, API version included; `None` for an account's slug that is no host name.
    pub fn base_url(&self) -> Option<String> {
        let name = match self {
            Self::Us => "api",
            Self::Eu => "eu-api",
            Self::UsGov => "usgc-api",
            Self::Account(slug) if is_label(slug) => return Some(format!("https://{slug}-api.knack.com/v1")),
            Self::Account(_) => return None,
        };
        Some(format!("https://{name}.knack.com/v1"))
    }
}

fn is_label(slug: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !slug.is_empty() && slug.len() < 60 && slug.bytes().all(inner) && !slug.starts_with('-')
}

/// A base URL that was checked: requests are its text and a path.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// Checks `text`; an error says what is wrong with it.
    pub(crate) fn parse(text: &str, allow_plain: bool) -> Result<Self, &'static str> {
        let text = text.trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_| "it is no URL")?;
        let authority = uri.authority().ok_or("it has no host")?;
        if authority.as_str().contains('@') {
            return Err("it has a user name or password in it");
        }
        if uri.query().is_some() || text.contains('#') {
            return Err("it has a query or fragment behind its path");
        }
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if allow_plain || is_loopback(authority.host()) => {}
            Some("http") => return Err("it is not encrypted: the key would travel in the clear; use https"),
            _ => return Err("it begins with neither https:// nor http://"),
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn join(&self, path: &str, query: &str) -> String {
        let separator = if query.is_empty() { "" } else { "?" };
        [&self.0, path, separator, query].concat()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.0.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_loopback))
    }
}

/// A URL that cannot be used, as messages show it: without what may be a secret in it.
pub(crate) fn shown(url: &str) -> String {
    let open = url.split(['?', '#']).next().unwrap_or_default();
    // A password may hold any character, so nothing around an @ is safe to show.
    if url.contains('@') { "…".to_owned() } else { open.to_owned() }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        for (url, wanted) in [
            ("http://api.knack.com/v1", "http://api.knack.com/v1"),
            ("https://h/v1?key=s3cr3t", "https://h/v1"),
            ("https://h/v1#s3cr3t", "https://h/v1"),
            ("https://ann:s3cr3t@h", "…"),
            ("s3c#r3t@h", "…"),
        ] {
            assert_eq!(shown(url), wanted);
        }
    }

    #[test]
    fn loopback_is_known() {
        let is_loopback = |url| BaseUrl::parse(url, true).unwrap().is_loopback();
        assert!(
            ["http://127.0.0.1:4711/v1", "https://localhost/v1", "http://[::1]:80"].map(is_loopback)
                == [true; 3]
        );
        assert!(["http://10.0.0.1/v1", "https://localhost.example"].map(is_loopback) == [false; 2]);
    }

    #[test]
    fn base_urls_are_checked() {
        for good in [
            "https://api.knack.com/v1",
            "http://127.0.0.1:4711/v1/",
            "http://[::1]:80",
            "http://localhost:3000",
        ] {
            assert!(BaseUrl::parse(good, false).is_ok(), "{good}");
        }
        for bad in [
            "",
            "api.knack.com",
            "http://api.knack.com/v1",
            "ftp://x",
            "https://u:p@host/v1",
            "https://h/v1?x=1",
            "https://h/#x",
            "http://127.0.0.1.evil.example",
        ] {
            assert!(BaseUrl::parse(bad, false).is_err(), "{bad}");
        }
        assert!(BaseUrl::parse("http://10.0.0.1/v1", true).is_ok());
        assert_eq!(
            BaseUrl::parse("https://h/v1/", false).unwrap().join("/objects", "a=b"),
            "https://h/v1/objects?a=b"
        );
    }
}
