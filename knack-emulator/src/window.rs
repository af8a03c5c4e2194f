//! The rate window by itself: which of a stream of calls a server admits.
//!
//! Knack says "10 requests per second" and nothing of how the second is laid out
//! (`docs.knack.com/docs/api-limits`). [`Window`] names the layouts a server may have;
//! [`WindowModel`] decides by one of them, without I/O and without a clock of its own.

mod name;

use std::collections::VecDeque;
use std::time::Duration;

pub use name::WindowError;

/// The length of Knack's window.
pub const SECOND: Duration = Duration::from_secs(1);

const NANOS: u128 = 1_000_000_000;

/// How a server lays out the one second in which it admits ten calls.
///
/// Every model is half open: a call exactly at the end of a window belongs to the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Window {
    /// Model A: fixed windows that begin with each whole second of the server's wall clock.
    EpochSecond,
    /// Model A2: fixed windows that begin `phase` after each whole second.
    FixedPhase {
        /// How long after the whole second a window begins; only its part below a second counts.
        phase: Duration,
    },
    /// Model B: a window is opened by the first call after the last one ended. Both samples of
    /// Knack's headers fit it, so it is the default.
    #[default]
    FirstCall,
    /// Model C: no second of any phase holds more than the limit.
    Sliding,
    /// Model D: a bucket that holds the limit and refills evenly within a second.
    Bucket,
}

/// What a [`WindowModel`] says to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whether the call may pass. A refused call takes nothing and lengthens nothing.
    pub admitted: bool,
    /// Calls still free after this one, so the first of ten shows 9.
    pub remaining: u32,
    /// When the window ends, as the time since the Unix epoch on the server's clock. For
    /// [`Window::Sliding`] the moment at which the oldest call leaves; for [`Window::Bucket`]
    /// the moment at which the bucket is full.
    pub reset: Duration,
}

impl Admission {
    /// The value of `X-RateLimit-Reset`: whole seconds since the Unix epoch, rounded up, so that
    /// it lies up to a second after the true end of the window.
    pub const fn reset_epoch_ceil(&self) -> u64 {
        let whole = self.reset.as_secs();
        if self.reset.subsec_nanos() == 0 { whole } else { whole + 1 }
    }
}

/// A server's rate window: asks for the time of each call, answers whether it is admitted.
///
/// ```
/// use std::time::Duration;
/// use knack_emulator::window::{Window, WindowModel};
///
/// let mut window = WindowModel::new(Window::FirstCall, 10);
/// let start = Duration::from_millis(1_700_000_000_250);
/// for _ in 0..10 {
///     assert!(window.admit(start).admitted);
/// }
/// let refused = window.admit(start + Duration::from_millis(999));
/// assert!(!refused.admitted);
/// assert_eq!(refused.reset, start + Duration::from_secs(1));
/// assert_eq!(refused.reset_epoch_ceil(), 1_700_000_002);
/// assert!(window.admit(refused.reset).admitted);
/// ```
#[derive(Clone, Debug)]
pub struct WindowModel {
    window: Window,
    limit: u32,
    /// The latest time seen: a server's clock may not run backwards inside a window.
    latest: Duration,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// The windows of A, A2 and B: when the present one began, and its calls.
    Fixed { start: Option<Duration>, used: u32 },
    /// The admitted calls of the last second, oldest first.
    Log(VecDeque<Duration>),
    /// The moment at which the bucket will be full again, in nanoseconds.
    FullAt(u128),
}

impl WindowModel {
    /// A window that admits `limit` calls a second (at least one). Nothing was called yet.
    pub fn new(window: Window, limit: u32) -> Self {
        let limit = limit.max(1);
        let state = match window {
            Window::EpochSecond | Window::FixedPhase { .. } | Window::FirstCall => {
                State::Fixed { start: None, used: 0 }
            }
            Window::Sliding => State::Log(VecDeque::new()),
            Window::Bucket => State::FullAt(0),
        };
        Self { window, limit, latest: Duration::ZERO, state }
    }

