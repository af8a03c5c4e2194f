//! What a test does to a running server: faults, its clock, what it was sent, a new start.

use std::time::Duration;

use crate::emulator::{Emulator, State};
use crate::fault::Fault;
use crate::live::Live;
use crate::plan::DailyPlan;
use crate::seen::Seen;
use crate::window::Window;

impl Emulator {
    /// The latest requests in the order of their arrival, at most 100,000 unless set otherwise.
    pub fn requests(&self) -> Vec<Seen> {
        self.state().log.all()
    }

    /// Forgets the requests seen so far, but not what they counted.
    pub fn forget_requests(&self) {
        self.state().log.clear();
    }

    /// Adds a fault to the running server.
    pub fn inject(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Ends the first fault that is written so, as [`Fault`] displays itself; false where there is none.
    ///
    /// ```
    /// use knack_emulator::{Emulator, Fault};
    ///
    /// let knack = Emulator::builder().sample().fault(Fault::throttle().nth(2)).build()?;
    /// assert!(knack.end_fault("throttle:nth=2"));
    /// assert!(!knack.end_fault("throttle:nth=2"));
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn end_fault(&self, line: &str) -> bool {
        let faults = &mut self.state().faults;
        let place = faults.iter().position(|fault| fault.to_string() == line);
        place.map(|place| faults.remove(place)).is_some()
    }

    /// The faults there are, those too that have befallen all the requests they ever will.
    ///
    /// ```
    /// use knack_emulator::{Emulator, Fault};
    ///
    /// let knack = Emulator::builder().sample().fault(Fault::throttle().nth(2)).build()?;
    /// assert_eq!(knack.faults()[0].to_string(), "throttle:nth=2");
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn faults(&self) -> Vec<Fault> {
        self.state().faults.clone()
    }

    /// Lays out the second of the rate limit anew, as [`Builder::window`](crate::Builder::window) does. The new
    /// window is empty.
    ///
    /// ```
    /// use knack_emulator::{Emulator, Window};
    ///
    /// let knack = Emulator::builder().sample().build()?;
    /// knack.set_window(Window::Sliding);
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn set_window(&self, window: Window) {
        let held = &mut self.state().gate.window;
        *held = held.anew(window, held.limit());
    }

    /// Sets how many calls a second are admitted, at least 1, as
    /// [`Builder::rate_limit`](crate::Builder::rate_limit) does. The window begins empty.
    ///
    /// ```
    /// use knack_emulator::Emulator;
    ///
    /// let knack = Emulator::builder().sample().build()?;
    /// knack.set_rate_limit(20);
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn set_rate_limit(&self, calls: u32) {
        let held = &mut self.state().gate.window;
        *held = held.anew(held.window(), calls);
    }

    /// Sets how many calls a day holds and how many of them were used today.
    ///
    /// ```
    /// use knack_emulator::Emulator;
    ///
    /// let knack = Emulator::builder().sample().build()?;
    /// knack.set_plan(1_000, 990);
    /// assert_eq!(knack.plan_left(), 10);
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn set_plan(&self, calls: u64, used: u64) {
        self.state().gate.plan = DailyPlan::new(calls, used);
    }

    /// Moves the server's clock forward: windows pass, days begin, sessions end, without waiting. Answers
    /// on their way stay as long.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knack_emulator::Emulator;
    ///
    /// let knack = Emulator::builder().sample().daily_used(5_000).build()?;
    /// assert_eq!(knack.plan_left(), 0);
    /// knack.advance(Duration::from_hours(24));
    /// assert_eq!(knack.plan_left(), 5_000);
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn advance(&self, by: Duration) {
        self.core.clock.advance(by);
    }

    /// Brings back what was built: records, limits, faults and the clock. Sessions end, and the requests
    /// seen so far are forgotten. On the disk it is the state in which this emulator found it that comes back.
    ///
    /// ```
    /// use knack_emulator::{Emulator, Fault};
    ///
    /// let knack = Emulator::builder().sample().build()?;
    /// knack.inject(Fault::throttle());
    /// knack.reset();
    /// assert!(knack.faults().is_empty());
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn reset(&self) {
        let start = &self.core.start;
        let mut state = self.state();
        let State { app, store, .. } = &mut *state;
        store.reset(app, &self.core.app);
        app.clone_from(&self.core.app);
        // Where this fails, the next write is told.
        let _ = self.core.keep(&mut state);
        state.sessions.end_all();
        state.gate = start.gate.clone();
        state.faults.clone_from(&start.faults);
        state.rng = fastrand::Rng::with_seed(start.seed);
        state.log.clear();
        state.live = Live::new();
        (state.calls, state.refused) = (0, 0);
        self.core.clock.reset();
    }

    /// Ends all sessions now: their tokens are answered as expired ones.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use knack_core::transport::Transport;
    /// use knack_emulator::Emulator;
    /// use serde_json::{Value, json};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let knack = Emulator::builder().sample().build()?;
    /// let login = json!({"email": knack.account_email(0), "password": Emulator::SAMPLE_PASSWORD});
    /// let request = http::Request::post(format!("/v1/applications/{}/session", knack.application_id()))
    ///     .body(Bytes::from(login.to_string()))?;
    /// let answer: Value = serde_json::from_slice(knack.transport().send(request).await?.body())?;
    /// let token = answer["session"]["user"]["token"].as_str().unwrap_or_default();
    ///
    /// let orders = http::Request::get("/v1/pages/scene_7/views/view_7/records")
    ///     .header("X-Knack-Application-Id", knack.application_id())
    ///     .header("Authorization", token)
    ///     .body(Bytes::new())?;
    /// assert_eq!(knack.transport().send(orders.clone()).await?.status(), 200);
    /// knack.expire_sessions();
    /// assert_eq!(knack.transport().send(orders).await?.status(), 403);
    /// # Ok(()) }
    /// ```
    pub fn expire_sessions(&self) {
        self.state().sessions.end_all();
    }
}
