//! Every operator on the kinds that have it, through handles, against a local Knack that refuses rules it
//! does not understand. What comes is held against what the records say.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::{Duration, SystemTime};

use jiff::civil::{Date, DateTime, date, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use knack_emulator::Emulator;
use knack_runtime::key::ProfileKey;
use knack_runtime::query::{All, Any, Distance, Filter, IntoFilter, Rule, Unit, Units};
use knack_runtime::value::{
    Coordinates, EmailAddress, InZone, PersonName, PostalAddress, WebAddress, WorkLog,
};
use knack_runtime::{Client, Error, KnackObject, Link, Patch, RecordId};
use knack_tests::everything::{Account, Central, Color, Everything, Part, everything};
use knack_tests::{Script, client_of};
use serde_json::json;

/// Wednesday, 11 March 2026, 16:14 in the application's zone.
const NOW: DateTime = DateTime::constant(2026, 3, 11, 16, 14, 0, 0);

/// The same in seconds since 1970.
const NOW_UNIX: u64 = 1_773_263_640;

type Object = <Everything as KnackObject>::Object;

struct Scene {
    local: Emulator,
    knack: Client,
    records: Vec<Everything>,
    parts: Vec<RecordId>,
}

/// Records that differ in what filters ask for; the last is empty.
async fn scene() -> Scene {
    let local = everything()
        .daily_calls(1_000_000)
        .starts_at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW_UNIX))
        .strict_filters(true)
        .searchable("field_1")
        .place("Oslo", 59.91, 10.75)
        .build()
        .unwrap();
    let knack = client_of(&local).build().unwrap();
    let mut parts = Vec::new();
    for name in ["bell", "chain"] {
        let part: Part = Part::create(&knack, &Patch::<Part>::new().set(Part::NAME, name)).await.unwrap();
        parts.push(part.id);
    }
    let days = [-800, -400, -90, -40, -20, -8, -7, -1, 0, 1, 7, 8, 20, 40, 90, 400, 800];
    let mut records = Vec::new();
    for (number, offset) in days.into_iter().enumerate() {
        let number = i64::try_from(number).unwrap();
        let moment = NOW.checked_add(offset.days()).unwrap().checked_add((number % 3 - 1).hours()).unwrap();
        let text = ["Blue Bike", "blue", "a bike, \"blue\" & #1", "красный 🚲", "x%y_z"][records.len() % 5];
        let mut patch = Patch::<Everything>::new()
            .set(Everything::SHORT, text)
            .set(Everything::PARAGRAPH, format!("{text}\nsecond line"))
            .set(Everything::RICH, format!("<b>{text}</b>"))
            .set(Everything::WHOLE, number * 10)
            .set(Everything::FLOAT, 2.5)
            .set(Everything::MONEY, rust_decimal::Decimal::new(number * 150, 2))
            .set(Everything::YES, number % 2 == 0)
            .set(Everything::MOMENT, moment)
            .set(Everything::DAY, moment.date())
            .set(Everything::BRITISH, moment)
            .set(Everything::COLOR, if number % 3 == 0 { Color::Red } else { Color::LightBlue })
            .set(
                Everything::COLORS,
                if number % 4 == 0 { vec![Color::Red] } else { vec![Color::Red, Color::LightBlue] },
            )
            .set(Everything::NAME, PersonName::new("Ann", format!("Berg{number}")))
            .set(Everything::EMAIL, format!("ann{number}@example.com").as_str())
            .set(Everything::PHONE, format!("555-01{number:02}"))
            .set(Everything::LINK, WebAddress::from(format!("https://example.com/{number}")))
            .set(Everything::RATING, f64::from(u8::try_from(number % 6).unwrap()))
            .set(
                Everything::TIMER,
                WorkLog::new([(moment, moment.checked_add(SignedDuration::from_mins(number)).unwrap())]),
            )
            .set(Everything::ONE, parts[records.len() % 2])
            .set(Everything::MANY, parts[..=records.len() % 2].to_vec());
        if number % 2 == 0 {
            let degrees = f64::from(u8::try_from(number).unwrap());
            patch = patch.set(
                Everything::ADDRESS,
                PostalAddress {
                    city: format!("Town {number}"),
                    coordinates: Some(Coordinates { latitude: 59.91 + degrees / 10.0, longitude: 10.75 }),
                    ..PostalAddress::default()
                },
            );
        }
        records.push(Everything::create(&knack, &patch).await.unwrap());
    }
    records.push(Everything::create(&knack, &Patch::<Everything>::new()).await.unwrap());
    Scene { local, knack, records, parts }
}

