//! Every kind, written and read back through the local Knack.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday, date, time};
use knack_runtime::cell::Cell;
use knack_runtime::key::{AssetId, ProfileKey};
use knack_runtime::kind::Unknown;
use knack_runtime::query::Format;
use knack_runtime::value::{
    AccountStatus, Coordinates, Drawing, Ends, Frequency, FromField, Html, InZone, Json, Period, PersonName,
    PhoneNumber, Picture, PostalAddress, Repeat, WebAddress, WorkLog,
};
use knack_runtime::{Client, KnackObject, Link, Patch, RecordId};
use knack_tests::client_of;
use knack_tests::everything::{Account, Central, Color, Everything, NewEverything, Part, everything};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::json;

mod strategies;

use strategies::*;

/// What stands for a password in an answer, whatever it is.
fn stars() -> Json {
    Json::new(&json!("**********"))
}

trait Unambiguous {
    fn is_unambiguous(&self) -> bool;
}

impl Unambiguous for jiff::tz::AmbiguousOffset {
    fn is_unambiguous(&self) -> bool {
        matches!(self, Self::Unambiguous { .. })
    }
}

/// Holds what was read against what was written, field by field.
fn same(read: &Everything, written: &NewEverything) {
    assert_eq!(read.short, written.short);
    assert_eq!(read.paragraph, written.paragraph);
    assert_eq!(read.rich, written.rich);
    assert_eq!(read.color, written.color);
    assert_eq!(read.colors, written.colors);
    assert_eq!(read.yes, written.yes);
    assert_eq!(read.whole, written.whole);
    assert_eq!(read.float, written.float);
    assert_eq!(read.money, written.money);
    assert_eq!(read.day, written.day);
    assert_eq!(read.moment, written.moment);
    assert_eq!(read.time, written.time);
    assert_eq!(read.period, written.period);
    assert_eq!(read.british, written.british);
    assert_eq!(read.instant, written.instant);
    assert_eq!(read.timer, written.timer);
    assert_eq!(read.name, written.name);
    assert_eq!(read.email, written.email);
    let phone = |phone: &Option<PhoneNumber>| {
        phone.clone().map(|phone| {
            let shown = if phone.formatted.is_empty() { phone.digits.clone() } else { phone.formatted };
            (shown, phone.digits, phone.extension)
        })
    };
    assert_eq!(phone(&read.phone), phone(&written.phone));
    assert_eq!(read.address, written.address);
    assert_eq!(read.link, written.link);
    assert_eq!(read.file.as_ref().map(|file| file.id), written.file);
    let id = |picture: &Picture| match picture {
        Picture::Uploaded(file) => Some(file.id),
        Picture::Web(_) => None,
    };
    assert_eq!(read.upload.as_ref().and_then(id), written.upload);
    assert_eq!(read.picture, written.picture);
    assert_eq!(read.signature, written.signature);
    assert_eq!(read.rating, written.rating);
    assert_eq!(read.one, written.one);
    assert_eq!(read.many, written.many);
    assert_eq!(read.hologram, written.hologram);
    assert_eq!(read.double, written.whole.map_or(Some(0.0), |whole| Some(precise(whole) * 2.0)));
    if let (Some(day), Some(moment)) = (written.day, written.moment) {
        let lasted = moment.duration_since(day.at(0, 0, 0, 0));
        // Equations keep 14 digits, as recorded ones do.
        assert!(
            (read.lasted.unwrap().as_secs_f64() - lasted.as_secs_f64()).abs() <= 1.0,
            "{:?} {lasted:?}",
            read.lasted
        );
    }
}

fn precise(whole: i64) -> f64 {
    // Within 2^53: the strategies draw no larger number.
    #[allow(clippy::cast_precision_loss)]
    let float = whole as f64;
    float
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test);
}

