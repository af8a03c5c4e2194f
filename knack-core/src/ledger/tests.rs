use proptest::prelude::*;

use super::*;

pub(super) const MINUTE: Duration = Duration::from_mins(1);

pub(super) fn at(seconds: u64) -> Moment {
    Moment::new(Duration::from_secs(86_400 + seconds))
}

/// A Knack of 1,000 calls a day that resets at ten hours, and a ledger of it.
pub(super) struct World {
    pub(super) left: i64,
    pub(super) charges_refusals: bool,
    pub(super) charges_unmetered: bool,
    pub(super) now: Moment,
    pub(super) ledger: Ledger,
}

impl World {
    pub(super) fn new() -> Self {
        let ledger = Ledger::new(None, 5);
        Self { left: 1_000, charges_refusals: false, charges_unmetered: false, now: at(0), ledger }
    }

    fn limits(&self) -> LimitHeaders {
        LimitHeaders {
            plan_limit: Some(1_000),
            plan_remaining: Some(self.left),
            plan_reset: Some(at(36_000) - self.now),
            ..LimitHeaders::default()
        }
    }

    /// The server judges a call.
    pub(super) fn judge(&mut self, refused: bool, counts: bool) -> LimitHeaders {
        let charged = (!refused || self.charges_refusals) && (counts || self.charges_unmetered);
        self.left -= i64::from(charged);
        self.limits()
    }

    /// One whole call, of 100 ms.
    pub(super) fn call(&mut self, class: Class, refused: bool) -> Result<(), Kept> {
        let draw = self.ledger.draw(class, None, self.now)?;
        self.finish(draw, refused, true)
    }

    pub(super) fn unmetered(&mut self) {
        let draw = self.ledger.draw_unmetered();
        self.finish(draw, false, false).unwrap();
    }

    pub(super) fn finish(&mut self, mut draw: Draw, refused: bool, counts: bool) -> Result<(), Kept> {
        if let Err(kept) = self.ledger.send(&mut draw, self.now) {
            self.ledger.settle(draw, &Outcome::Unsent);
            return Err(kept);
        }
        let sent_at = self.now;
        self.judge(refused, counts);
        self.now = self.now + Duration::from_millis(100);
        let limits = self.limits();
        self.ledger.settle(draw, &Outcome::Answered { sent_at, received_at: self.now, refused, limits });
        Ok(())
    }

    pub(super) fn standing(&self) -> Standing {
        self.ledger.standing(self.now)
    }
}

fn says(left: i64, resets_in: u64) -> LimitHeaders {
    LimitHeaders {
        plan_remaining: Some(left),
        plan_reset: Some(Duration::from_secs(resets_in)),
        ..LimitHeaders::default()
    }
}

/// Calls that are on their way together, answered in this order.
fn overlapping(ledger: &mut Ledger, sent_at: Moment, answers: &[(u64, LimitHeaders)]) {
    let draws: Vec<Draw> = answers
        .iter()
        .map(|_| {
            let mut draw = ledger.draw(Class::Normal, None, sent_at).unwrap();
            ledger.send(&mut draw, sent_at).unwrap();
            draw
        })
        .collect();
    for (draw, (received, limits)) in draws.into_iter().zip(answers) {
        let (received_at, limits) = (at(*received), *limits);
        ledger.settle(draw, &Outcome::Answered { sent_at, received_at, refused: false, limits });
    }
}

#[test]
fn answers_that_overtake_each_other_do_not_raise_what_is_left() {
    let mut ledger = Ledger::new(None, 5);
    overlapping(&mut ledger, at(0), &[(1, says(98, 1_000)), (2, says(99, 999))]);
    assert_eq!(ledger.standing(at(2)).left, Some(98));
    overlapping(&mut ledger, at(0), &[(1_001, says(4_999, 86_000)), (1_002, says(3, 1))]);
    assert_eq!(ledger.standing(at(1_002)).left, Some(4_999), "the next day, and a late word of the last");
    assert_eq!(ledger.standing(at(90_000)).left, None, "the day is over and nothing is known of the new one");
}

#[test]
fn a_reset_that_is_now_is_no_reset() {
    let mut ledger = Ledger::new(None, 5);
    overlapping(&mut ledger, at(0), &[(1, says(98, 0))]);
    let standing = ledger.standing(at(2));
    assert_eq!((standing.left, standing.resets_at), (Some(98), None));
    overlapping(&mut ledger, at(2), &[(3, says(97, 1_000)), (4, says(96, 0))]);
    assert_eq!(ledger.standing(at(5)).resets_at, Some(at(1_003)), "the one that was told before stays");
    overlapping(&mut ledger, at(1_002), &[(1_004, says(900, 0))]);
    assert_eq!(ledger.standing(at(1_005)).left, Some(900), "but not beyond its day");
}