    /// Calls that one window admits.
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// The layout of the window.
    pub const fn window(&self) -> Window {
        self.window
    }

    /// What the next call at `now` would be told, without making it: `remaining` is what is free
    /// before it.
    pub fn peek(&self, now: Duration) -> Admission {
        let mut copy = self.clone();
        let told = copy.admit(now);
        Admission { remaining: told.remaining + u32::from(told.admitted), ..told }
    }

    /// Judges a call that arrives at `now`, the time since the Unix epoch on the server's clock.
    /// A time before an earlier call's is taken as that call's.
    pub fn admit(&mut self, now: Duration) -> Admission {
        let now = now.max(self.latest);
        self.latest = now;
        let limit = self.limit;
        match &mut self.state {
            State::Fixed { start, used } => {
                let begins = match self.window {
                    Window::EpochSecond => fixed_start(now, Duration::ZERO),
                    Window::FixedPhase { phase } => fixed_start(now, phase),
                    _ => start.filter(|&s| now < s + SECOND).unwrap_or(now),
                };
                if *start != Some(begins) {
                    *start = Some(begins);
                    *used = 0;
                }
                let admitted = *used < limit;
                if admitted {
                    *used += 1;
                }
                Admission { admitted, remaining: limit - *used, reset: begins + SECOND }
            }
            State::Log(calls) => {
                while calls.front().is_some_and(|&oldest| oldest + SECOND <= now) {
                    calls.pop_front();
                }
                let admitted = calls.len() < limit as usize;
                if admitted {
                    calls.push_back(now);
                }
                let used = u32::try_from(calls.len()).unwrap_or(limit);
                let reset = calls.front().map_or(now, |&oldest| oldest + SECOND);
                Admission { admitted, remaining: limit.saturating_sub(used), reset }
            }
            State::FullAt(full_at) => {
                let cell = NANOS / u128::from(limit);
                let room = cell * u128::from(limit);
                let now = now.as_nanos();
                let missing = full_at.saturating_sub(now);
                let admitted = missing + cell <= room;
                if admitted {
                    *full_at = now + missing + cell;
                }
                let missing = full_at.saturating_sub(now);
                let remaining = u32::try_from((room.saturating_sub(missing)) / cell).unwrap_or(limit);
                Admission { admitted, remaining, reset: from_nanos((*full_at).max(now)) }
            }
        }
    }
}

/// A window in a store that is read and then written, as express-limiter keeps its own: calls that come
/// before the write is done see the window as it was, and the last write wins.
#[derive(Clone, Debug)]
pub(crate) struct StoredWindow {
    written: WindowModel,
    /// What is being written, and from when on it is seen.
    writes: VecDeque<(Duration, WindowModel)>,
    /// How long a write takes.
    delay: Duration,
}

impl StoredWindow {
    pub(crate) fn new(window: WindowModel, delay: Duration) -> Self {
        Self { written: window, writes: VecDeque::new(), delay }
    }

    pub(crate) const fn limit(&self) -> u32 {
        self.written.limit()
    }

    pub(crate) const fn window(&self) -> Window {
        self.written.window()
    }

    /// An empty window of another layout or limit in the same store.
    pub(crate) fn anew(&self, window: Window, limit: u32) -> Self {
        Self::new(WindowModel::new(window, limit), self.delay)
    }

    pub(crate) fn peek(&mut self, now: Duration) -> Admission {
        self.settle(now);
        self.written.peek(now)
    }

    pub(crate) fn admit(&mut self, now: Duration) -> Admission {
        if self.delay.is_zero() {
            return self.written.admit(now);
        }
        self.settle(now);
        let mut read = self.written.clone();
        let told = read.admit(now);
        self.writes.push_back((now + self.delay, read));
        told
    }

