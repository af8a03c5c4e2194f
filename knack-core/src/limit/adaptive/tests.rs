//! What the adaptive limiter does, whatever it is told.

use super::seen::Call;
use super::*;
use crate::headers::LimitHeaders;
use http::StatusCode;
use proptest::prelude::*;

/// What a server says, whether or not there is such a server.
#[derive(Clone, Debug)]
struct Said {
    trip: u64,
    status: u16,
    remaining: Option<u32>,
    reset: Option<u64>,
    date: Option<u64>,
    ending: u8,
}

fn said() -> impl Strategy<Value = Said> {
    let reset = prop_oneof![
        8 => (1_000_u64..1_100).prop_map(Some),
        1 => Just(None),
        1 => prop_oneof![Just(Some(0)), Just(Some(u64::MAX))],
    ];
    let status = prop_oneof![6 => Just(200), 1 => Just(429), 1 => Just(500)];
    let remaining = proptest::option::of(prop_oneof![9 => 0_u32..12, 1 => Just(u32::MAX)]);
    let date = proptest::option::of(prop_oneof![1_000_u64..1_100, Just(u64::MAX)]);
    (1..2_000_000_u64, status, remaining, reset, date, 0..8_u8).prop_map(
        |(trip, status, remaining, reset, date, ending)| Said {
            trip,
            status,
            remaining,
            reset,
            date,
            ending,
        },
    )
}

fn observation(sent: Micros, received: Micros, said: &Said) -> Observation {
    let headers = LimitHeaders {
        rate_limit: Some(10),
        rate_remaining: said.remaining,
        rate_reset: said.reset,
        date: said.date,
        ..LimitHeaders::default()
    };
    let status = StatusCode::from_u16(said.status).unwrap();
    Observation::new(moment(sent), moment(received), Some(status), headers)
}

proptest! {
    /// Whatever the server says, drops or lies: no permit is lost, a limit's worth of calls is on its way at
    /// the most (four where a bucket was seen), and waiting always ends.
    #[test]
    fn nothing_is_lost_and_nobody_waits_for_ever(
        limit in 1_u32..12,
        calls in proptest::collection::vec((said(), 0..3_u8), 1..300),
    ) {
        let adaptive = Adaptive::new(limit);
        let mut open: Vec<(Micros, Micros, PermitId, Said)> = Vec::new();
        let mut now = 0;
        for (said, class) in calls {
            let mut ask = Ask::new(moment(Micros::MAX / 8));
            ask.class = [Class::Interactive, Class::Normal, Class::Bulk][usize::from(class)];
            let began = now;
            let id = loop {
                let available = adaptive.snapshot(moment(now)).available;
                let decision = adaptive.try_acquire(&ask, moment(now));
                if ask.class == Class::Interactive {
                    prop_assert_eq!(available > Some(0), matches!(decision, Decision::Granted(_)));
                }
                // The next answer, if it comes before the limiter would look again.
                let next = open.iter().map(|(done, ..)| *done).min();
                match (decision, next) {
                    (Decision::Granted(id), _) => break id,
                    (Decision::NotBefore(at), next) if next.is_none_or(|next| micros(at) < next) => {
                        prop_assert!(micros(at) > now, "a wait that is over already would spin");
                        now = micros(at);
                    }
                    (_, Some(next)) => {
                        now = now.max(next);
                        let at = open.iter().position(|(done, ..)| *done == next).unwrap();
                        let (_, sent, id, said) = open.swap_remove(at);
                        match said.ending {
                            0 => adaptive.lost(id, moment(sent)),
                            1 => adaptive.refund(id),
                            _ => adaptive.observe(id, &observation(sent, now, &said)),
                        }
                    }
                    (_, None) => prop_assert!(false, "nothing is on its way, and it waits for a change"),
                }
                prop_assert!(now - began < 60 * SECOND, "waited a minute");
            };
            open.push((now + Micros::try_from(said.trip).unwrap(), now, id, said));
            prop_assert!(open.len() <= 4 * limit as usize);
        }
        for (done, sent, id, said) in open {
            adaptive.observe(id, &observation(sent, done, &said));
        }
        let later = moment(now + 100 * SECOND);
        prop_assert_eq!(adaptive.snapshot(later).in_flight, 0);
    }
}

