//! What the headers of an answer say about limits. Every part is optional: nothing is promised.

use std::time::{Duration, SystemTime};

use http::HeaderMap;

/// The limit headers of one answer.
///
/// They come on ordinary answers too, not only on refusals. They are evidence, never a counter:
/// `rate_remaining` can repeat, and `rate_reset` is rounded up to a whole second of the server's
/// wall clock, which is not ours.
///
/// Source: docs.knack.com/docs/api-limits; the units of the two resets, which differ, are those of
/// recorded answers.
///
/// ```
/// use std::time::Duration;
/// use knack_core::headers::LimitHeaders;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("x-planlimit-remaining", "4569".parse()?);
/// headers.insert("x-planlimit-reset", "38003382".parse()?);
/// headers.insert("retry-after", "0.25".parse()?);
///
/// let limits = LimitHeaders::parse(&headers);
/// assert_eq!(limits.plan_remaining, Some(4_569));
/// assert!(!limits.plan_exhausted());
/// assert_eq!(limits.plan_reset, Some(Duration::from_millis(38_003_382)));
/// assert_eq!(limits.retry_after, Some(Duration::from_millis(250)));
/// assert_eq!(limits.rate_remaining, None);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitHeaders {
    /// `X-PlanLimit-Limit`: the calls of a day, those of the plan and of its add-ons together.
    pub plan_limit: Option<u64>,
    /// `X-PlanLimit-Remaining`: what is left of them; zero or less when they are used up.
    pub plan_remaining: Option<i64>,
    /// `X-PlanLimit-Reset`: how long until the day's count begins anew, at midnight GMT. Sent in
    /// milliseconds; more than a day, which makes no sense, is taken as a day, and none at all as unknown.
    pub plan_reset: Option<Duration>,
    /// `X-RateLimit-Limit`: calls allowed in a second, 10 on every plan.
    pub rate_limit: Option<u32>,
    /// `X-RateLimit-Remaining`: calls left in the server's present window, this one taken off already.
    pub rate_remaining: Option<u32>,
    /// `X-RateLimit-Reset`: the end of that window, in whole seconds since 1970 by the server's
    /// clock, rounded up.
    pub rate_reset: Option<u64>,
    /// `Retry-After`: how long to wait. Taken as seconds with a fraction, or as a date counted from
    /// the answer's own `Date`. Knack does not document it; a proxy may send it.
    pub retry_after: Option<Duration>,
    /// `Date`: the server's clock in whole seconds since 1970.
    pub date: Option<u64>,
}

impl LimitHeaders {
    /// Reads what is there; what is missing or makes no sense is `None`. Names are matched without
    /// case.
    ///
    /// ```
    /// use knack_core::headers::LimitHeaders;
    ///
    /// let mut headers = http::HeaderMap::new();
    /// headers.insert("X-RateLimit-Remaining", http::HeaderValue::from_static("soon"));
    /// assert_eq!(LimitHeaders::parse(&headers), LimitHeaders::default());
    /// ```
    pub fn parse(headers: &HeaderMap) -> Self {
        let mut limits = Self::default();
        let mut wait = None;
        // One walk over the few headers there are costs less than a look-up for each name. Where a
        // header repeats, the last counts.
        for (name, value) in headers {
            let Ok(text) = value.to_str().map(str::trim) else { continue };
            match name.as_str() {
                "x-planlimit-limit" => limits.plan_limit = text.parse().ok(),
                "x-planlimit-remaining" => limits.plan_remaining = text.parse().ok(),
                "x-planlimit-reset" => limits.plan_reset = text.parse().ok().and_then(until_reset),
                "x-ratelimit-limit" => limits.rate_limit = text.parse().ok(),
                "x-ratelimit-remaining" => limits.rate_remaining = text.parse().ok(),
                "x-ratelimit-reset" => limits.rate_reset = text.parse().ok(),
                "date" => limits.date = http_date(text),
                "retry-after" => wait = Some(text),
                _ => {}
            }
        }
        limits.retry_after = wait.and_then(|text| retry_after(text, limits.date));
        limits
    }

    /// Whether the day's calls are used up. An answer that does not say so is taken as "no".
    pub const fn plan_exhausted(&self) -> bool {
        matches!(self.plan_remaining, Some(remaining) if remaining <= 0)
    }
}

/// No midnight is further away than a day, and a wait that a server's slip made endless would be endless. Nor is
/// it ever now: what an answer says of the day would be over as it is said.
fn until_reset(millis: u64) -> Option<Duration> {
    let left = Duration::from_millis(millis).min(Duration::from_hours(24));
    (!left.is_zero()).then_some(left)
}

fn http_date(text: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(text).ok()?;
    date.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

fn retry_after(text: &str, date: Option<u64>) -> Option<Duration> {
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => Some(Duration::from_secs(http_date(text)?.saturating_sub(date?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&'static str, &'static str)]) -> LimitHeaders {
        let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        LimitHeaders::parse(&pairs.collect::<HeaderMap>())
    }

    #[test]
    fn a_recorded_answer() {
        let limits = parse(&[
            ("Date", "Thu, 22 Jun 2017 13:26:36 GMT"),
            ("X-PlanLimit-Limit", "5000"),
            ("X-PlanLimit-Remaining", "4569"),
            ("X-PlanLimit-Reset", "38003382"),
            ("X-RateLimit-Limit", "10"),
            ("X-RateLimit-Remaining", "9"),
            ("X-RateLimit-Reset", "1498137998"),
        ]);
        assert_eq!(limits.date, Some(1_498_137_996));
        assert_eq!(
            (limits.rate_limit, limits.rate_remaining, limits.rate_reset),
            (Some(10), Some(9), Some(1_498_137_998))
        );
        assert!(!limits.plan_exhausted());
    }

    #[test]
    fn retry_after_in_every_form() {
        for (text, wanted) in [
            ("2", Some(2_000)),
            ("0.5", Some(500)),
            ("-1", None),
            ("NaN", None),
            ("1e300", None),
            ("soon", None),
        ] {
            assert_eq!(
                parse(&[("retry-after", text)]).retry_after,
                wanted.map(Duration::from_millis),
                "{text}"
            );
        }
        let dated =
            [("date", "Thu, 22 Jun 2017 13:26:36 GMT"), ("retry-after", "Thu, 22 Jun 2017 13:26:39 GMT")];
        assert_eq!(parse(&dated).retry_after, Some(Duration::from_secs(3)));
        assert_eq!(parse(&dated[1..]).retry_after, None);
    }

    #[test]
    fn no_reset_is_further_away_than_a_day() {
        for (text, hours) in
            [("86400000", 24), ("86400001", 24), ("18446744073709551615", 24), ("3600000", 1)]
        {
            assert_eq!(
                parse(&[("x-planlimit-reset", text)]).plan_reset,
                Some(Duration::from_hours(hours)),
                "{text}"
            );
        }
    }

    #[test]
    fn nonsense_is_nothing() {
        let nonsense =
            [("x-planlimit-remaining", "many"), ("x-ratelimit-reset", "-1"), ("x-planlimit-reset", "0")];
        assert_eq!(parse(&nonsense), LimitHeaders::default());
        assert!(parse(&[("x-planlimit-remaining", "-3")]).plan_exhausted());
    }
}
