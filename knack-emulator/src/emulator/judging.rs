//! What a request comes to, under the lock: the gate, the answer, what it changes.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::{Core, State};
use crate::answer::{Answer, Limits};
use crate::app::App;
use crate::browsers;
use crate::downloads;
use crate::fault::Effect;
use crate::gate::Guards;
use crate::routes::{self, Desk, Request};
use crate::seen::Seen;

impl State {
    /// Goes on with the application as a call has changed it.
    fn revise(&mut self, app: App) {
        self.store.lay_out(&self.app, &app);
        self.sessions.move_to(&self.app, &app);
        self.app = Arc::new(app);
    }
}

impl Core {
    /// Remembers a request, and tells whoever watches.
    pub(super) fn note(&self, state: &mut State, seen: Seen) {
        if let Some(watcher) = &self.watcher {
            watcher(&seen);
        }
        state.live.count(self.clock.wall(seen.at).as_secs(), &seen);
        state.log.push(seen);
    }

    /// Keeps what was written, or answers why it is not.
    pub(crate) fn keep(&self, State { app, store, .. }: &mut State) -> Result<(), Answer> {
        let Some(disk) = &self.disk else { return Ok(()) };
        disk.keep(app, store)
            .map_err(|error| Answer::text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
    }

    /// The answer to a request, and the limits' figures where its key was accepted.
    pub(super) fn judge(
        &self,
        state: &mut State,
        request: &Request,
        effects: &[Effect],
        wall: Duration,
    ) -> (Answer, Option<Limits>) {
        let instead = effects.iter().find_map(|effect| match effect {
            Effect::Status { status, body } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Some(Answer::guessed(status, body.clone()))
            }
            _ => None,
        });
        if let Some(leave) = browsers::preflight(request) {
            return (instead.unwrap_or(leave), None);
        }
        let (app, manners) = (&*Arc::clone(&state.app), self.manners);
        let (store, sessions) = (&mut state.store, &mut state.sessions);
        let guards = Guards { app, api_key: &self.api_key, manners, store, sessions, wall };
        if let Some(file) = downloads::answer(guards, request) {
            return (instead.unwrap_or(file), None);
        }
        let steps = request.steps();
        let Some(steps) = &steps else {
            return (Answer::no_route(&request.method, &request.path), None);
        };
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        if let Some(dump) = routes::dump(app, &request.method, &steps) {
            return (instead.unwrap_or(dump), None);
        }
        let pass = match guards.admit(request, &steps) {
            Ok(pass) => pass,
            Err(answer) => {
                let limits = manners.headers_on_refusals.then(|| state.gate.peek(wall));
                return (instead.unwrap_or(answer), limits);
            }
        };
        let throttle = effects.contains(&Effect::Throttle);
        let (passes, limits) = state.gate.judge(wall, &pass, throttle);
        if !passes {
            let again = manners.retry_after.then(|| limits.wait(wall));
            return (Answer::throttled(again), Some(limits));
        }
        let mut revised = None;
        let answer = instead.unwrap_or_else(|| {
            let mut desk = Desk { app, store, sessions, manners, wall, revised: None };
            let answer = routes::answer(&mut desk, request, &steps, pass.user.as_ref());
            revised = desk.revised;
            answer
        });
        if let Some(revised) = revised {
            state.revise(revised);
        }
        (self.keep(state).err().unwrap_or(answer), Some(limits))
    }
}
