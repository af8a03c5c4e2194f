use proptest::prelude::*;

use super::*;
use crate::ledger::tests::{MINUTE, World, at};
use crate::limit::Class;
use crate::plan::Plan;

#[test]
fn a_file_tells_what_is_left_or_nothing() {
    let wall = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let [ours, other] =
        ["5d79512148c4af00106d1507", "5d79512148c4af00106d1508"].map(|id| id.parse().unwrap());
    let mut world = World::new();
    assert_eq!(world.ledger.save(ours, world.now, wall), None);
    world.call(Class::Normal, false).unwrap();
    let mut on_its_way = world.ledger.draw(Class::Normal, None, world.now).unwrap();
    world.ledger.send(&mut on_its_way, world.now).unwrap();
    let text = world.ledger.save(ours, world.now, wall).unwrap().to_text();
    let saved = Saved::parse(&text).unwrap();

    let mut next = Ledger::new(Some(Plan::Pro), 5);
    let later = wall + MINUTE;
    assert_eq!(next.restore(&saved, other, at(0), later), Err(SavedError::Foreign));
    for strange in [wall + Duration::from_hours(11), wall - Duration::from_hours(20), std::time::UNIX_EPOCH] {
        assert_eq!(next.restore(&saved, ours, at(0), strange), Err(SavedError::Old));
    }
    assert_eq!(next.standing(at(0)).left, None);
    next.restore(&saved, ours, at(0), later).unwrap();
    let standing = next.standing(at(0));
    assert_eq!((standing.limit, standing.left), (Some(1_000), Some(998)));
    let resets_in = standing.resets_at.unwrap() - at(0);
    assert!((Duration::from_secs(35_930)..Duration::from_secs(35_950)).contains(&resets_in), "{resets_in:?}");

    for end in 0..text.len() {
        assert_eq!(Saved::parse(&text[..end]), Err(SavedError::Torn));
    }
    for no_ledger in ["", "null", "[1]", r#"{"ledger":2}"#, &text.replace("left\":998", "left\":\"998\"")] {
        assert_eq!(Saved::parse(no_ledger), Err(SavedError::Torn));
    }
}

#[test]
fn of_two_files_the_one_that_knows_better_counts() {
    let now = 1_700_000_000;
    let wall = std::time::UNIX_EPOCH + Duration::from_secs(now);
    let saved = |(limit, left, resets_at, as_of): (u64, i64, u64, u64)| {
        let of = r#""ledger":1,"application":"5d79512148c4af00106d1507""#;
        let text =
            format!(r#"{{{of},"limit":{limit},"left":{left},"resets_at":{resets_at},"as_of":{as_of}}}"#);
        Saved::parse(&text).unwrap()
    };
    let (today, tomorrow) = (now + 10_000, now + 10_000 + 86_400 / 2);
    for (better, worse) in [
        ((2_000, 1_098, today, now - 5), (2_000, 1_998, today, now)), // together: less
        ((2_000, 1_098, today, now), (2_000, 1_998, today, now - 5)),
        ((2_000, 1_098, today, now), (2_000, 1_998, today, now - 500)),
        ((2_000, 1_998, today, now), (2_000, 1_098, today + 1, now - 500)), // given back
        ((3_000, 1_998, today, now), (2_000, 1_098, today, now - 5)),       // bought
        ((2_000, 1_998, tomorrow, now - 500), (2_000, 1, today, now)),
        ((2_000, 1_998, today, now), (2_000, 1, now - 1, now)), // over
        ((2_000, 1_998, today, now), (2_000, 1, now * 2, now)), // of no day
        ((2_000, 1_998, today, now), (2_000, 1, today, now * 2)), // said in a time to come
        ((2_000, 1_998, today, now), (2_000, 1, today, 0)),
    ] {
        let [better, worse] = [better, worse].map(saved);
        assert_eq!(better.or_better(worse, wall), better);
        assert_eq!(worse.or_better(better, wall), better);
    }
}

proptest! {
    #[test]
    fn no_file_is_a_panic(text in ".{0,200}") {
        let _any = Saved::parse(&text);
    }
}
