//! The live picture: what came within the last minute, by the second and by who sent it. It is of one size,
//! however long the server runs and whoever calls it.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use http::header::USER_AGENT;

use crate::seen::Seen;

/// How many seconds are remembered.
pub(crate) const SECONDS: u64 = 60;
/// How many clients are told apart; the calls of further ones are counted together.
const MOST_CLIENTS: usize = 16;
/// The most bytes of a client's name.
const LONGEST_NAME: usize = 120;

/// What became of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) answered: u64,
    /// By a limit, with a 429.
    pub(crate) refused: u64,
    /// Without an answer, or with a status from 500.
    pub(crate) failed: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.refused += other.refused;
        self.failed += other.failed;
    }

    fn of(seen: &Seen) -> Self {
        let failed = seen.status.is_none_or(|status| status >= 500);
        Self {
            answered: u64::from(!seen.refused && !failed),
            refused: u64::from(seen.refused),
            failed: u64::from(failed),
        }
    }
}

/// The calls of the last minute.
#[derive(Debug)]
pub(crate) struct Live {
    clients: Vec<Client>,
    /// The second that the server's wall clock shows has the place of its remainder.
    seconds: Vec<Second>,
}

#[derive(Debug)]
struct Client {
    who: Who<'static>,
    latest: u64,
}

/// Who sent a request: what it says of itself. Browsers say more than is of use, and the same of every page;
/// they, and who says nothing, are known by their address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who<'a> {
    Named(Cow<'a, str>),
    Browser(Option<IpAddr>),
    Nameless(Option<IpAddr>),
}

/// One second, by the places of the clients; the last place is of all further ones.
#[derive(Clone, Debug)]
struct Second {
    at: u64,
    by_client: [Counts; MOST_CLIENTS + 1],
}

/// What is told of the last minute.
#[derive(Debug)]
pub(crate) struct Picture {
    /// Each second, since the Unix epoch on the server's clock, the oldest first.
    pub(crate) seconds: Vec<(u64, Counts)>,
    /// Who called, and when last. Those that are not told apart have no name.
    pub(crate) clients: Vec<(Option<String>, Counts, u64)>,
}

impl Live {
    pub(crate) fn new() -> Self {
        let never = Second { at: 0, by_client: [Counts::default(); MOST_CLIENTS + 1] };
        Self { clients: Vec::new(), seconds: (0..SECONDS).map(|_| never.clone()).collect() }
    }

    /// Counts a request that arrived in the second `now` of the server's clock.
    pub(crate) fn count(&mut self, now: u64, seen: &Seen) {
        let client = self.place(now, &Who::sent(seen));
        let Some(second) = self.seconds.get_mut(slot(now)) else { return };
        if second.at != now {
            *second = Second { at: now, by_client: [Counts::default(); MOST_CLIENTS + 1] };
        }
        if let Some(counts) = second.by_client.get_mut(client) {
            counts.add(Counts::of(seen));
        }
    }

    /// The place of a client: its own, a new one, or that of one who has not called for a minute.
    fn place(&mut self, now: u64, who: &Who<'_>) -> usize {
        let known = self.clients.iter_mut().enumerate().find(|(_, client)| client.who == *who);
        if let Some((place, client)) = known {
            client.latest = now;
            return place;
        }
        let client = Client { who: who.owned(), latest: now };
        if self.clients.len() < MOST_CLIENTS {
            self.clients.push(client);
            return self.clients.len() - 1;
        }
        let gone = self.clients.iter().position(|client| client.latest + SECONDS <= now);
        let Some(place) = gone else { return MOST_CLIENTS };
        if let Some(old) = self.clients.get_mut(place) {
            *old = client;
        }
        place
    }