/// It has learnt the seconds of a clock that is 300 ms ahead of ours: a call each 130 ms told where they end.
fn knows_a_grid() -> Adaptive {
    let adaptive = Adaptive::new(10);
    let ask = Ask::new(moment(600 * SECOND));
    assert_eq!(adaptive.window(moment(0)), None);
    for n in 0..80 {
        let sent = n * 130_000;
        let arrival = u64::try_from(sent + 20_000 + 300_000).unwrap() / 1_000_000;
        let said = Said {
            trip: 0,
            status: 200,
            remaining: Some(9),
            reset: Some(1_001 + arrival),
            date: Some(1_000 + arrival),
            ending: 9,
        };
        let Decision::Granted(id) = adaptive.try_acquire(&ask, moment(sent)) else { continue };
        adaptive.observe(id, &observation(sent, sent + 40_000, &said));
    }
    adaptive
}

#[test]
fn the_window_is_told_once_it_is_learnt() {
    let window = knows_a_grid().window(moment(12 * SECOND)).expect("the grid is known");
    let ends_at = micros(window.ends_at);
    let earliest = ends_at - Micros::try_from(window.clock_width.as_micros()).unwrap();
    assert!((earliest..=ends_at).contains(&12_700_000), "{window:?}");
    assert!(window.clock_width <= Duration::from_millis(60), "{window:?}");
}

#[test]
fn calls_that_were_given_up_count_in_the_estimate() {
    for adaptive in [Adaptive::default(), knows_a_grid()] {
        let sent = 20 * SECOND;
        let ids: Vec<_> = (0..10)
            .map(|_| match adaptive.try_acquire(&Ask::new(moment(60 * SECOND)), moment(sent)) {
                Decision::Granted(id) => id,
                wait => panic!("{wait:?}"),
            })
            .collect();
        let earliest = |ahead| micros(adaptive.earliest(ahead, moment(21 * SECOND)).unwrap());
        assert_eq!(earliest(0), 21 * SECOND, "they could still come back unused");
        for (n, id) in ids.into_iter().enumerate() {
            adaptive.lost(id, moment(sent + i64::try_from(n).unwrap() * 200_000));
        }
        // They may arrive for five seconds, and count for one more; the last two seconds of them one by one.
        assert!((25 * SECOND..=26 * SECOND).contains(&earliest(0)), "{adaptive:?}");
        assert!((25 * SECOND..=28 * SECOND).contains(&earliest(9)), "{adaptive:?}");
        assert!((26 * SECOND..=29 * SECOND).contains(&earliest(19)), "{adaptive:?}");
    }
}

#[test]
fn windows_that_a_refused_call_came_to_hold_the_queue() {
    let mut state = State::new(10);
    state.mode = Mode::Opened;
    state.opened = Opened { base: 1_000, began: 9_900_000, sent: 10, together: 10, ..state.opened };
    let call = |received| Call { sent: 9_900_000, received, passed: true };
    state.seen.learn(call(10_000_000), 1_001, 9, 10);
    let adaptive = Adaptive { state: Mutex::new(state) };
    let resumes = |at| adaptive.resume(moment(at)).map(micros);
    // The next window, and where it has begun already, the rest of the last.
    assert_eq!(resumes(10_100_000), Some(9_900_000 + SECOND + 30_000));
    assert_eq!(resumes(11_100_000), Some(11_100_000 + TOO_EARLY));
}

#[test]
fn slots_leave_room_to_others_for_a_while() {
    let mut slots = Slots::default();
    let at_once = |slots: &Slots| (0..20).take_while(|flying| slots.decide(10, *flying, 0).is_ok()).count();
    assert_eq!(at_once(&slots), 10);
    (0..3).for_each(|_| slots.refused(10));
    assert_eq!(at_once(&slots), 7);
    (0..100).for_each(|_| slots.refused(10));
    assert_eq!(at_once(&slots), 1, "what sends nothing learns nothing");
    (0..600).for_each(|n| slots.answered(-2 * SECOND + n, 0, 10));
    assert_eq!(at_once(&slots), 10);
}

#[test]
fn any_limit_is_taken() {
    for limit in [0, 1, 5_000_000, u32::MAX] {
        let adaptive = Adaptive::new(limit);
        let ask = Ask::new(moment(60 * SECOND));
        let said =
            Said { trip: 1, status: 429, remaining: Some(0), reset: Some(1_001), date: None, ending: 9 };
        for n in 0..30 {
            let Decision::Granted(id) = adaptive.try_acquire(&ask, moment(n * 3 * SECOND)) else { panic!() };
            adaptive.observe(id, &observation(n * 3 * SECOND, n * 3 * SECOND + 1, &said));
            adaptive.earliest(usize::MAX, moment(n * 3 * SECOND)).unwrap();
        }
    }
}