#[test]
fn an_answer_to_a_later_call_knows_better() {
    let mut ledger = Ledger::new(None, 5);
    overlapping(&mut ledger, at(0), &[(1, says(98, 1_000))]);
    overlapping(&mut ledger, at(1), &[(2, says(500, 998))]); // calls were bought
    assert_eq!(ledger.standing(at(2)).left, Some(500));
    let raised = LimitHeaders { plan_limit: Some(26_000), ..says(25_400, 997) };
    overlapping(&mut ledger, at(1), &[(3, raised)]);
    assert_eq!(ledger.standing(at(3)).left, Some(25_400), "whatever was on its way, with another limit");
}

#[test]
fn without_a_word_it_counts_itself() {
    let mut ledger = Ledger::new(Some(Plan::Custom(100)), 0);
    overlapping(&mut ledger, at(0), &[(1, LimitHeaders::default()); 30]);
    let mut lost = ledger.draw(Class::Bulk, None, at(1)).unwrap();
    ledger.send(&mut lost, at(1)).unwrap();
    ledger.settle(lost, &Outcome::Lost);
    let shortage = ledger.reserve(70, Class::Bulk, at(1)).unwrap_err();
    assert_eq!((shortage.left, shortage.resets_in), (69, None));
    assert_eq!(ledger.standing(at(1)).left, None, "that is a guess, for others may use the plan");
}

#[test]
fn the_floor_is_for_persons() {
    let mut world = World::new();
    while world.left > 50 {
        world.call(Class::Bulk, false).unwrap();
    }
    for class in [Class::Bulk, Class::Normal] {
        let kept = world.call(class, false).unwrap_err();
        assert_eq!((kept.left, kept.resets_at), (50, Some(at(36_000))));
    }
    for _ in 0..50 {
        world.call(Class::Interactive, false).unwrap();
    }
    assert_eq!(world.standing().left, Some(0));
    let kept = world.call(Class::Interactive, false).unwrap_err();
    assert_eq!((kept.left, kept.until, kept.unclear), (0, world.now + OLD_IF_NONE, false));
}

#[test]
fn with_none_left_a_call_in_ten_minutes_asks_anew() {
    let mut world = World { left: 1, ..World::new() };
    world.call(Class::Interactive, false).unwrap();
    for _ in 0..3 {
        assert_eq!(world.call(Class::Interactive, false).unwrap_err().left, 0);
        world.now = world.now + OLD_IF_NONE;
        let left_the_queue = world.ledger.draw(Class::Interactive, None, world.now).unwrap();
        world.ledger.settle(left_the_queue, &Outcome::Unsent);
        let probe = world.ledger.draw(Class::Bulk, None, world.now).unwrap();
        let kept = world.ledger.draw(Class::Interactive, None, world.now).unwrap_err();
        assert_eq!(kept.until, world.now + OLD_IF_NONE, "one, not all, and nobody asks without pause");
        world.finish(probe, true, true).unwrap();
    }
    world.now = world.now + OLD_IF_NONE;
    world.left = 100;
    world.call(Class::Interactive, false).unwrap();
    world.call(Class::Interactive, false).unwrap();
}

#[test]
fn the_last_calls_go_and_no_more_whatever_the_order_of_answers() {
    let mut ledger = Ledger::new(None, 0);
    overlapping(&mut ledger, at(0), &[(1, says(3, 1_000))]);
    let sent: Vec<Draw> = (0..3)
        .map(|_| {
            let mut draw = ledger.draw(Class::Normal, None, at(1)).unwrap();
            ledger.send(&mut draw, at(1)).unwrap();
            draw
        })
        .collect();
    assert!(ledger.draw(Class::Normal, None, at(1)).unwrap_err().unclear, "one of them may cost nothing");
    let mut waiting = None;
    // The last that was counted is answered first; the second was refused for its rate.
    for (draw, (left, refused)) in sent.into_iter().zip([(1, false), (1, true), (2, false)]) {
        let (sent_at, received_at, limits) = (at(1), at(2), says(left, 999));
        ledger.settle(draw, &Outcome::Answered { sent_at, received_at, refused, limits });
        waiting = waiting.or_else(|| ledger.draw(Class::Normal, None, at(2)).ok());
    }
    let mut draw = waiting.unwrap();
    ledger.send(&mut draw, at(2)).unwrap();
    let behind = ledger.draw(Class::Normal, None, at(2)).unwrap_err();
    assert_eq!((behind.left, behind.unclear), (0, true));
    let (sent_at, received_at, limits) = (at(2), at(3), says(0, 998));
    ledger.settle(draw, &Outcome::Answered { sent_at, received_at, refused: false, limits });
    let behind = ledger.draw(Class::Normal, None, at(3)).unwrap_err();
    assert_eq!((behind.left, behind.unclear), (0, false));
}

