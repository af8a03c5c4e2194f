//! How an emulator is put together.

mod assets;
mod content;
mod views;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use content::Content;

use crate::app::App;
use crate::clock::WallClock;
use crate::emulator::{Core, Emulator, Start, State, Watcher};
use crate::error::EmulatorError;
use crate::fault::Fault;
use crate::gate::Gate;
use crate::latency::Latency;
use crate::live::Live;
use crate::manners::{Manners, MissingRecord};
use crate::near::{self, Point};
use crate::plan::DailyPlan;
use crate::seen::Log;
use crate::sessions::{self, Lockout, Sessions};
use crate::window::{StoredWindow, Window, WindowModel};
use crate::write::Surroundings;

/// Calls a day of the smallest plan (`docs.knack.com/docs/api-limits`).
const SMALLEST_PLAN: u64 = 1_000;
const LOG_BOUND: usize = 100_000;

/// Builds an [`Emulator`]; see [`Emulator::builder`].
///
/// ```
/// use knack_emulator::{Emulator, window::Window};
/// use serde_json::json;
///
/// let knack = Emulator::builder()
///     .application(json!({"id": "5f0000000000000000000001", "name": "Shop", "objects": [
///         {"key": "object_1", "name": "Tools", "fields": [
///             {"key": "field_1", "name": "Name", "type": "short_text", "required": true}]}]}))
///     .records("object_1", vec![json!({"id": "5f0000000000000000000002", "field_1": "Saw"})])
///     .window(Window::Sliding)
///     .daily_calls(50)
///     .build()?;
/// assert_eq!(knack.count("object_1"), 1);
/// # Ok::<(), knack_emulator::EmulatorError>(())
/// ```
#[must_use]
pub struct Builder {
    content: Content,
    api_key: String,
    daily_calls: Option<u64>,
    daily_used: u64,
    window: Window,
    store_delay: Duration,
    rate_limit: u32,
    latency: Latency,
    connect_cost: Duration,
    faults: Vec<Fault>,
    starts_at: Option<SystemTime>,
    skew_ms: i64,
    manners: Manners,
    session_lifetime: Duration,
    lockout: Option<Lockout>,
    places: Vec<(String, Point)>,
    searchable: Vec<String>,
    log_bound: usize,
    watcher: Option<Watcher>,
    remote_control: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            content: Content::default(),
            api_key: Emulator::API_KEY.to_owned(),
            daily_calls: None,
            daily_used: 0,
            window: Window::default(),
            store_delay: Duration::ZERO,
            rate_limit: 10,
            latency: Latency::None,
            connect_cost: Duration::ZERO,
            faults: Vec::new(),
            starts_at: None,
            skew_ms: 0,
            manners: Manners::default(),
            session_lifetime: sessions::LIFETIME,
            lockout: None,
            places: Vec::new(),
            searchable: Vec::new(),
            log_bound: LOG_BOUND,
            watcher: None,
            remote_control: false,
        }
    }

    /// The accepted API key; [`Emulator::API_KEY`] unless set.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// Calls a day; unless set, `account.plan_limits.api_limit` of the dump, else 1,000.
    pub const fn daily_calls(mut self, calls: u64) -> Self {
        self.daily_calls = Some(calls);
        self
    }

    /// Calls that were used today before the emulator began.
    pub const fn daily_used(mut self, calls: u64) -> Self {
        self.daily_used = calls;
        self
    }

    /// How the second of the rate limit is laid out; [`Window::FirstCall`] unless set.
    pub const fn window(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// How long the server takes to write down a call in its window; no time unless set. It reads, then
    /// writes: calls that come meanwhile are judged as if that one had not come, so that more than the
    /// limit pass, and are told the same number of remaining calls. Servers behind a shared store, such as
    /// express-limiter's, do so.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().racy_store(Duration::from_millis(1)).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn racy_store(mut self, delay: Duration) -> Self {
        self.store_delay = delay;
        self
    }

    /// Calls a second; 10 unless set, at least 1.
    pub const fn rate_limit(mut self, calls: u32) -> Self {
        self.rate_limit = calls;
        self
    }

    /// Whether a 429 uses up the daily plan; it does not unless set, but nobody knows.
    pub const fn charge_refused(mut self, charge: bool) -> Self {
        self.manners.charge_refused = charge;
        self
    }

    /// How long requests and answers take; no time unless set.
    pub const fn latency(mut self, latency: Latency) -> Self {
        self.latency = latency;
        self
    }

    /// What a new connection of the in-process transport costs; nothing unless set. A connection
    /// is used again once its answer came whole.
    pub const fn connect_cost(mut self, cost: Duration) -> Self {
        self.connect_cost = cost;
        self
    }

    /// Something that goes wrong. May be given any number of times.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// What the server's wall clock shows when the emulator is built; the real time unless set.
    /// From there it runs with tokio's clock.
    pub const fn starts_at(mut self, time: SystemTime) -> Self {
        self.starts_at = Some(time);
        self
    }

    /// By how many milliseconds the server's wall clock is ahead (or, negative, behind).
    pub const fn clock_skew(mut self, milliseconds: i64) -> Self {
        self.skew_ms = milliseconds;
        self
    }

    /// What a record that does not exist is answered with.
    pub const fn missing_record(mut self, answer: MissingRecord) -> Self {
        self.manners.missing = answer;
        self
    }

    /// Whether a new record that leaves out a required field is refused; it is unless set to
    /// false. A required field that is given empty is refused always.
    pub const fn enforce_required(mut self, enforce: bool) -> Self {
        self.manners.required = enforce;
        self
    }

    /// Whether a filter with an unknown field or operator is answered with a 400 that says so. By
    /// default such a rule is ignored, which hides mistakes of a test.
    pub const fn strict_filters(mut self, strict: bool) -> Self {
        self.manners.strict_filters = strict;
        self
    }

    /// Whether filters give dates in the order of the field that they ask about, such as
    /// `dd/mm/yyyy`. By default all are `mm/dd/yyyy`, as in every filter that was seen; the
    /// documents do not say which.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().filter_dates_in_field_order(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn filter_dates_in_field_order(mut self, field_order: bool) -> Self {
        self.manners.field_order = field_order;
        self
    }

    /// Whether a list tells the number of its page as a number although the call asked for that page. By
    /// default it is the text that was sent, as recorded in 2015; which of them Knack answers now is not
    /// known. Clients that calculate with it (knack-api-helper, knackhq) lose pages where it is text.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().numeric_pages(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn numeric_pages(mut self, numeric: bool) -> Self {
        self.manners.numeric_pages = numeric;
        self
    }

    /// A place that the filter `near` knows by this name, at a latitude and a longitude in degrees.
    /// Names are compared without case and punctuation; a place that is not on Earth is left out.
    ///
    /// Without it, `near` understands `"59.91, 10.75"`, and the addresses and cities of records
    /// with coordinates. A place that it does not know is near to nothing.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().place("Oslo", 59.91, 10.75).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn place(mut self, name: impl AsRef<str>, latitude: f64, longitude: f64) -> Self {
        if let Some(point) = Point::new(latitude, longitude) {
            self.places.push((near::plain(name.as_ref()), point));
        }
        self
    }

    /// Marks a field, by its key, as searchable: the free text of a list, `q`, is looked for in the marked
    /// fields of its object, and ignored if there are none. May be given any number of times.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().searchable("field_1").searchable("field_2").build()?;
    /// assert!(Emulator::builder().sample().searchable("field_999").build().is_err());
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn searchable(mut self, field: impl Into<String>) -> Self {
        self.searchable.push(field.into());
        self
    }

    /// Whether dates written here carry `proper_unix_timestamp` and `proper_iso_timestamp`, the
    /// true moments that newer applications of Knack have; they do unless set to false.
    pub const fn proper_timestamps(mut self, proper: bool) -> Self {
        self.manners.proper_timestamps = proper;
        self
    }

    /// How many requests [`Emulator::requests`] remembers, each with the first kilobyte of its answer; 100,000
    /// unless set, less where they are more than 64 MiB together.
    pub const fn remember_requests(mut self, bound: usize) -> Self {
        self.log_bound = bound;
        self
    }

    /// Calls `watcher` with each request and what became of it, in their order. It must not call the
    /// emulator, which waits for it.
    ///
    /// ```
    /// use knack_emulator::Emulator;
    ///
    /// let knack = Emulator::builder()
    ///     .sample()
    ///     .on_request(|seen| eprintln!("{:?} {} {}", seen.status, seen.method, seen.path))
    ///     .build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn on_request(mut self, watcher: impl Fn(&crate::Seen) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Box::new(watcher));
        self
    }

    /// Whether the page at `/` and the control pages below `/_emulator/` answer on an address that other machines
    /// reach. They do not unless set. Such a server answers under any name, so a page of another site may read it in a
    /// browser of a machine that reaches it, by a name of its own that leads here: for networks that you trust.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().remote_control(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn remote_control(mut self, remote: bool) -> Self {
        self.remote_control = remote;
        self
    }

    /// The seed of all chance; the same calls with the same seed go the same way.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.content.seed = seed;
        self
    }

    /// Puts the emulator together.
    pub fn build(mut self) -> Result<Emulator, EmulatorError> {
        let mut app = App::read(self.content.dump()?)?;
        let seed = self.content.seed;
        app.adopt(self.manners);
        app.places = self.places;
        for key in &self.searchable {
            app.mark_searchable(key)?;
        }
        let clock = WallClock::new(self.starts_at.unwrap_or_else(SystemTime::now), self.skew_ms);
        let around = Surroundings {
            application: &app.id,
            zone: self.manners.proper_timestamps.then_some(&app.zone),
            now: app.zone.local(clock.wall(Duration::ZERO)),
            manners: self.manners,
        };
        let (store, disk) = content::store(self.content, &app, &around)?;
        let daily = self.daily_calls.or(app.daily_calls).unwrap_or(SMALLEST_PLAN);
        let gate = Gate {
            window: StoredWindow::new(WindowModel::new(self.window, self.rate_limit), self.store_delay),
            plan: DailyPlan::new(daily, self.daily_used),
            manners: self.manners,
        };
        let start = Start { gate: gate.clone(), faults: self.faults.clone(), seed };
        let lockout = self.lockout.or(app.lockout);
        let app = Arc::new(app);
        let state = State {
            app: app.clone(),
            store,
            sessions: Sessions::new(self.session_lifetime, lockout, seed),
            gate,
            log: Log::new(self.log_bound),
            live: Live::new(),
            faults: self.faults,
            rng: fastrand::Rng::with_seed(seed),
            calls: 0,
            refused: 0,
        };
        Ok(Emulator::new(Core {
            app,
            api_key: self.api_key,
            manners: self.manners,
            clock,
            latency: self.latency,
            connect_cost: self.connect_cost,
            watcher: self.watcher,
            start,
            disk,
            remote_control: self.remote_control,
            state: Mutex::new(state),
        }))
    }
}

impl fmt::Debug for Builder {
    /// Shows neither the key nor the dump, which holds addresses and scripts of its owner.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("window", &self.window).finish_non_exhaustive()
    }
}
