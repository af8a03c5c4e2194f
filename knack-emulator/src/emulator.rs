//! The emulator itself: one application, its records, its limits, behind one handle.

mod judging;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::Value;

use crate::app::App;
use crate::browsers;
use crate::builder::Builder;
use crate::clock::WallClock;
use crate::fault::{self, Effect, Fault};
use crate::gate::Gate;
use crate::json::{self, Look, Shape};
use crate::latency::{Latency, Trip};
use crate::live::Live;
use crate::manners::Manners;
use crate::outcome::{Ending, Outcome};
use crate::routes::Request;
use crate::sample;
use crate::seen::{Log, Seen};
use crate::sessions::{Sessions, users};
use crate::store::{Keep, Store};
use crate::transport::InProcess;

/// The longest time that a refused call spends in the server.
const REFUSAL: Duration = Duration::from_millis(2);
/// The largest body that is read, in bytes, but for uploads.
const LARGEST_BODY: usize = 16 * 1024 * 1024;
/// What the form around an uploaded file may add.
const FORM: usize = 64 * 1024;

/// What is told of each request.
pub(crate) type Watcher = Box<dyn Fn(&Seen) + Send + Sync>;

/// A local Knack. Clones share one application, its records and its limits.
///
/// ```
/// use knack_emulator::Emulator;
///
/// let knack = Emulator::builder().sample().build()?;
/// assert!(knack.count("object_7") > 2_500);
/// assert_eq!(knack.plan_left(), 5_000);
/// # Ok::<(), knack_emulator::EmulatorError>(())
/// ```
#[derive(Clone)]
pub struct Emulator {
    pub(crate) core: Arc<Core>,
}

/// What never changes, and the lock around what does.
pub(crate) struct Core {
    /// The application as it was at the start.
    pub(crate) app: Arc<App>,
    pub(crate) api_key: String,
    pub(crate) manners: Manners,
    pub(crate) clock: WallClock,
    pub(crate) latency: Latency,
    pub(crate) connect_cost: Duration,
    pub(crate) watcher: Option<Watcher>,
    pub(crate) start: Start,
    pub(crate) disk: Option<Box<dyn Keep>>,
    /// Whether the control pages answer other machines too.
    pub(crate) remote_control: bool,
    pub(crate) state: Mutex<State>,
}

/// What a reset brings back, beside records.
pub(crate) struct Start {
    pub(crate) gate: Gate,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seed: u64,
}

pub(crate) struct State {
    /// The application as it is now.
    pub(crate) app: Arc<App>,
    pub(crate) store: Store,
    pub(crate) sessions: Sessions,
    pub(crate) gate: Gate,
    pub(crate) log: Log,
    pub(crate) live: Live,
    pub(crate) faults: Vec<Fault>,
    pub(crate) rng: fastrand::Rng,
    pub(crate) calls: u64,
    pub(crate) refused: u64,
}

impl Emulator {
    /// The API key unless another is set. It opens nothing but emulators.
    pub const API_KEY: &'static str = "6d1f0c52-9a3e-4b7d-8c21-5e0f4a7b9d36";

    /// The password of every account of [the sample](Builder::sample); see [`Self::expire_sessions`] for a
    /// login with it.
    pub const SAMPLE_PASSWORD: &'static str = sample::PASSWORD;

    /// The id of [the sample](Builder::sample).
    pub const SAMPLE_ID: &'static str = sample::APPLICATION_ID;