#[test]
fn a_server_that_says_none_and_does_it_is_not_believed() {
    let mut ledger = Ledger::new(None, 0);
    let none = says(0, 5_000);
    overlapping(&mut ledger, at(0), &[(1, none)]);
    let mut free = ledger.draw_unmetered();
    ledger.send(&mut free, at(2)).unwrap();
    let answered =
        |sent_at, refused| Outcome::Answered { sent_at, received_at: at(606), refused, limits: none };
    ledger.settle(free, &answered(at(2), false));
    assert!(ledger.draw(Class::Normal, None, at(3)).is_err(), "free calls are done by any");
    overlapping(&mut ledger, at(606 + 600), &[(1_207, none)]); // asks anew
    overlapping(&mut ledger, at(1_208), &[(1_209, none), (1_209, LimitHeaders::default())]);
    let mut draw = ledger.draw(Class::Normal, None, at(1_210)).unwrap();
    ledger.send(&mut draw, at(1_210)).unwrap();
    ledger.settle(draw, &answered(at(1_210), true));
    assert!(ledger.draw(Class::Normal, None, at(1_211)).is_err(), "one that refuses is believed");
}

#[test]
fn what_waits_ahead_is_no_hope() {
    let mut ledger = Ledger::new(None, 0);
    overlapping(&mut ledger, at(0), &[(1, says(2, 1_000))]);
    let mut sent = ledger.draw(Class::Bulk, None, at(1)).unwrap();
    ledger.send(&mut sent, at(1)).unwrap();
    let waits = ledger.draw(Class::Bulk, None, at(1)).unwrap();
    assert!(ledger.draw(Class::Bulk, None, at(1)).unwrap_err().unclear);
    ledger.settle(sent, &Outcome::Lost);
    let kept = ledger.draw(Class::Bulk, None, at(1)).unwrap_err();
    assert_eq!((kept.left, kept.unclear), (0, false));
    ledger.settle(waits, &Outcome::Unsent);
    assert!(ledger.draw(Class::Bulk, None, at(1)).map(|draw| ledger.settle(draw, &Outcome::Unsent)).is_ok());
}

#[test]
fn a_file_that_tells_of_none_left_is_as_old_as_it_is() {
    let (wall, id) = (std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000), "5d79512148c4af00106d1507");
    let mut world = World { left: 1, ..World::new() };
    world.call(Class::Interactive, false).unwrap();
    let saved = world.ledger.save(id.parse().unwrap(), world.now, wall).unwrap();
    let minute = |minute: u32| {
        let mut next = Ledger::new(None, 5);
        next.restore(&saved, id.parse().unwrap(), at(0), wall + MINUTE * minute).unwrap();
        next.draw(Class::Normal, None, at(0)).map(|draw| next.settle(draw, &Outcome::Unsent))
    };
    let until = minute(9).unwrap_err().until;
    assert!(until > at(50) && until <= at(60), "{until:?}");
    assert_eq!(minute(10), Ok(()));
    assert_eq!(minute(500), Ok(()));
}

#[test]
fn calls_that_wait_count_and_calls_that_leave_do_not() {
    let mut world = World::new();
    world.call(Class::Bulk, false).unwrap();
    let waiting: Vec<Draw> =
        (0..949).map(|_| world.ledger.draw(Class::Bulk, None, world.now).unwrap()).collect();
    assert!(world.ledger.draw(Class::Bulk, None, world.now).is_err());
    for draw in waiting {
        world.ledger.settle(draw, &Outcome::Unsent);
    }
    assert_eq!(world.standing().pending, 0);
    world.call(Class::Bulk, false).unwrap();
}

#[test]
fn what_others_use_up_meanwhile_is_seen_before_sending() {
    let mut world = World::new();
    world.call(Class::Bulk, false).unwrap();
    let waiting = world.ledger.draw(Class::Bulk, None, world.now).unwrap();
    world.left = 40; // of the floor's 50
    world.call(Class::Interactive, false).unwrap();
    assert!(world.finish(waiting, false, true).is_err());
    assert_eq!((world.left, world.standing().pending), (39, 0));
}

