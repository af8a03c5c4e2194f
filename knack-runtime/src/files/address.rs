//! Where files are, and who may be told there who asks.

use http::Uri;
use reqwest::Url;

use crate::host::BaseUrl;

/// Which addresses a client goes to, and with what.
pub(super) struct Reach {
    /// The client's own base URL; none only where its text is no URL, which the builder has ruled out.
    own: Option<Url>,
}

impl Reach {
    pub(super) fn of(base: &BaseUrl) -> Self {
        Self { own: Url::parse(base.as_str()).ok() }
    }

    /// The address in a text, if it may be asked at all; else what is wrong with it. What is found on the way
    /// is seen from `here`.
    pub(super) fn address(&self, text: &str, here: Option<&Url>) -> Result<Url, &'static str> {
        let url = match here {
            Some(here) => here.join(text),
            None => Url::parse(text),
        };
        let url = url.map_err(|_| "the file's address is no URL")?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err("the file's address has no host");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the file's address has a user name or password in it");
        }
        if url.scheme() != "https" && !self.is_own(&url) {
            return Err("the file's address is not encrypted");
        }
        Ok(url)
    }

    /// Whether it is where the client's calls go.
    pub(super) fn is_own(&self, url: &Url) -> bool {
        self.own.as_ref().is_some_and(|own| own.origin() == url.origin())
    }

    /// Whether it may see who asks: the application's id and a user's token.
    pub(super) fn is_trusted(&self, url: &Url) -> bool {
        let of_knack = |host: &str| host == "knack.com" || host.ends_with(".knack.com");
        self.is_own(url) || (url.scheme() == "https" && url.host_str().is_some_and(of_knack))
    }
}

/// An address as a request has it, without the fragment, which is nobody's business.
pub(super) fn uri(url: &Url) -> Option<Uri> {
    let mut url = url.clone();
    url.set_fragment(None);
    url.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(base: &str) -> Reach {
        Reach::of(&BaseUrl::parse(base, true).unwrap())
    }

    #[test]
    fn credentials_go_to_knack_alone() {
        let trusted = |base: &str, url: &str| reach(base).is_trusted(&url.parse().unwrap());
        for url in [
            "https://api.knack.com/a",
            "https://knack.com",
            "https://eu-api.knack.com:8443/",
            "https://API.Knack.com/",
        ] {
            assert!(trusted("https://stand-in.example/v1", url), "{url}");
        }
        for url in [
            "http://api.knack.com/a",
            "https://knack.com.evil.example/",
            "https://evilknack.com/",
            "https://s3.amazonaws.com/knack.com",
            "https://stand-in.example:444/",
            "http://stand-in.example/",
            "https://evil.example/?api.knack.com",
            "https://evil.example/#.knack.com",
        ] {
            assert!(!trusted("https://stand-in.example/v1", url), "{url}");
        }
        assert!(trusted("https://stand-in.example/v1", "https://stand-in.example/assets/x"));
        assert!(trusted("http://127.0.0.1:4711/v1", "http://127.0.0.1:4711/assets/x"));
        assert!(!trusted("http://127.0.0.1:4711/v1", "http://127.0.0.1:4712/assets/x"));
    }

    #[test]
    fn addresses_are_checked() {
        let reach = reach("http://127.0.0.1:4711/v1");
        let ok = |text| reach.address(text, None).map(|url| url.to_string());
        assert_eq!(ok("https://h/My file ü.pdf").as_deref(), Ok("https://h/My%20file%20%C3%BC.pdf"));
        assert!(ok("http://127.0.0.1:4711/x").is_ok());
        for bad in [
            "",
            "x",
            "/x",
            "//h/x",
            "http://h/x",
            "http://localhost:4711/x",
            "ftp://h/x",
            "file:///etc/passwd",
            "https://u@h/",
            "https://:p@h/",
            "https://",
            "data:text/plain,x",
            "javascript:x",
        ] {
            assert!(ok(bad).is_err(), "{bad}");
        }
        let here = "https://h/a/b".parse().unwrap();
        let from = |text| reach.address(text, Some(&here)).map(|url| url.to_string());
        assert_eq!(from("/c").as_deref(), Ok("https://h/c"));
        assert_eq!(from("//i/c").as_deref(), Ok("https://i/c"));
        assert!(from("http://h/c").is_err() && from("file:///etc/passwd").is_err());
        assert_eq!(uri(&"https://h/a#secret".parse().unwrap()).unwrap().to_string(), "https://h/a");
    }
}