fn local() -> (knack_emulator::Emulator, Client) {
    let local = everything().daily_calls(1_000_000).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    (local, knack)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    /// Created, got, listed in both formats, patched into another record: always the same values.
    #[test]
    fn what_is_written_is_read_back(new in new_everything()) {
        run(async move {
            let (_local, knack) = local();
            let made: Everything = Everything::create(&knack, &new).await.unwrap();
            same(&made, &new);
            assert_eq!(Everything::get(&knack, made.id).await.unwrap(), made);
            for format in [Format::Raw, Format::Both] {
                let listed = Everything::list(&knack).format(format).all().await.unwrap();
                assert_eq!(listed, std::slice::from_ref(&made));
            }
            let blank: Everything = Everything::create(&knack, &Patch::<Everything>::new()).await.unwrap();
            let patched = Everything::update(&knack, blank.id, patch(&new)).await.unwrap();
            same(&patched, &new);
        });
    }

    /// Connected in any order and number: created, listed in both formats and set anew, always the same.
    #[test]
    fn connections_are_read_back(first in some_of(5), then in some_of(5)) {
        run(async move {
            let (_local, knack) = local();
            let mut parts = Vec::new();
            for number in 0..5 {
                let new = Patch::<Part>::new().set(Part::NAME, format!("part {number}"));
                parts.push(Part::create(&knack, &new).await.map(|part: Part| Link::<Part>::to(part.id)).unwrap());
            }
            let links = |chosen: &[usize]| chosen.iter().map(|&at| parts[at].clone()).collect::<Vec<_>>();
            let set = |chosen: &[usize]| {
                let patch = Patch::<Everything>::new().set(Everything::MANY, links(chosen));
                match chosen.first() {
                    Some(&at) => patch.set(Everything::ONE, &parts[at]),
                    None => patch.clear(Everything::ONE),
                }
            };
            let connected = |record: &Everything, chosen: &[usize]| {
                assert_eq!((&record.many, &record.one), (&links(chosen), &links(chosen).first().cloned()));
                let labels: Vec<_> = record.many.iter().map(|link| link.label().unwrap().to_owned()).collect();
                assert_eq!(labels, chosen.iter().map(|at| format!("part {at}")).collect::<Vec<_>>());
            };
            let made: Everything = Everything::create(&knack, &set(&first)).await.unwrap();
            connected(&made, &first);
            for format in [Format::Raw, Format::Both] {
                let listed = Everything::list(&knack).format(format).all().await.unwrap();
                connected(&listed[0], &first);
            }
            connected(&Everything::update(&knack, made.id, set(&then)).await.unwrap(), &then);
        });
    }

    /// The name, the status and the roles of an account, which user objects alone have.
    #[test]
    fn accounts_are_read_back(first in account(), then in account()) {
        run(async move {
            let (local, knack) = local();
            let set = |account: &Account| {
                let patch = Patch::<Account>::new().set(Account::ROLES, &account.roles);
                let patch = match &account.name {
                    Some(name) => patch.set(Account::NAME, name),
                    None => patch.clear(Account::NAME),
                };
                match &account.status {
                    Some(status) => patch.set(Account::STATUS, status),
                    None => patch.clear(Account::STATUS),
                }
            };
            let made: Account = Account::create(&knack, &set(&first)).await.unwrap();
            assert_eq!(made, first);
            for format in [Format::Raw, Format::Both] {
                let listed = Account::list(&knack).format(format).all().await.unwrap();
                assert_eq!(listed, std::slice::from_ref(&first));
            }
            let id = local.ids("object_3")[0].parse().unwrap();
            assert_eq!(Account::update(&knack, id, set(&then)).await.unwrap(), then);
        });
    }

    /// Texts are found by what they are, whatever is in them.
    #[test]
    fn what_is_written_is_found(text in hostile()) {
        run(async move {
            let (_local, knack) = local();
            let new = Patch::<Everything>::new().set(Everything::SHORT, &text);
            let made: Everything = Everything::create(&knack, &new).await.unwrap();
            let found = Everything::list(&knack).filter(Everything::SHORT.is(&text)).all().await.unwrap();
            assert_eq!(found, [made]);
        });
    }
}