#[test]
fn a_reservation_is_kept_from_others_and_its_rest_comes_back() {
    let mut world = World::new();
    world.call(Class::Bulk, false).unwrap();
    let job = world.ledger.reserve(900, Class::Bulk, world.now).unwrap();
    let shortage = world.ledger.reserve(50, Class::Bulk, world.now).unwrap_err();
    assert_eq!((shortage.left, shortage.wanted), (49, 50));
    assert_eq!(
        world.ledger.reserve(50, Class::Interactive, world.now).map(|id| world.ledger.release(id)),
        Ok(())
    );
    for _ in 0..99 {
        world.call(Class::Interactive, false).unwrap();
    }
    assert!(world.call(Class::Interactive, false).is_err(), "nor may persons have what a job reserved");
    for refused in [false, true, false] {
        let draw = world.ledger.draw(Class::Bulk, Some(job), world.now).unwrap();
        let _kept_by_the_floor = world.finish(draw, refused, true);
    }
    assert_eq!(world.ledger.unused(job), 898, "a refusal that is not charged gives its call back");
    world.ledger.release(job);
    assert_eq!((world.ledger.unused(job), world.standing().reserved), (0, 0));
    world.call(Class::Bulk, false).unwrap();
}

#[test]
fn all_there_is_can_be_reserved_on_trust() {
    let mut ledger = Ledger::new(None, 5);
    let job = ledger.reserve(u64::MAX, Class::Bulk, at(0)).unwrap();
    assert!(ledger.reserve(1, Class::Bulk, at(0)).is_ok(), "nothing is known that would say no");
    let draw = ledger.draw(Class::Bulk, Some(job), at(0)).unwrap();
    assert_eq!((ledger.unused(job), ledger.standing(at(0)).reserved), (u64::MAX - 1, u64::MAX));
    ledger.settle(draw, &Outcome::Unsent);
    overlapping(&mut ledger, at(0), &[(1, LimitHeaders { plan_limit: Some(100), ..says(99, 1_000) })]);
    assert_eq!(
        ledger.draw(Class::Interactive, None, at(1)).unwrap_err().left,
        99,
        "kept for whoever reserved it"
    );
}

#[test]
fn a_call_an_hour_asks_whether_the_plan_was_raised() {
    let mut world = World::new();
    world.left = 20;
    world.call(Class::Bulk, false).unwrap();
    let kept = world.call(Class::Bulk, false).unwrap_err();
    assert_eq!(kept.until, world.now + OLD);
    world.now = kept.until;
    let probe = world.ledger.draw(Class::Bulk, None, world.now).unwrap();
    assert!(world.ledger.draw(Class::Bulk, None, world.now).is_err(), "one, not all");
    world.finish(probe, false, true).unwrap();
    assert!(world.call(Class::Bulk, false).is_err());
    world.left = 900;
    world.now = world.now + OLD;
    world.call(Class::Bulk, false).unwrap();
    world.call(Class::Bulk, false).unwrap();
}