    /// Takes over what is written by now.
    fn settle(&mut self, now: Duration) {
        while self.writes.front().is_some_and(|(seen, _)| *seen <= now) {
            if let Some((_, window)) = self.writes.pop_front() {
                self.written = window;
            }
        }
    }
}

/// The latest whole second plus `phase` that is not after `now`.
fn fixed_start(now: Duration, phase: Duration) -> Duration {
    let phase = Duration::from_nanos(u64::from(phase.subsec_nanos()));
    let whole = Duration::from_secs(now.as_secs());
    if now >= whole + phase { whole + phase } else { (whole + phase).saturating_sub(SECOND) }
}

fn from_nanos(nanos: u128) -> Duration {
    let seconds = u64::try_from(nanos / NANOS).unwrap_or(u64::MAX);
    let rest = u32::try_from(nanos % NANOS).unwrap_or(0);
    Duration::new(seconds, rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: u64 = 1_700_000_000_000;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(BASE + ms)
    }

    fn admitted(window: Window, times: &[u64]) -> Vec<u64> {
        let mut model = WindowModel::new(window, 10);
        times.iter().copied().filter(|&t| model.admit(at(t)).admitted).collect()
    }

    fn burst(start: u64, count: usize) -> Vec<u64> {
        vec![start; count]
    }

    #[test]
    fn epoch_second_begins_anew_with_each_second() {
        let times = [burst(900, 12), burst(1_000, 12)].concat();
        assert_eq!(admitted(Window::EpochSecond, &times).len(), 20);
        let mut model = WindowModel::new(Window::EpochSecond, 10);
        let first = model.admit(at(900));
        assert_eq!((first.remaining, first.reset), (9, at(1_000)));
        assert_eq!(first.reset_epoch_ceil(), BASE / 1_000 + 1);
    }

    #[test]
    fn a_phase_moves_the_windows() {
        let window = Window::FixedPhase { phase: Duration::from_millis(300) };
        let times = [burst(299, 12), burst(300, 12), burst(1_299, 5), burst(1_300, 12)].concat();
        let passed = admitted(window, &times);
        assert_eq!(passed.iter().filter(|&&t| t == 299).count(), 10);
        assert_eq!(passed.iter().filter(|&&t| t == 300).count(), 10);
        assert_eq!(passed.iter().filter(|&&t| t == 1_299).count(), 0);
        assert_eq!(passed.iter().filter(|&&t| t == 1_300).count(), 10);
    }

    #[test]
    fn the_first_call_opens_and_the_header_is_rounded_up() {
        let mut model = WindowModel::new(Window::FirstCall, 10);
        // The samples of knack-api.md 10.3: a call at 36.618 s was told 38.
        let first = model.admit(Duration::from_millis(1_498_137_996_618));
        assert_eq!(first.reset_epoch_ceil(), 1_498_137_998);
        assert_eq!(first.remaining, 9);
        let second = model.admit(Duration::from_millis(1_498_137_997_600));
        assert_eq!((second.remaining, second.reset), (8, first.reset));
        let next = model.admit(Duration::from_millis(1_498_137_997_618));
        assert_eq!(next.remaining, 9);
    }

    #[test]
    fn sliding_frees_one_place_a_second_after_each_call() {
        let times: Vec<u64> = (0..10).map(|n| n * 50).chain([999, 1_000, 1_001, 1_050]).collect();
        let passed = admitted(Window::Sliding, &times);
        assert_eq!(passed[10..], [1_000, 1_050]);
    }

    #[test]
    fn a_bucket_refills_evenly() {
        let times = [burst(0, 12), burst(99, 1), burst(100, 2), burst(350, 5)].concat();
        let passed = admitted(Window::Bucket, &times);
        assert_eq!(passed[..10], burst(0, 10)[..]);
        assert_eq!(passed[10..], [100, 350, 350]);
    }

    #[test]
    fn refused_calls_lengthen_nothing() {
        for window in [Window::EpochSecond, Window::FirstCall, Window::Sliding, Window::Bucket] {
            let times = [burst(0, 10), (1..1_000).collect::<Vec<_>>(), burst(1_000, 1)].concat();
            assert!(admitted(window, &times).contains(&1_000), "{window:?}");
        }
    }

    #[test]
    fn a_clock_that_runs_backwards_frees_nothing() {
        let mut model = WindowModel::new(Window::FirstCall, 10);
        for n in 0..10 {
            assert!(model.admit(at(500 - n * 40)).admitted);
        }
        assert!(!model.admit(at(0)).admitted);
    }

    /// As express-limiter itself was measured (limiters.md, section 0).
    #[test]
    fn calls_that_come_before_the_write_are_told_the_same() {
        let told = |apart: u64, count: u64| -> Vec<Admission> {
            let model = WindowModel::new(Window::FirstCall, 10);
            let mut stored = StoredWindow::new(model, Duration::from_millis(1));
            (0..count).map(|n| stored.admit(at(n * apart))).collect()
        };
        assert!(told(0, 20).iter().all(|told| told.admitted && told.remaining == 9));
        assert_eq!(told(5, 20).iter().filter(|told| told.admitted).count(), 10);
    }

    fn windows() -> impl Strategy<Value = Window> {
        prop_oneof![
            Just(Window::EpochSecond),
            (0u64..1_000).prop_map(|ms| Window::FixedPhase { phase: Duration::from_millis(ms) }),
            Just(Window::FirstCall),
            Just(Window::Sliding),
            Just(Window::Bucket),
        ]
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit(
            window in windows(),
            limit in 1u32..20,
            gaps in prop::collection::vec(prop_oneof![0u64..5, 0u64..300, 0u64..2_500], 1..300),
        ) {
            let mut model = WindowModel::new(window, limit);
            let mut now = 0;
            let mut passed: Vec<u64> = Vec::new();
            let mut opened: Vec<u64> = Vec::new();
            for gap in gaps {
                now += gap;
                let told = model.admit(at(now));
                prop_assert!(told.remaining < limit || !told.admitted);
                prop_assert!(told.admitted || told.reset > at(now));
                prop_assert!(told.reset_epoch_ceil() >= told.reset.as_secs());
                if told.admitted {
                    if opened.last().is_none_or(|&o| now >= o + 1_000) {
                        opened.push(now);
                    }
                    passed.push(now);
                }
            }
            let limit = limit as usize;
            let spans: Vec<usize> = match window {
                Window::EpochSecond => passed.chunk_by(|a, b| a / 1_000 == b / 1_000).map(<[u64]>::len).collect(),
                Window::FixedPhase { phase } => {
                    let shift = 1_000 - u64::try_from(phase.as_millis()).unwrap();
                    passed.chunk_by(|a, b| (a + shift) / 1_000 == (b + shift) / 1_000).map(<[u64]>::len).collect()
                }
                Window::FirstCall => opened
                    .iter()
                    .map(|&o| passed.iter().filter(|&&t| t >= o && t < o + 1_000).count())
                    .collect(),
                Window::Sliding => passed
                    .iter()
                    .map(|&o| passed.iter().filter(|&&t| t >= o && t < o + 1_000).count())
                    .collect(),
                // In a span of t seconds the bucket lets `limit` and what refilled meanwhile pass.
                Window::Bucket => passed
                    .iter()
                    .enumerate()
                    .map(|(i, &o)| {
                        let count = passed[i..].iter().filter(|&&t| t < o + 1_000).count();
                        count.saturating_sub(limit)
                    })
                    .collect(),
            };
            prop_assert!(spans.iter().all(|&n| n <= limit), "{window:?}: {spans:?}");
        }

        #[test]
        fn a_call_a_second_is_always_admitted(window in windows(), calls in 1u64..100) {
            let mut model = WindowModel::new(window, 1);
            for n in 0..calls {
                prop_assert!(model.admit(at(n * 1_000 + 7)).admitted);
            }
        }
    }
}