    /// Begins an emulator.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn new(core: Core) -> Self {
        Self { core: Arc::new(core) }
    }

    /// The id of the application, for `X-Knack-Application-Id`.
    pub fn application_id(&self) -> &str {
        &self.core.app.id
    }

    /// The name of the application.
    pub fn application_name(&self) -> &str {
        &self.core.app.name
    }

    /// The keys of the objects, in the order of the application.
    ///
    /// ```
    /// let knack = knack_emulator::Emulator::builder().sample().build()?;
    /// assert_eq!(knack.objects()[0], "object_1");
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn objects(&self) -> Vec<String> {
        self.state().app.objects.iter().map(|object| object.key.clone()).collect()
    }

    /// The key that is accepted, for `X-Knack-REST-API-Key`.
    pub fn api_key(&self) -> &str {
        &self.core.api_key
    }

    /// This server without a socket, which also works in tokio's paused time.
    pub fn transport(&self) -> InProcess {
        InProcess::new(self.clone())
    }

    /// Requests that arrived, of whatever kind and outcome.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Requests that a limit refused with a 429.
    pub fn refused(&self) -> u64 {
        self.state().refused
    }

    /// Calls left of the daily plan; negative where more were used before than it holds.
    pub fn plan_left(&self) -> i64 {
        let mut state = self.state();
        let wall = self.wall();
        state.gate.plan.left(wall)
    }

    /// A record as a list would give it now, formatted and raw.
    pub fn record(&self, object: &str, id: &str) -> Option<Value> {
        let state = self.state();
        let (place, object) = state.app.object(object)?;
        let row = state.store.row(place, id)?;
        let mut out = Vec::new();
        json::record(&mut out, (&state.app, &state.store), object, (id, row), Look::whole(Shape::Both));
        serde_json::from_slice(&out).ok()
    }

    /// The ids of an object's records, in order; none for an unknown object.
    pub fn ids(&self, object: &str) -> Vec<String> {
        let state = self.state();
        let Some((place, _)) = state.app.object(object) else {
            return Vec::new();
        };
        let rows = state.store.tables.get(place).into_iter().flat_map(|table| table.rows.keys());
        rows.map(|id| id.clone().into_string()).collect()
    }

    /// How many records an object has; 0 for an unknown one.
    pub fn count(&self, object: &str) -> usize {
        let state = self.state();
        let Some((place, _)) = state.app.object(object) else {
            return 0;
        };
        state.store.tables.get(place).map_or(0, |table| table.rows.len())
    }

    /// The mail address that the `n`th account logs in with, in the order of their ids; `None` where
    /// there are not so many.
    ///
    /// ```
    /// use knack_emulator::Emulator;
    ///
    /// let knack = Emulator::builder().sample().build()?;
    /// assert_eq!(knack.account_email(0).as_deref(), Some("ada.abara900@example.com"));
    /// assert_eq!(knack.account_email(12), None);
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn account_email(&self, n: usize) -> Option<String> {
        let state = self.state();
        let (place, object) = users::accounts(&state.app).next()?;
        let (_, row) = state.store.tables.get(place)?.rows.iter().nth(n)?;
        users::address(object, row).map(str::to_owned)
    }

    /// The server's wall clock, since the Unix epoch, skew included.
    pub fn wall(&self) -> Duration {
        self.core.clock.wall(self.core.clock.elapsed())
    }

    /// What a new connection costs before a request can be sent on it.
    pub(crate) fn connect_cost(&self) -> Duration {
        self.core.connect_cost
    }

    /// Carries one request there. It arrives even if the caller goes away meanwhile, as bytes on a
    /// wire do; the delay of the answer is the caller's to wait for.
    pub(crate) async fn carry(&self, request: http::Request<Bytes>, peer: Option<IpAddr>) -> Outcome {
        let request = Request::of(request);
        let trip = {
            let mut state = self.state();
            self.core.latency.draw(&mut state.rng)
        };
        if trip.there.is_zero() {
            return self.arrive(request, peer, trip);
        }
        let server = self.clone();
        let journey = tokio::spawn(async move {
            tokio::time::sleep(trip.there).await;
            server.arrive(request, peer, trip)
        });
        let lost = Outcome { ending: Ending::Dropped, delay: Duration::ZERO };
        journey.await.unwrap_or(lost)
    }

    /// After how many bytes of its body a fault breaks the connection of a request.
    pub(crate) fn cuts_upload(&self, method: &Method, path: &str) -> Option<usize> {
        let mut state = self.state();
        // All of them count the request, whichever comes first.
        let cuts: Vec<usize> =
            state.faults.iter_mut().filter_map(|fault| fault.cuts_upload(method, path)).collect();
        cuts.into_iter().min()
    }

    /// Remembers a request whose body did not come whole. Nobody answers it.
    pub(crate) fn cut_off(&self, request: http::Request<Bytes>, peer: Option<IpAddr>) {
        let Request { method, path, query, headers, body, .. } = Request::of(request);
        let mut state = self.state();
        let at = self.core.clock.elapsed();
        state.calls += 1;
        let (status, refused, answer, answer_bytes) = (None, false, Bytes::new(), 0);
        let seen =
            Seen { method, path, query, headers, body, at, status, refused, peer, answer, answer_bytes };
        self.core.note(&mut state, seen);
    }

    /// The largest body of a request that is read, in bytes: an upload brings a form around its file.
    pub(crate) fn largest_body(&self, path: &str) -> usize {
        if path.trim_end_matches('/').ends_with("/upload") {
            self.core.manners.largest_upload.saturating_add(FORM)
        } else {
            LARGEST_BODY
        }
    }

    /// Judges and answers a request at the moment it arrives.
    fn arrive(&self, request: Request, peer: Option<IpAddr>, trip: Trip) -> Outcome {
        let core = &*self.core;
        let mut guard = self.state();
        let state = &mut *guard;
        let at = core.clock.elapsed();
        let wall = core.clock.wall(at);
        let effects: Vec<Effect> =
            state.faults.iter_mut().filter_map(|f| f.befalls(&request.method, &request.path)).collect();
        let mut delay = trip.back;
        for effect in &effects {
            if let Effect::Delay(more) = effect {
                delay = delay.saturating_add(*more);
            }
        }
        let before = effects.iter().find_map(|effect| match effect {
            Effect::NoConnection => Some(Ending::NoConnection),
            Effect::DropBefore => Some(Ending::Dropped),
            Effect::Hang => Some(Ending::Silence),
            _ => None,
        });
        if matches!(before, Some(Ending::NoConnection)) {
            return Outcome { ending: Ending::NoConnection, delay };
        }
        state.calls += 1;
        let (ending, status, refused) = if let Some(ending) = before {
            (ending, None, false)
        } else {
            let (answer, limits) = core.judge(state, &request, &effects, wall);
            let refused = limits.is_some() && answer.status == StatusCode::TOO_MANY_REQUESTS;
            delay += if refused { trip.processing.min(REFUSAL) } else { trip.processing };
            let response = browsers::dress(&request, answer.respond(limits.as_ref(), wall));
            let status = response.status().as_u16();
            let ending = fault::finish(response, &effects);
            let status = matches!(ending, Ending::Answer { .. }).then_some(status);
            (ending, status, refused)
        };
        state.refused += u64::from(refused);
        let Request { method, path, query, headers, body, .. } = request;
        let (answer, answer_bytes) = ending.told(&path);
        let seen =
            Seen { method, path, query, headers, body, at, status, refused, peer, answer, answer_bytes };
        core.note(state, seen);
        Outcome { ending, delay }
    }

    /// Locks the state. The clock is read behind this: a new start sets it back under the same lock, and a limit
    /// that was told of a later time would wait for that.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the state as it is: each change is one step.
        self.core.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator").field("application", &self.core.app.id).finish_non_exhaustive()
    }
}