    /// The minute that ends with the second `now`.
    pub(crate) fn picture(&self, now: u64) -> Picture {
        let mut by_client = [(Counts::default(), 0); MOST_CLIENTS + 1];
        let seconds = (0..SECONDS).rev().map(|ago| {
            let at = now.saturating_sub(ago);
            let mut all = Counts::default();
            let second = self.seconds.get(slot(at)).filter(|second| second.at == at);
            let counts = second.into_iter().flat_map(|second| second.by_client);
            for (counts, (sum, latest)) in counts.zip(&mut by_client) {
                all.add(counts);
                sum.add(counts);
                if counts != Counts::default() {
                    *latest = at;
                }
            }
            (at, all)
        });
        let seconds = seconds.collect();
        let names = self.clients.iter().map(|client| Some(client.who.to_string()));
        // Places that nobody has yet are named as those that are not told apart: nothing was counted there.
        let names = names.chain(std::iter::repeat(None));
        let clients = names.zip(by_client).map(|(name, (counts, latest))| (name, counts, latest));
        Picture { seconds, clients: clients.filter(|(_, counts, _)| *counts != Counts::default()).collect() }
    }
}

fn slot(second: u64) -> usize {
    // A remainder of 60 fits any integer.
    usize::try_from(second % SECONDS).unwrap_or_default()
}

impl<'a> Who<'a> {
    pub(crate) fn sent(seen: &'a Seen) -> Self {
        let agent = seen.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        match agent.trim() {
            "" => Self::Nameless(seen.peer),
            agent if agent.starts_with("Mozilla/") => Self::Browser(seen.peer),
            agent => Self::Named(Cow::Borrowed(agent.get(..LONGEST_NAME).unwrap_or(agent))),
        }
    }

    fn owned(&self) -> Who<'static> {
        match self {
            Self::Named(name) => Who::Named(Cow::Owned(name.to_string())),
            Self::Browser(peer) => Who::Browser(*peer),
            Self::Nameless(peer) => Who::Nameless(*peer),
        }
    }
}

impl fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, peer) = match self {
            Self::Named(name) => return f.write_str(name),
            Self::Browser(peer) => ("a browser", peer),
            Self::Nameless(peer) => ("a client", peer),
        };
        match peer {
            Some(peer) => write!(f, "{kind} at {peer}"),
            None => write!(f, "{kind} in this process"),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn seen(agent: &str, status: Option<u16>) -> Seen {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_str(agent).unwrap());
        Seen { headers, status, refused: status == Some(429), ..Seen::nothing() }
    }

    #[test]
    fn a_minute_is_remembered_and_no_more() {
        let mut live = Live::new();
        for second in 1_000..1_100 {
            live.count(second, &seen("one", Some(200)));
        }
        live.count(1_099, &seen("two", Some(429)));
        live.count(1_099, &seen("two", None));
        live.count(1_099, &seen("two", Some(503)));
        let Picture { seconds, clients } = live.picture(1_099);
        assert_eq!((seconds.len(), seconds[0].0, seconds[59].0), (60, 1_040, 1_099));
        assert_eq!(seconds[59].1, Counts { answered: 1, refused: 1, failed: 2 });
        assert_eq!(clients[0], (Some("one".to_owned()), Counts { answered: 60, ..Counts::default() }, 1_099));
        assert_eq!(clients[1].1, Counts { answered: 0, refused: 1, failed: 2 });
        assert!(live.picture(1_159).clients.is_empty());
    }

    #[test]
    fn many_clients_are_counted_together_until_others_are_gone() {
        let mut live = Live::new();
        for n in 0..1_000 {
            live.count(5_000, &seen(&format!("client {n}"), Some(200)));
        }
        let clients = live.picture(5_000).clients;
        assert_eq!(clients.len(), MOST_CLIENTS + 1);
        assert_eq!((clients[MOST_CLIENTS].0.as_ref(), clients[MOST_CLIENTS].1.answered), (None, 984));
        live.count(5_060, &seen("late", Some(200)));
        assert_eq!(live.picture(5_060).clients.len(), 1);
        assert_eq!(live.picture(5_060).clients[0].0.as_deref(), Some("late"));
    }

    #[test]
    fn names_are_bounded_and_browsers_known_by_their_address() {
        assert_eq!(Who::sent(&seen(&"x".repeat(10_000), None)).to_string().len(), LONGEST_NAME);
        let browser = Seen { peer: Some([127, 0, 0, 1].into()), ..seen("Mozilla/5.0 (X11)", None) };
        assert_eq!(Who::sent(&browser).to_string(), "a browser at 127.0.0.1");
        assert_eq!(Who::sent(&seen("", None)).to_string(), "a client in this process");
    }
}