/// The same values as a patch.
fn patch(new: &NewEverything) -> Patch<Everything> {
    macro_rules! set {
        ($patch:expr, $($field:ident $handle:ident)*) => {{
            let mut patch = $patch;
            $(if let Some(value) = &new.$field {
                patch = patch.set(Everything::$handle, value);
            })*
            patch
        }};
    }
    let patch = Patch::new()
        .set(Everything::COLORS, &new.colors)
        .set(Everything::YES, new.yes)
        .set(Everything::MANY, &new.many);
    set!(patch, short SHORT paragraph PARAGRAPH rich RICH color COLOR whole WHOLE float FLOAT money MONEY day DAY
        moment MOMENT time TIME period PERIOD british BRITISH instant INSTANT timer TIMER name NAME email EMAIL
        phone PHONE address ADDRESS link LINK file FILE upload UPLOAD picture PICTURE signature SIGNATURE
        rating RATING one ONE hologram HOLOGRAM)
}

#[tokio::test(start_paused = true)]
async fn cleared_fields_are_empty_and_untouched_ones_stay() {
    let (local, knack) = local();
    let part: Part = Part::create(&knack, &Patch::<Part>::new().set(Part::NAME, "bell")).await.unwrap();
    let new = Patch::<Everything>::new()
        .set(Everything::SHORT, "stays")
        .set(Everything::COLOR, Color::Red)
        .set(Everything::COLORS, [Color::Red, Color::LightBlue])
        .set(Everything::WHOLE, 7)
        .set(Everything::EMAIL, "a@example.com")
        .set(Everything::MANY, vec![part.id])
        .set(Everything::ONE, part.id)
        .set(Everything::DAY, date(2026, 7, 15))
        .set(Everything::HOLOGRAM, Json::new(&json!({"beam": [1, null]})));
    let made: Everything = Everything::create(&knack, &new).await.unwrap();
    assert_eq!(made.hologram.as_ref().unwrap().parse().unwrap(), json!({"beam": [1, null]}));
    assert_eq!(made.many[0].label(), Some("bell"));

    let cleared = Patch::new()
        .clear(Everything::COLOR)
        .clear(Everything::COLORS)
        .clear(Everything::WHOLE)
        .clear(Everything::EMAIL)
        .clear(Everything::MANY)
        .clear(Everything::DAY)
        .clear(Everything::HOLOGRAM);
    let record = Everything::update(&knack, made.id, cleared).await.unwrap();
    assert_eq!(record.short.as_deref(), Some("stays"));
    assert_eq!((record.color, record.colors, record.whole, record.email), (None, vec![], None, None));
    assert_eq!((record.many, record.day, record.hologram), (vec![], None, None));
    assert_eq!(record.one.map(|link| link.id()), Some(part.id));

    // Only what was set was sent, by key, and nothing of what Knack computes.
    let sent: serde_json::Value = serde_json::from_slice(&local.requests().last().unwrap().body).unwrap();
    let keys: Vec<_> = sent.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["field_18", "field_25", "field_35", "field_36", "field_4", "field_5", "field_7"]);
}

