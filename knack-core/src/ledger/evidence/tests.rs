//! What refusals and free calls cost is found out, in a world that counts as it is told to.

use std::time::Duration;

use crate::headers::LimitHeaders;
use crate::ledger::tests::World;
use crate::ledger::{Outcome, Standing};
use crate::limit::Class;

#[test]
fn whether_refusals_are_charged_is_learnt() {
    for charged in [false, true] {
        let mut world = World { charges_refusals: charged, ..World::new() };
        for _ in 0..3 {
            world.call(Class::Normal, false).unwrap();
            assert_eq!(world.standing().refusals_count, None);
        }
        for _ in 0..3 {
            world.call(Class::Normal, true).unwrap();
            world.call(Class::Normal, false).unwrap();
        }
        assert_eq!(world.standing().refusals_count, Some(charged));
        let job = world.ledger.reserve(10, Class::Bulk, world.now).unwrap();
        let draw = world.ledger.draw(Class::Bulk, Some(job), world.now).unwrap();
        world.finish(draw, true, true).unwrap();
        assert_eq!(world.ledger.unused(job), if charged { 9 } else { 10 });
    }
}

#[test]
fn a_plan_that_is_used_up_tells_nothing_of_what_refusals_cost() {
    let mut world = World { left: 1, ..World::new() };
    let draws = [false, true, true, true].map(|refused| {
        let mut draw = world.ledger.draw(Class::Interactive, None, world.now).unwrap();
        world.ledger.send(&mut draw, world.now).unwrap();
        (draw, refused)
    });
    for (draw, refused) in draws {
        let (sent_at, received_at, limits) = (world.now, world.now, world.judge(refused, true));
        world.ledger.settle(draw, &Outcome::Answered { sent_at, received_at, refused, limits });
    }
    assert_eq!((world.standing().left, world.standing().refusals_count), (Some(0), None));
}

#[test]
fn refusals_without_headers_are_judged_by_the_answers_around_them() {
    for charged in [false, true] {
        let mut world = World { charges_refusals: charged, ..World::new() };
        for _ in 0..4 {
            world.call(Class::Normal, false).unwrap();
            let mut draw = world.ledger.draw(Class::Normal, None, world.now).unwrap();
            world.ledger.send(&mut draw, world.now).unwrap();
            world.judge(true, true);
            let (sent_at, limits) = (world.now, LimitHeaders::default());
            world.now = world.now + Duration::from_millis(100);
            let received_at = world.now;
            world.ledger.settle(draw, &Outcome::Answered { sent_at, received_at, refused: true, limits });
        }
        assert_eq!(world.standing().refusals_count, Some(charged));
    }
}

#[test]
fn calls_said_to_be_free_that_are_not_are_found_out() {
    for charged in [false, true] {
        let mut world = World { charges_unmetered: charged, ..World::new() };
        for _ in 0..5 {
            world.call(Class::Normal, false).unwrap();
            world.unmetered();
        }
        assert_eq!(world.standing().unmetered_count, charged);
        world.unmetered();
        assert_eq!(world.standing().unmetered_count, charged, "once known it stays");
    }
}

/// Workers that each make one call after another, of which some are said to be free, beside other programs that
/// make so many calls a second at random.
#[derive(Clone, Copy, Debug)]
struct Crowd {
    workers: usize,
    /// Of a hundred calls.
    unmetered: u64,
    refused: u64,
    others: f64,
    world: (bool, bool),
    seed: u64,
}