#[test]
fn the_next_day_begins_with_the_whole_plan() {
    let mut world = World::new();
    world.left = 30;
    world.call(Class::Interactive, false).unwrap();
    assert!(world.call(Class::Normal, false).is_err());
    world.now = at(36_000);
    assert_eq!((world.standing().left, world.standing().limit), (None, Some(1_000)));
    assert!(world.ledger.reserve(951, Class::Bulk, world.now).is_err());
    assert!(world.ledger.reserve(950, Class::Bulk, world.now).is_ok());
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Draw(Class, bool),
    Send(usize),
    Leave(usize),
    Answer(usize, bool),
    Lose(usize, bool),
    Reserve(u64),
    Release(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let class = prop_oneof![Just(Class::Interactive), Just(Class::Normal), Just(Class::Bulk)];
    let one = 0_usize..64;
    prop_oneof![
        4 => (class, any::<bool>()).prop_map(|(class, own)| Step::Draw(class, own)),
        4 => one.clone().prop_map(Step::Send),
        1 => one.clone().prop_map(Step::Leave),
        4 => (one.clone(), any::<bool>()).prop_map(|(which, refused)| Step::Answer(which, refused)),
        1 => (one.clone(), any::<bool>()).prop_map(|(which, arrived)| Step::Lose(which, arrived)),
        2 => (0_u64..60).prop_map(Step::Reserve),
        1 => one.prop_map(Step::Release),
    ]
}

fn huge() -> impl Strategy<Value = u64> {
    prop_oneof![Just(u64::MAX), Just(u64::MAX / 2), Just(u64::MAX / 8), Just(1), any::<u64>()]
}

proptest! {
    /// Whatever the order of ends: never is more reserved than is left, and nothing is lost.
    #[test]
    fn never_more_is_reserved_than_left(left in 0_i64..200, steps in proptest::collection::vec(step(), 0..300)) {
        let mut world = World { left, ..World::new() };
        let _known = world.call(Class::Interactive, false);
        let (mut waiting, mut flying, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
        let pick = |which: usize, of: usize| (of > 0).then(|| which % of.max(1));
        for step in steps {
            world.now = world.now + Duration::from_millis(7);
            let now = world.now;
            match step {
                Step::Draw(class, own) => {
                    let job = jobs.last().copied().filter(|_| own);
                    waiting.extend(world.ledger.draw(class, job, now));
                }
                Step::Send(which) => if let Some(place) = pick(which, waiting.len()) {
                    let mut draw = waiting.swap_remove(place);
                    match world.ledger.send(&mut draw, now) {
                        Ok(()) if world.left > 0 => {
                            let limits = world.judge(false, true);
                            flying.push((draw, now, limits));
                        }
                        // Kept for others, or used up, and what follows then is the queue's business.
                        _ => world.ledger.settle(draw, &Outcome::Unsent),
                    }
                },
                Step::Leave(which) => if let Some(place) = pick(which, waiting.len()) {
                    world.ledger.settle(waiting.swap_remove(place), &Outcome::Unsent);
                },
                Step::Answer(which, refused) => if let Some(place) = pick(which, flying.len()) {
                    let (draw, sent_at, mut limits) = flying.swap_remove(place);
                    // A refusal: the server had not counted it.
                    if refused {
                        world.left += 1;
                        limits = world.limits();
                    }
                    world.ledger.settle(draw, &Outcome::Answered { sent_at, received_at: now, refused, limits });
                },
                Step::Lose(which, arrived) => if let Some(place) = pick(which, flying.len()) {
                    world.ledger.settle(flying.swap_remove(place).0, &Outcome::Lost);
                    world.left += i64::from(!arrived);
                },
                Step::Reserve(calls) => jobs.extend(world.ledger.reserve(calls, Class::Normal, now)),
                Step::Release(which) => if let Some(place) = pick(which, jobs.len()) {
                    world.ledger.release(jobs.swap_remove(place));
                },
            }
            let standing = world.standing();
            let on_their_way = i64::try_from(flying.len()).unwrap();
            prop_assert_eq!(standing.pending, (waiting.len() + flying.len()) as u64);
            prop_assert!(
                i64::try_from(standing.reserved).unwrap() <= standing.left.unwrap().max(0),
                "{:?} with {} left and {} on their way", standing, world.left, on_their_way
            );
        }
        for draw in waiting {
            world.ledger.settle(draw, &Outcome::Unsent);
        }
        for (draw, sent_at, limits) in flying {
            let received_at = world.now;
            world.ledger.settle(draw, &Outcome::Answered { sent_at, received_at, refused: false, limits });
        }
        for job in jobs {
            world.ledger.release(job);
        }
        world.now = world.now + OLD;
        let _last = world.call(Class::Interactive, false);
        let standing = world.standing();
        prop_assert_eq!((standing.pending, standing.reserved, standing.left), (0, 0, Some(world.left)));
    }

    /// Numbers as no plan has: no sum of them overflows, and who reserved all has all.
    #[test]
    fn no_number_is_too_large(
        reserved in proptest::collection::vec(huge(), 0..4),
        told in proptest::option::of((proptest::option::of(huge()), any::<i64>())),
        plan in proptest::option::of(huge()),
    ) {
        let mut ledger = Ledger::new(plan.map(Plan::Custom), 100);
        let jobs: Vec<_> =
            reserved.iter().filter_map(|calls| ledger.reserve(*calls, Class::Bulk, at(0)).ok()).collect();
        let mut draws: Vec<_> = jobs.iter().filter_map(|job| ledger.draw(Class::Bulk, Some(*job), at(0)).ok()).collect();
        for class in [Class::Interactive, Class::Bulk] {
            draws.extend(ledger.draw(class, None, at(0)));
        }
        for mut draw in draws {
            let _kept = ledger.send(&mut draw, at(0));
            let mut limits = LimitHeaders::default();
            if let Some((limit, left)) = told {
                limits.plan_limit = limit;
                limits.plan_remaining = Some(left);
            }
            ledger.settle(draw, &Outcome::Answered { sent_at: at(0), received_at: at(1), refused: false, limits });
        }
        let _any = ledger.reserve(u64::MAX, Class::Interactive, at(1));
        prop_assert_eq!(ledger.standing(at(1)).pending, 0);
    }
}