#[tokio::test(start_paused = true)]
async fn connections_are_set_extended_reduced_and_resolved() {
    let (local, knack) = local();
    let mut parts = Vec::new();
    for number in 0..120 {
        let new = Patch::<Part>::new()
            .set(Part::NAME, format!("part {number}"))
            .set(Part::WEIGHT, f64::from(number));
        let part: Part = Part::create(&knack, &new).await.unwrap();
        parts.push(part.id);
    }
    let made: Everything =
        Everything::create(&knack, &Patch::<Everything>::new().set(Everything::MANY, &parts[..2]))
            .await
            .unwrap();
    let calls = local.calls();
    let now = Everything::connect(&knack, made.id, Everything::MANY, &parts[1..4]).await.unwrap();
    assert_eq!((now, local.calls() - calls), (parts[..4].to_vec(), 2));
    let now = Everything::connect(&knack, made.id, Everything::MANY, &parts[..1]).await.unwrap();
    assert_eq!((now.len(), local.calls() - calls), (4, 3), "nothing new costs no write");
    let now = Everything::disconnect(&knack, made.id, Everything::MANY, &[parts[0], parts[2]]).await.unwrap();
    assert_eq!(now, [parts[1], parts[3]]);
    let read = Everything::get(&knack, made.id).await.unwrap();
    assert_eq!(read.many.iter().map(Link::id).collect::<Vec<_>>(), now);
    let nobody: RecordId = "00000000000000000000ffff".parse().unwrap();
    let error = Everything::connect(&knack, nobody, Everything::MANY, &parts[..1]).await.unwrap_err();
    assert!(matches!(error, knack_runtime::Error::NotFound { .. }), "{error:?}");

    // 120 parts, some linked to twice and one that is gone, in three calls.
    let links: Vec<Link<Part>> = parts.iter().chain(&parts[..30]).map(|id| Link::to(*id)).collect();
    Part::delete(&knack, parts[7]).await.unwrap();
    let calls = local.calls();
    let resolve = Link::resolve(&knack, &links);
    assert_eq!((resolve.records(), resolve.calls()), (120, 3));
    let resolved = resolve.await.unwrap();
    assert_eq!(local.calls() - calls, 3);
    assert_eq!(resolved.missing(), [parts[7]]);
    assert_eq!(resolved.get(&links[119]).unwrap().name, "part 119");
    assert_eq!(resolved.errors().count(), 0);
    assert_eq!(resolved.into_map().len(), 119);
    assert_eq!(links[3].fetch(&knack).await.unwrap().name, "part 3");
    assert_eq!(Link::<Part>::resolve(&knack, []).await.unwrap().into_map().len(), 0);

    // Where nothing is left at all, each list is asked about once more, and no more than that.
    let gone: Vec<Link<Part>> = (1..=120).map(|n| Link::to(RecordId::from_bytes([n; 12]))).collect();
    for (links, lists) in [(&gone[..1], 1), (&gone[..50], 1), (&gone[..51], 2), (&gone[..], 3)] {
        let calls = local.calls();
        let resolve = Link::resolve(&knack, links);
        assert_eq!((resolve.calls(), resolve.at_most()), (lists, 2 * lists));
        assert_eq!(resolve.await.unwrap().missing().len(), links.len());
        assert_eq!(local.calls() - calls, 2 * lists as u64, "{} links", links.len());
    }
    // One record that is there answers for all.
    let calls = local.calls();
    let resolve = Link::resolve(&knack, gone.iter().chain(&links[..1]));
    let expected = resolve.calls();
    assert_eq!(resolve.await.unwrap().missing().len(), gone.len());
    assert_eq!(local.calls() - calls, expected as u64);
}