impl Crowd {
    /// How many calls were answered until `enough` of the standing, if it came to that within so many calls.
    fn until(self, calls: usize, enough: impl Fn(&Standing) -> bool) -> Option<usize> {
        let (charges_refusals, charges_unmetered) = self.world;
        let mut world = World { left: 1_000_000, charges_refusals, charges_unmetered, ..World::new() };
        let mut random = Dice(self.seed);
        // In order of what happens next: 0 is a judgement, 1 is an answer, 2 is another program's call.
        let mut events = std::collections::BTreeMap::new();
        let (mut number, mut answered) = (0_u64, 0);
        let send = |world: &mut World, random: &mut Dice, number: &mut u64| {
            let counts = random.below(100) >= self.unmetered;
            let free = world.ledger.draw_unmetered();
            let mut draw =
                if counts { world.ledger.draw(Class::Normal, None, world.now).unwrap() } else { free };
            world.ledger.send(&mut draw, world.now).unwrap();
            *number += 1;
            let refused = random.below(100) < self.refused;
            let there = world.now + Duration::from_millis(20 + random.below(60));
            ((there, *number), (0, Some((draw, world.now, refused, counts)), LimitHeaders::default()))
        };
        events.extend((0..self.workers).map(|_| send(&mut world, &mut random, &mut number)));
        if self.others > 0.0 {
            events.insert((world.now, 0), (2, None, LimitHeaders::default()));
        }
        while answered < calls {
            let ((now, id), (what, call, limits)) = events.pop_first().unwrap();
            world.now = now;
            match (what, call) {
                (0, Some((draw, sent_at, refused, counts))) => {
                    let limits = world.judge(refused, counts);
                    let back = now + Duration::from_millis(20 + random.below(60));
                    events.insert((back, id), (1, Some((draw, sent_at, refused, counts)), limits));
                }
                (1, Some((draw, sent_at, refused, _))) => {
                    world
                        .ledger
                        .settle(draw, &Outcome::Answered { sent_at, received_at: now, refused, limits });
                    answered += 1;
                    if enough(&world.standing()) {
                        return Some(answered);
                    }
                    events.extend([send(&mut world, &mut random, &mut number)]);
                }
                _ => {
                    world.left -= 1;
                    let wait = Duration::from_secs_f64(-random.share().ln() / self.others);
                    events.insert((now + wait, id), (2, None, limits));
                }
            }
        }
        None
    }
}

/// A small generator; the same seed gives the same row.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
    /// Above 0, at most 1.
    #[allow(clippy::cast_precision_loss)]
    fn share(&mut self) -> f64 {
        (self.next() + 1) as f64 / (1_u64 << 31) as f64
    }
}

#[test]
fn false_claims_are_found_out_however_many_calls_overlap() {
    for workers in [1, 2, 5, 20] {
        for (unmetered, others) in [(100, 0.0), (50, 0.0), (100, 2.0), (50, 2.0), (20, 0.0)] {
            let crowd = Crowd { workers, unmetered, refused: 0, others, world: (false, true), seed: 1 };
            let most = 10 + workers * 5_000 / usize::try_from(unmetered).unwrap();
            assert!(crowd.until(most, |standing| standing.unmetered_count).is_some(), "{crowd:?}");
        }
    }
}

#[test]
fn true_claims_are_believed_however_many_calls_overlap_and_whoever_else_calls() {
    for workers in [1, 2, 5, 20] {
        for (unmetered, refused) in [(100, 0), (50, 0), (50, 10)] {
            for others in [0.0, 0.5, 2.0, 50.0, 500.0] {
                let crowd = Crowd { workers, unmetered, refused, others, world: (false, false), seed: 1 };
                assert_eq!(crowd.until(1_500, |standing| standing.unmetered_count), None, "{crowd:?}");
            }
        }
    }
}

#[test]
fn what_refusals_cost_is_learnt_however_many_calls_overlap() {
    for charged in [false, true] {
        for (workers, refused, others) in
            [(1, 2, 0.0), (2, 30, 2.0), (5, 10, 0.0), (5, 30, 2.0), (20, 30, 0.5)]
        {
            let crowd = Crowd { workers, unmetered: 0, refused, others, world: (charged, false), seed: 1 };
            let learnt = |count| crowd.until(2_000, |standing| standing.refusals_count == Some(count));
            assert!(learnt(charged).is_some() && learnt(!charged).is_none(), "{crowd:?}");
        }
    }
}

#[test]
fn calls_of_others_are_not_taken_for_ours() {
    let mut world = World::new();
    for turn in 0..40 {
        world.call(Class::Normal, false).unwrap();
        world.unmetered();
        world.left -= 1 + turn % 3;
    }
    assert_eq!((world.standing().unmetered_count, world.standing().refusals_count), (false, None));
}