#[test]
fn what_is_available_is_told() {
    let adaptive = Adaptive::default();
    let available = |at| adaptive.snapshot(moment(at)).available;
    assert_eq!(available(0), Some(10));
    let ask = Ask::new(moment(60 * SECOND));
    let said = Said { trip: 1, status: 200, remaining: None, reset: None, date: None, ending: 9 };
    for left in (0..10).rev() {
        let Decision::Granted(id) = adaptive.try_acquire(&ask, moment(0)) else { panic!() };
        adaptive.observe(id, &observation(0, 100_000, &said));
        assert_eq!(available(100_000), Some(left));
    }
    assert_eq!(available(1_100_000), Some(10));
}

#[test]
fn refusals_slow_it_to_the_limit_whatever_windows_allow() {
    let adaptive = Adaptive::new(10);
    let ask = Ask::new(moment(60 * SECOND));
    let said = Said { trip: 1, status: 429, remaining: Some(9), reset: Some(1_001), date: None, ending: 9 };
    let mut sends = Vec::new();
    let mut now = 0;
    while now < 5 * SECOND {
        match adaptive.try_acquire(&ask, moment(now)) {
            Decision::Granted(id) => {
                sends.push(now);
                adaptive.observe(id, &observation(now, now + 1_000, &said));
            }
            _ => now += 1_000,
        }
    }
    let busiest =
        sends.iter().map(|from| sends.iter().filter(|at| (*from..from + SECOND).contains(*at)).count());
    assert_eq!(busiest.max(), Some(10));
}

const MODES: [Mode; 4] = [Mode::Slots, Mode::Grid, Mode::Opened, Mode::Bucket];

#[test]
fn no_number_is_too_large() {
    let remaining = [0, 9, u32::MAX, u32::MAX - 1, 9, u32::MAX];
    let (resets, dates) = ([1_001, 0, u64::MAX], [None, Some(1_000), Some(u64::MAX)]);
    let moments = [0, 10 * SECOND, Micros::MAX / 4 - 1, Micros::MAX / 3, Micros::MAX].map(moment);
    for mode in MODES {
        let adaptive = Adaptive { state: Mutex::new(State { mode, ..State::new(10) }) };
        for now in moments.into_iter().chain([Moment::new(Duration::MAX)]) {
            for (n, remaining) in remaining.into_iter().enumerate() {
                let headers = LimitHeaders {
                    rate_remaining: Some(remaining),
                    rate_reset: Some(resets[n % 3] + n as u64 / 3 * u64::from(n % 3 == 0)),
                    date: dates[n % 3],
                    ..LimitHeaders::default()
                };
                let _any = (adaptive.snapshot(now), adaptive.window(now), adaptive.resume(now));
                assert!(adaptive.earliest(usize::MAX, now).is_some());
                let Decision::Granted(id) = adaptive.try_acquire(&Ask::new(now), now) else { continue };
                let status = Some(if n == 4 { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::OK });
                adaptive.observe(id, &Observation::new(now, now + Duration::from_secs(1), status, headers));
                if let Decision::Granted(id) = adaptive.try_acquire(&Ask::new(now), now) {
                    adaptive.lost(id, now);
                }
            }
        }
    }
}

#[test]
fn what_is_counted_for_years_ends_somewhere() {
    for mode in MODES {
        let mut state = State { mode, ..State::new(10) };
        (state.opened.sent, state.opened.together, state.bucket.room) = (u32::MAX, u32::MAX, u32::MAX);
        state.opened.began = 0;
        let adaptive = Adaptive { state: Mutex::new(state) };
        let Decision::Granted(id) = adaptive.try_acquire(&Ask::new(moment(0)), moment(0)) else { panic!() };
        adaptive.state().denied_at = 0;
        let said =
            Said { trip: 1, status: 200, remaining: Some(9), reset: Some(1_001), date: None, ending: 9 };
        adaptive.observe(id, &observation(0, 1, &said));
        adaptive.earliest(100, moment(1)).unwrap();
    }
}

#[test]
fn a_server_may_tell_of_more_than_there_can_be() {
    let adaptive = Adaptive::new(10);
    for n in 0..100 {
        let sent = n * 200_000;
        let reset = 1_001 + u64::try_from(sent / SECOND).unwrap();
        let said = Said {
            trip: 1,
            status: 200,
            remaining: Some(u32::MAX),
            reset: Some(reset),
            date: Some(reset - 1),
            ending: 9,
        };
        let Decision::Granted(id) = adaptive.try_acquire(&Ask::new(moment(sent)), moment(sent)) else {
            continue;
        };
        adaptive.observe(id, &observation(sent, sent + 40_000, &said));
        assert!(adaptive.earliest(100, moment(sent)).is_some());
    }
}