/// What a field may be set to, and why it is refused before anything is sent.
#[tokio::test(start_paused = true)]
async fn what_would_be_read_back_as_another_is_not_sent() {
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_1")]
    struct Exact {
        #[knack(key = "field_8", kind = "number")]
        number: Option<Decimal>,
        #[knack(key = "field_9", kind = "currency")]
        money: Option<Decimal>,
    }

    let (local, knack) = local();
    let day = Period::at(date(2026, 3, 9).at(9, 0, 0, 0));
    let repeat = |repeat: Repeat| Period { repeat: Some(repeat), ..day.clone() };
    let never = repeat(Repeat { ends: Ends::After(0), ..Repeat::every(Frequency::Daily) });
    let nowhere = repeat(Repeat { interval: 0, ..Repeat::every(Frequency::Daily) });
    let phone = PhoneNumber { extension: Some("7".into()), ..PhoneNumber::default() };
    let patch = Patch::<Everything>::new;
    for (patch, why) in [
        (patch().set(Everything::FLOAT, Decimal::MAX), "some 15 digits"),
        (patch().set(Everything::FLOAT, Decimal::ONE / Decimal::from(3)), "round_sf"),
        (patch().set(Everything::PERIOD, never), "repeated 0 times"),
        (patch().set(Everything::PERIOD, nowhere), "steps of 0"),
        (patch().set(Everything::PHONE, phone), "clear it"),
    ] {
        let error = Everything::create(&knack, &patch).await.map(|_: Everything| ()).unwrap_err();
        assert!(matches!(error, knack_runtime::Error::Invalid { .. }), "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert_eq!(local.calls(), 0);

    let digits = PhoneNumber { digits: "5551234".into(), ..PhoneNumber::default() };
    let new = patch().set(Everything::PHONE, digits).set(Everything::TIMER, WorkLog::default());
    let made: Everything = Everything::create(&knack, &new).await.unwrap();
    assert_eq!((made.phone.unwrap().digits.as_str(), made.timer), ("5551234", None));

    for (sent, kept) in [
        ("99999999999999.99", "99999999999999.99"),
        ("90071992547409.93", "90071992547409.93"),
        ("2.675", "2.68"),
        ("0.005", "0.01"),
        ("-2.674999", "-2.67"),
    ] {
        let sent: Decimal = sent.parse().unwrap();
        let new = Patch::<Exact>::new().set(Exact::MONEY, sent).set(Exact::NUMBER, Decimal::new(2_675, 3));
        let made: Exact = Exact::create(&knack, &new).await.unwrap();
        assert_eq!(made.money, Some(kept.parse().unwrap()));
        assert_eq!(made.number, Some(Decimal::new(2_675, 3)));
    }
}

#[tokio::test(start_paused = true)]
async fn json_is_sent_as_it_came() {
    let (local, knack) = local();
    let text = r#"{ "z": 12345678901234567890.10, "a": [8.533e+68, 123456789012345678901] }"#;
    let beam = <Json as FromField<Unknown>>::from_field(Cell::new(text.as_bytes())).unwrap();
    let new = Patch::<Everything>::new().set(Everything::HOLOGRAM, beam);
    let _: Everything = Everything::create(&knack, &new).await.unwrap();
    let sent = local.requests().last().unwrap().body.clone();
    assert_eq!(std::str::from_utf8(&sent).unwrap(), format!(r#"{{"field_36":{text}}}"#));

    let nested = Json::new(&json!({"a": {"b": ""}}));
    let new = Patch::<Everything>::new().set(Everything::HOLOGRAM, &nested);
    let made: Everything = Everything::create(&knack, &new).await.unwrap();
    assert_eq!(made.hologram, Some(nested));
}

#[tokio::test(start_paused = true)]
async fn labels_are_the_texts_that_they_were() {
    let (_local, knack) = local();
    for name in ["<Ann>", "x<y and z>w", "AT&T; R&amp;D", "5 < 6 > 4"] {
        let part: Part = Part::create(&knack, &Patch::<Part>::new().set(Part::NAME, name)).await.unwrap();
        let new = Patch::<Everything>::new().set(Everything::ONE, part.id);
        let made: Everything = Everything::create(&knack, &new).await.unwrap();
        assert_eq!(made.one.unwrap().label(), Some(name));
    }
}

#[tokio::test(start_paused = true)]
async fn totals_formulas_and_numbers_are_computed() {
    let (_local, knack) = local();
    let first: Everything =
        Everything::create(&knack, &Patch::<Everything>::new().set(Everything::SHORT, "alphabet"))
            .await
            .unwrap();
    let second: Everything = Everything::create(&knack, &Patch::<Everything>::new()).await.unwrap();
    assert_eq!((first.number, second.number), (1, 2));
    assert_eq!(first.formula, "No. 1: alp");
    assert_eq!((first.count, first.sum), (0, 0.0));
    // Of nothing there is no least, however it is asked for.
    assert_eq!((first.average, first.min, first.max), (None, None, None));
    let blank = Everything::list(&knack).filter(Everything::MIN.is_blank());
    let found: Vec<_> =
        blank.all().await.unwrap().into_iter().map(|record| (record.id, record.min)).collect();
    assert_eq!(found, [(first.id, None), (second.id, None)]);
    for weight in [2.0, 3.5, 0.5] {
        let part = Patch::<Part>::new().set(Part::WEIGHT, weight).set(Part::WHOLE, first.id);
        let _: Part = Part::create(&knack, &part).await.unwrap();
    }
    let now = Everything::get(&knack, first.id).await.unwrap();
    assert_eq!(
        (now.count, now.sum, now.average, now.min, now.max),
        (3, 6.0, Some(2.0), Some(0.5), Some(3.5))
    );
    assert_eq!(Everything::get(&knack, second.id).await.unwrap().count, 0);
}

#[tokio::test(start_paused = true)]
async fn accounts_have_roles_a_status_and_a_password_that_is_never_seen() {
    use secrecy::SecretString;

    let (_local, knack) = local();
    let patch = Patch::<Account>::new()
        .set(Account::NAME, PersonName::new("Ann", "Berg"))
        .set(Account::PASSWORD, SecretString::from("hunter2"))
        .set(Account::STATUS, AccountStatus::PendingApproval)
        .set(Account::ROLES, [ProfileKey::new(4), ProfileKey::ALL_USERS]);
    assert!(!format!("{patch:?}").contains("hunter2"), "{patch:?}");
    let ann: Account = Account::create(&knack, &patch).await.unwrap();
    assert_eq!(ann.status, Some(AccountStatus::PendingApproval));
    assert_eq!(ann.roles, [ProfileKey::new(4), ProfileKey::ALL_USERS]);
    assert_eq!(ann.password, Some(stars()));
    let found =
        Account::list(&knack).filter(Account::ROLES.contains(ProfileKey::new(4))).count().await.unwrap();
    assert_eq!(found, 1);
}

#[tokio::test(start_paused = true)]
async fn html_comes_on_request_alone() {
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_1")]
    struct Shown {
        #[knack(key = "field_25", kind = "email")]
        email: Html,
        #[knack(key = "field_7", kind = "number")]
        whole: Html,
        #[knack(key = "field_1", kind = "short_text")]
        nothing: Option<Html>,
    }

    let (_local, knack) = local();
    let new = Patch::<Everything>::new().set(Everything::EMAIL, "a@example.com").set(Everything::WHOLE, 7);
    let _: Everything = Everything::create(&knack, &new).await.unwrap();
    let error = Shown::list(&knack).first().await.unwrap_err();
    assert!(error.to_string().contains("ask for both: `.format(Format::Both)`"), "{error}");
    let shown = Shown::list(&knack).format(Format::Both).first().await.unwrap().unwrap();
    assert_eq!(shown.email.untrusted(), "<a href=\"mailto:a@example.com\">a@example.com</a>");
    assert_eq!((shown.whole.untrusted(), shown.nothing), ("7", None));
}

#[tokio::test(start_paused = true)]
async fn instants_keep_their_hour_and_gaps_are_told() {
    let (_local, knack) = local();
    // By the wall clock half past one came twice on this night. The local Knack keeps the first, as the
    // `proper_` twins tell; the second cannot be written.
    let [first, second]: [InZone<Central>; 2] = ["2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"]
        .map(|at| at.parse::<jiff::Timestamp>().unwrap().into());
    for at in [&first, &second] {
        let error =
            Everything::create(&knack, &Patch::<Everything>::new().set(Everything::INSTANT, at)).await;
        let error = error.map(|_: Everything| ()).unwrap_err().to_string();
        assert!(error.contains("was twice in America/Chicago"), "{error}");
    }
    let summer: InZone<Central> = "2026-07-01T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
    let made: Everything =
        Everything::create(&knack, &Patch::<Everything>::new().set(Everything::INSTANT, &summer))
            .await
            .unwrap();
    assert_eq!(made.instant, Some(summer));
}

#[tokio::test(start_paused = true)]
async fn what_knack_refuses_names_the_fields_of_the_struct() {
    let (_local, knack) = local();
    let wrong = Patch::<Everything>::new().set(Everything::EMAIL, "nobody").set(Everything::PHONE, "none");
    let error = Everything::create(&knack, &wrong).await.map(|_: Everything| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "create of `Everything` (object_1) has wrong values (Knack refused it): `email` (field_25): Email must be a valid \
         email address.; `phone` (field_26): Phone must be a valid phone number."
    );
    let knack_runtime::Error::Validation(validation) = error else { panic!("{error:?}") };
    assert_eq!(
        validation.problems().iter().map(knack_runtime::error::Problem::field).collect::<Vec<_>>(),
        [Some("email"), Some("phone")]
    );
}