impl Scene {
    /// Asks for what passes `filter` and holds it against what passes `test`; some must, and some not.
    async fn agree(&self, filter: impl IntoFilter<Object>, test: impl Fn(&Everything) -> bool) {
        let filter: Filter<Object> = filter.into_filter();
        let asked = format!("{filter:?}");
        let found = Everything::list(&self.knack).filter(filter.clone()).all().await.unwrap();
        let wanted: Vec<_> =
            self.records.iter().filter(|record| test(record)).map(|record| record.number).collect();
        assert_eq!(found.iter().map(|record| record.number).collect::<Vec<_>>(), wanted, "{asked}");
        assert!(!wanted.is_empty() && wanted.len() < self.records.len(), "{asked} tells nothing: {wanted:?}");
        let count = Everything::list(&self.knack).filter(filter).count().await.unwrap();
        assert_eq!(count, wanted.len() as u64, "{asked}");
    }
}

fn lower(text: Option<&String>) -> String {
    text.map(|text| text.to_lowercase()).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn texts() {
    let scene = scene().await;
    scene.agree(Everything::SHORT.is("BLUE"), |r| lower(r.short.as_ref()) == "blue").await;
    scene.agree(Everything::SHORT.is_not("blue"), |r| lower(r.short.as_ref()) != "blue").await;
    scene.agree(Everything::SHORT.contains("Bike"), |r| lower(r.short.as_ref()).contains("bike")).await;
    scene
        .agree(Everything::SHORT.contains("\"blue\" & #1"), |r| {
            lower(r.short.as_ref()).contains("\"blue\" & #1")
        })
        .await;
    scene.agree(Everything::SHORT.contains("🚲"), |r| lower(r.short.as_ref()).contains('🚲')).await;
    scene
        .agree(Everything::SHORT.does_not_contain("bike"), |r| !lower(r.short.as_ref()).contains("bike"))
        .await;
    scene.agree(Everything::SHORT.starts_with("x%"), |r| lower(r.short.as_ref()).starts_with("x%")).await;
    scene.agree(Everything::PARAGRAPH.ends_with("second line"), |r| r.paragraph.is_some()).await;
    scene
        .agree(Everything::PARAGRAPH.starts_with("blue"), |r| lower(r.paragraph.as_ref()).starts_with("blue"))
        .await;
    scene.agree(Everything::RICH.contains("<B>x"), |r| lower(r.rich.as_ref()).contains("<b>x")).await;
    scene.agree(Everything::SHORT.is_blank(), |r| r.short.is_none()).await;
    scene.agree(Everything::SHORT.is_not_blank(), |r| r.short.is_some()).await;
    scene.agree(Everything::FORMULA.ends_with("8: a b"), |r| r.formula.ends_with("8: a b")).await;
    scene.agree(Everything::NAME.is("Ann Berg3"), |r| r.number == 4).await;
    scene
        .agree(Everything::NAME.contains("berg1"), |r| {
            r.name.as_ref().is_some_and(|n| n.last.starts_with("Berg1"))
        })
        .await;
    scene.agree(Everything::EMAIL.ends_with("3@EXAMPLE.com"), |r| [4, 14].contains(&r.number)).await;
    scene.agree(Everything::EMAIL.is(EmailAddress::from("ann3@example.com")), |r| r.number == 4).await;
    scene.agree(Everything::PHONE.contains("0107"), |r| r.number == 8).await;
    scene.agree(Everything::LINK.is("https://example.com/5"), |r| r.number == 6).await;
    scene.agree(Everything::LINK.is_not_blank(), |r| r.link.is_some()).await;
    scene
        .agree(Everything::ADDRESS.contains("town 1"), |r| {
            r.address.as_ref().is_some_and(|a| a.city.starts_with("Town 1"))
        })
        .await;
    scene.agree(Everything::ADDRESS.is_blank(), |r| r.address.is_none()).await;
}

#[tokio::test(start_paused = true)]
async fn numbers_choices_and_connections() {
    let scene = scene().await;
    scene.agree(Everything::WHOLE.is(30), |r| r.whole == Some(30)).await;
    scene.agree(Everything::WHOLE.is(30_usize), |r| r.whole == Some(30)).await;
    scene.agree(Everything::WHOLE.higher_than(30_i8), |r| r.whole.is_some_and(|n| n > 30)).await;
    scene.agree(Everything::WHOLE.is_not(30), |r| r.whole != Some(30)).await;
    scene.agree(Everything::WHOLE.higher_than(95.5), |r| r.whole.is_some_and(|n| n > 95)).await;
    scene.agree(Everything::WHOLE.lower_than(20), |r| r.whole.is_some_and(|n| n < 20)).await;
    scene.agree(Everything::WHOLE.is_blank(), |r| r.whole.is_none()).await;
    scene.agree(Everything::FLOAT.is(rust_decimal::Decimal::new(25, 1)), |r| r.float.is_some()).await;
    scene.agree(Everything::MONEY.is(4.5), |r| r.number == 4).await;
    scene
        .agree(Everything::MONEY.higher_than(rust_decimal::Decimal::new(1_000, 2)), |r| {
            r.money.is_some_and(|m| m > 10.into())
        })
        .await;
    scene.agree(Everything::NUMBER.lower_than(4), |r| r.number < 4).await;
    scene.agree(Everything::DOUBLE.higher_than(100), |r| r.double.is_some_and(|d| d > 100.0)).await;
    scene.agree(Everything::RATING.is(3), |r| r.rating == Some(3.0)).await;
    scene
        .agree(Everything::TIMER.higher_than(5 * 60_000), |r| {
            r.timer.as_ref().is_some_and(|t| t.total().as_mins() > 5)
        })
        .await;
    scene.agree(Everything::TIMER.is_not_blank(), |r| r.timer.is_some()).await;
    scene.agree(Everything::YES.is(true), |r| r.yes).await;
    scene.agree(Everything::YES.is_not(true), |r| !r.yes).await;

    scene.agree(Everything::COLOR.is(Color::Red), |r| r.color == Some(Color::Red)).await;
    scene.agree(Everything::COLOR.is_not(&Color::Red), |r| r.color != Some(Color::Red)).await;
    scene
        .agree(Everything::COLOR.is_any([Color::LightBlue, Color::Other("?".into())]), |r| {
            r.color == Some(Color::LightBlue)
        })
        .await;
    scene
        .agree(Everything::COLORS.contains(Color::LightBlue), |r| r.colors.contains(&Color::LightBlue))
        .await;
    scene
        .agree(Everything::COLORS.does_not_contain("Light \"Blue\" & <more>"), |r| {
            !r.colors.contains(&Color::LightBlue)
        })
        .await;
    scene.agree(Everything::COLORS.is_blank(), |r| r.colors.is_empty()).await;

    let [bell, chain] = scene.parts[..] else { panic!("two parts") };
    let has = |record: &Everything, id| record.many.iter().any(|link| link.id() == id);
    scene.agree(Everything::ONE.is(bell), |r| r.one == Some(Link::to(bell))).await;
    scene.agree(Everything::ONE.is_not(Link::<Part>::to(bell)), |r| r.one != Some(Link::to(bell))).await;
    scene.agree(Everything::MANY.is([bell, chain]), |r| has(r, bell) && has(r, chain)).await;
    scene.agree(Everything::MANY.is([Link::<Part>::to(bell)]), |r| has(r, bell) && !has(r, chain)).await;
    scene.agree(Everything::MANY.contains(chain), |r| has(r, chain)).await;
    scene.agree(Everything::MANY.contains(vec![bell, chain]), |r| has(r, bell) && has(r, chain)).await;
    scene.agree(Everything::MANY.does_not_contain(chain), |r| !has(r, chain)).await;
    scene.agree(Everything::MANY.is_any([chain, RecordId::from_bytes([9; 12])]), |r| has(r, chain)).await;
    scene.agree(Everything::MANY.is_blank(), |r| r.many.is_empty()).await;
    for blank in [Everything::FILE.is_not_blank(), Everything::UPLOAD.is_not_blank()] {
        assert_eq!(Everything::list(&scene.knack).filter(blank).count().await.unwrap(), 0);
    }
    assert_eq!(
        Everything::list(&scene.knack).filter(Everything::SIGNATURE.is_blank()).count().await.unwrap(),
        18
    );

    let ann: Account =
        Account::create(&scene.knack, &Patch::<Account>::new().set(Account::ROLES, [ProfileKey::new(4)]))
            .await
            .unwrap();
    for (filter, found) in [
        (Account::ROLES.contains(ProfileKey::new(4)), 1),
        (Account::ROLES.is_any([ProfileKey::new(4), ProfileKey::new(5)]), 1),
        (Account::ROLES.does_not_contain("profile_4"), 0),
        (Account::ROLES.is(ProfileKey::new(5)), 0),
        (Account::ROLES.is_not_blank(), 1),
    ] {
        assert_eq!(Account::list(&scene.knack).filter(filter).count().await.unwrap(), found);
    }
    assert_eq!(ann.roles, [ProfileKey::new(4)]);
    let id = scene.local.ids("object_3")[0].parse().unwrap();
    let cleared = Account::update(&scene.knack, id, Patch::new().clear(Account::ROLES)).await.unwrap();
    assert_eq!(cleared.roles, []);
    assert_eq!(Account::list(&scene.knack).filter(Account::ROLES.is_blank()).count().await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn dates() {
    let scene = scene().await;
    let today = NOW.date();
    let day = |r: &Everything| r.day;
    let on =
        |test: fn(Date, Date) -> bool| move |r: &Everything| day(r).is_some_and(|day| test(day, NOW.date()));
    scene.agree(Everything::DAY.is(today), on(|day, today| day == today)).await;
    scene.agree(Everything::DAY.is_not(today), |r| r.day != Some(today)).await;
    scene.agree(Everything::DAY.is_before(today), on(|day, today| day < today)).await;
    scene.agree(Everything::DAY.is_after(today), on(|day, today| day > today)).await;
    scene.agree(Everything::DAY.is_today(), on(|day, today| day == today)).await;
    scene.agree(Everything::DAY.is_today_or_before(), on(|day, today| day <= today)).await;
    scene.agree(Everything::DAY.is_today_or_after(), on(|day, today| day >= today)).await;
    scene.agree(Everything::DAY.is_before_today(), on(|day, today| day < today)).await;
    scene.agree(Everything::DAY.is_after_today(), on(|day, today| day > today)).await;
    scene.agree(Everything::DAY.is_blank(), |r| r.day.is_none()).await;
    scene.agree(Everything::MOMENT.is_after(NOW), |r| r.moment.is_some_and(|m| m > NOW)).await;
    scene.agree(Everything::MOMENT.is_before_current_time(), |r| r.moment.is_some_and(|m| m < NOW)).await;
    scene.agree(Everything::MOMENT.is_after_current_time(), |r| r.moment.is_some_and(|m| m > NOW)).await;
    // A field that shows the day first is asked in the same order as all.
    scene
        .agree(Everything::BRITISH.is_before(date(2026, 3, 9)), |r| {
            r.british.is_some_and(|m| m.date() < date(2026, 3, 9))
        })
        .await;

    let within = |first: Date, behind: Date| {
        move |r: &Everything| r.day.is_some_and(|day| first <= day && day < behind)
    };
    let earlier = |behind: Date| move |r: &Everything| r.day.is_some_and(|day| day < behind);
    let later = |first: Date| move |r: &Everything| r.day.is_some_and(|day| day >= first);
    let (sunday, march, year) = (date(2026, 3, 8), date(2026, 3, 1), date(2026, 1, 1));
    scene.agree(Everything::DAY.is_during_the_current(Unit::Week), within(sunday, date(2026, 3, 15))).await;
    scene.agree(Everything::DAY.is_during_the_current(Unit::Month), within(march, date(2026, 4, 1))).await;
    scene.agree(Everything::DAY.is_during_the_current(Unit::Quarter), within(year, date(2026, 4, 1))).await;
    scene.agree(Everything::DAY.is_during_the_current(Unit::Year), within(year, date(2027, 1, 1))).await;
    scene
        .agree(Everything::DAY.is_during_the_previous(3, Units::Months), within(date(2025, 12, 1), march))
        .await;
    scene
        .agree(Everything::DAY.is_during_the_previous(7, Units::Days), within(date(2026, 3, 4), today))
        .await;
    scene
        .agree(
            Everything::DAY.is_during_the_next(2, Units::Weeks),
            within(date(2026, 3, 15), date(2026, 3, 29)),
        )
        .await;
    scene
        .agree(
            Everything::DAY.is_during_the_next(1, Units::Years),
            within(date(2027, 1, 1), date(2028, 1, 1)),
        )
        .await;
    scene.agree(Everything::DAY.is_before_the_previous(1, Units::Months), earlier(date(2026, 2, 1))).await;
    scene.agree(Everything::DAY.is_after_the_next(1, Units::Months), later(date(2026, 5, 1))).await;
}

/// A record at this time of the day, asked about by moments, times and instants.
#[tokio::test(start_paused = true)]
async fn seconds_times_and_instants() {
    let local = everything().strict_filters(true).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let noon = date(2026, 7, 1).at(12, 0, 0, 0);
    let instant = |text: &str| InZone::<Central>::from(text.parse::<Timestamp>().unwrap());
    let new = Patch::<Everything>::new()
        .set(Everything::MOMENT, noon)
        .set(Everything::TIME, noon.time())
        .set(Everything::INSTANT, instant("2026-07-01T17:00:00Z"));
    let made: Everything = Everything::create(&knack, &new).await.unwrap();
    let found = async |rule: Rule<Object>| Everything::list(&knack).filter(rule).count().await;

    let half_past = noon.checked_add(30.seconds()).unwrap();
    for (rule, count) in [
        (Everything::MOMENT.is(noon), 1),
        (Everything::MOMENT.is_before(noon), 0),
        (Everything::MOMENT.is_before(half_past), 1),
        (Everything::MOMENT.is_after(half_past), 0),
        (Everything::MOMENT.is_after(noon.checked_sub(1.second()).unwrap()), 1),
        (Everything::TIME.is(time(12, 0, 0, 0)), 1),
        (Everything::TIME.is_before(time(12, 0, 0, 0)), 0),
        (Everything::TIME.is_before(time(12, 0, 1, 0)), 1),
        (Everything::TIME.is_after(time(11, 59, 59, 0)), 1),
        (Everything::INSTANT.is(instant("2026-07-01T17:00:00Z")), 1),
        (Everything::INSTANT.is(made.instant.as_ref().unwrap()), 1),
        (Everything::INSTANT.is_before(instant("2026-07-01T17:00:01Z")), 1),
        (Everything::INSTANT.is_after(instant("2026-07-01T17:00:01Z")), 0),
    ] {
        let asked = format!("{rule:?}");
        assert_eq!(found(rule).await.unwrap(), count, "{asked}");
    }

    let calls = local.calls();
    for (rule, why) in [
        (Everything::MOMENT.is(half_past), "leave the seconds out, or ask `is_after` and `is_before`"),
        (Everything::MOMENT.is_not(half_past), "leave the seconds out"),
        (Everything::INSTANT.is_before(instant("2026-11-01T06:30:00Z")), "was twice"),
    ] {
        let error = found(rule).await.unwrap_err().to_string();
        assert!(error.contains("cannot be asked: the value is") && error.contains(why), "{error}");
    }
    assert_eq!(local.calls(), calls, "what is refused costs no call");
}

#[tokio::test(start_paused = true)]
async fn long_spans_reach_as_far_as_they_say() {
    let local = everything()
        .starts_at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW_UNIX))
        .strict_filters(true)
        .build()
        .unwrap();
    let knack = client_of(&local).build().unwrap();
    let day = NOW.date().checked_sub(2_000.days()).unwrap();
    let new = Patch::<Everything>::new().set(Everything::DAY, day);
    let _: Everything = Everything::create(&knack, &new).await.unwrap();
    for (rule, count) in [
        (Everything::DAY.is_during_the_previous(5_000, Units::Days), 1),
        (Everything::DAY.is_during_the_previous(1_999, Units::Days), 0),
        (Everything::DAY.is_before_the_previous(1_999, Units::Days), 1),
        (Everything::DAY.is_before_the_previous(5_000, Units::Days), 0),
        (Everything::DAY.is_during_the_previous(u32::MAX, Units::Years), 1),
    ] {
        assert_eq!(Everything::list(&knack).filter(rule).count().await.unwrap(), count);
    }
}

/// What Knack would answer with everything, or with what is blank, is not asked.
#[tokio::test(start_paused = true)]
async fn filters_that_ask_nothing_are_refused() {
    let local = everything().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    for rule in [
        Everything::SHORT.is(""),
        Everything::SHORT.is_not(" "),
        Everything::SHORT.contains(""),
        Everything::SHORT.does_not_contain(""),
        Everything::SHORT.starts_with(""),
        Everything::SHORT.ends_with("  "),
        Everything::COLOR.is(Color::Other(String::new())),
        Everything::COLOR.is_any([Color::Red, Color::Other(" ".into())]),
        Everything::EMAIL.is(EmailAddress::from("")),
        Everything::MANY.is(Vec::<RecordId>::new()),
    ] {
        let error = Everything::list(&knack).filter(rule).all().await.unwrap_err().to_string();
        assert!(error.contains("the value is empty; `is_blank` and `is_not_blank` ask for"), "{error}");
    }
    assert_eq!(local.calls(), 0);
}

/// No units, no place and none of any values: nothing of it is sent.
#[tokio::test(start_paused = true)]
async fn filters_that_can_find_nothing_are_refused() {
    let local = everything().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let no_units = "is of no units";
    let no_place = "is near no place, or within no distance of one";
    let no_values = "asks for one of no values";
    for (rule, why) in [
        (Everything::DAY.is_during_the_previous(0, Units::Days), no_units),
        (Everything::DAY.is_during_the_next(0, Units::Weeks), no_units),
        (Everything::DAY.is_before_the_previous(0, Units::Months), no_units),
        (Everything::DAY.is_after_the_next(0, Units::Years), no_units),
        (Everything::ADDRESS.near("", Distance::Miles(20)), no_place),
        (Everything::ADDRESS.near(" ", Distance::Kilometers(20)), no_place),
        (Everything::ADDRESS.near("Oslo", Distance::Miles(0)), no_place),
        (Everything::COLOR.is_any::<Color>([]), no_values),
        (Everything::MANY.is_any(Vec::<RecordId>::new()), no_values),
    ] {
        let error = Everything::list(&knack).filter(rule).all().await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
    }
    let roles = Account::ROLES.is_any(None::<ProfileKey>);
    let error = Account::list(&knack).filter(roles).first().await.unwrap_err();
    assert!(error.to_string().contains(no_values), "{error}");
    let none: Any<Object> = [].into_iter().collect();
    let error = Everything::list(&knack).filter(none).count().await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("any of"), "{error}");
    assert_eq!(local.calls(), 0);
}

/// A query that no URL holds is not sent; the longest that one holds is.
#[tokio::test(start_paused = true)]
async fn queries_that_no_url_holds_are_refused() {
    let script = Script::one_page(r#"{"records":[]}"#);
    let knack = script.client();
    let list = async |length: usize| Everything::list(&knack).search("x".repeat(length)).all().await;
    list(1).await.unwrap();
    let rest = script.sent()[0].uri().query().unwrap().len() - 1;
    list(60_000 - rest).await.unwrap();
    let sent = script.sent().len();

    let error = list(60_001 - rest).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    assert!(error.to_string().contains("its query is 60001 bytes long, which no URL holds"), "{error}");
    assert_eq!(script.sent().len(), sent);
}

#[tokio::test(start_paused = true)]
async fn places_groups_and_raw_rules() {
    let scene = scene().await;
    let degree = 111.2;
    let far = |r: &Everything| {
        let place = r.address.as_ref().and_then(|a| a.coordinates);
        place.map(|place| (place.latitude - 59.91) * degree)
    };
    scene
        .agree(Everything::ADDRESS.near("Oslo", Distance::Kilometers(60)), |r| {
            far(r).is_some_and(|km| km < 60.0)
        })
        .await;
    scene
        .agree(Everything::ADDRESS.near("Oslo", Distance::Miles(60)), |r| far(r).is_some_and(|km| km < 96.5))
        .await;
    let nowhere =
        Everything::list(&scene.knack).filter(Everything::ADDRESS.near("Atlantis", Distance::Miles(9_999)));
    assert_eq!(nowhere.count().await.unwrap(), 0);

    let (low, red) = (Everything::WHOLE.lower_than(60), Everything::COLOR.is(Color::Red));
    let is_low = |r: &Everything| r.whole.is_some_and(|n| n < 60);
    let is_red = |r: &Everything| r.color == Some(Color::Red);
    scene.agree(low.clone() & red.clone(), |r| is_low(r) && is_red(r)).await;
    scene.agree(low.clone() | red.clone(), |r| is_low(r) || is_red(r)).await;
    scene
        .agree(low.clone() & red.clone() & Everything::YES.is(true), |r| is_low(r) && is_red(r) && r.yes)
        .await;
    let none: All<_> = [10, 20].into_iter().map(|n| Everything::WHOLE.is_not(n)).collect();
    scene.agree(none, |r| r.whole != Some(10) && r.whole != Some(20)).await;
    let some: Any<_> = [10, 20].into_iter().map(|n| Everything::WHOLE.is(n)).collect();
    scene.agree(some, |r| r.whole == Some(10) || r.whole == Some(20)).await;

    scene
        .agree(Rule::raw(json!({"field": "field_7", "operator": "is", "value": "30"})) | red, |r| {
            r.whole == Some(30) || is_red(r)
        })
        .await;
    let nested = json!({"match": "or", "rules": [{"field": "field_7", "operator": "is", "value": 30}], "groups": [
        [{"field": "field_6", "operator": "is", "value": "Yes"}, {"field": "field_7", "operator": "lower than", "value": 60}]]});
    scene.agree(Filter::raw(nested), |r| r.whole == Some(30) || (r.yes && is_low(r))).await;
    let odd = Rule::raw(json!({"field": "field_7", "operator": "is prime"}));
    let error = Everything::list(&scene.knack).filter(odd).all().await.unwrap_err();
    assert!(error.to_string().contains("is prime"), "{error}");
}

/// `&`, `#`, quotes, emoji and 6 KB of text arrive as they are: in the same process and over a socket.
#[tokio::test]
async fn long_and_hostile_filters_arrive_whole() {
    let local = everything().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let server = local.serve().await.unwrap();
    let socket = Client::builder(local.application_id())
        .api_key(local.api_key())
        .base_url(format!("{}/v1", server.url()));
    let socket = socket.build().unwrap();
    for text in ["a&b=c#d", "say \"hi\" \\ 'x' %22", "naïve 🚲 \u{202e} ?q=1", &"0123456789ab".repeat(500)]
    {
        let new = Patch::<Everything>::new().set(Everything::SHORT, text).set(Everything::WHOLE, 7);
        let made: Everything = Everything::create(&knack, &new).await.unwrap();
        for client in [&knack, &socket] {
            let filter = Everything::SHORT.is(text) & Everything::WHOLE.is(7);
            let found = Everything::list(client).filter(filter).all().await.unwrap();
            assert_eq!(found.iter().map(|record| record.id).collect::<Vec<_>>(), [made.id]);
        }
    }
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn sorts_and_searches() {
    let scene = scene().await;
    let by = async |sort| {
        let sorted = Everything::list(&scene.knack)
            .filter(Everything::SHORT.is_not_blank())
            .sort(sort)
            .all()
            .await
            .unwrap();
        sorted.into_iter().map(|record| record.number).collect::<Vec<_>>()
    };
    let ascending = by(Everything::MOMENT.asc()).await;
    assert!(ascending.is_sorted_by_key(|number| scene.records[usize::try_from(*number).unwrap() - 1].moment));
    let mut descending = by(Everything::MONEY.desc()).await;
    descending.reverse();
    assert!(descending.is_sorted());

    let found = async |text: &str| {
        let found = Everything::list(&scene.knack).search(text).all().await.unwrap();
        found.into_iter().map(|record| record.number).collect::<Vec<_>>()
    };
    assert_eq!(found("КРАСНЫЙ 🚲").await, [4, 9, 14]);
    assert_eq!(found("\"blue\" & #1").await, [3, 8, 13]);
    assert_eq!(found("second line").await, [0; 0], "in a field that is not searchable");
    let parts = Part::list(&scene.knack).search("no such text").all().await.unwrap();
    assert_eq!(parts.len(), 2, "ignored in an object without searchable fields");
}
