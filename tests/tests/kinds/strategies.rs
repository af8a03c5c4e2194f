//! Values of every kind, drawn at random.

use super::*;

/// Text that breaks what quotes, counts or trusts it badly. Knack trims what it takes apart (names,
/// addresses), so those have no space around them.
pub(super) fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just("\"; DROP TABLE \\ </script><img src=x onerror=alert(1)>".to_owned()),
        Just("{field_7} %22&filters=[]#\u{0}\u{7f}\r\n\t".to_owned()),
        Just("\u{1F6B2}\u{200d}\u{fe0f} e\u{301} \u{202e}rtl".to_owned()),
        Just("null".to_owned()),
        "[a-z]{2000}",
    ]
    .prop_filter("an empty text is an empty field", |text| !text.trim().is_empty())
}

pub(super) fn trimmed() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| text.trim().to_owned())
}

pub(super) fn day() -> impl Strategy<Value = Date> {
    (1_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

pub(super) fn minute() -> impl Strategy<Value = Time> {
    (0_i8..24, 0_i8..60).prop_map(|(hour, minute)| time(hour, minute, 0, 0))
}

pub(super) fn moment() -> impl Strategy<Value = DateTime> {
    (day(), minute()).prop_map(|(day, minute)| day.to_datetime(minute))
}

pub(super) fn color() -> impl Strategy<Value = Color> {
    prop_oneof![Just(Color::Red), Just(Color::LightBlue), hostile().prop_map(Color::Other)]
}

pub(super) fn name() -> impl Strategy<Value = PersonName> {
    (trimmed(), trimmed(), trimmed(), trimmed()).prop_map(|(title, first, middle, last)| PersonName {
        title,
        first,
        middle,
        last,
    })
}

pub(super) fn address() -> impl Strategy<Value = PostalAddress> {
    let place = (-90.0..=90.0, -180.0..=180.0);
    let place = place.prop_map(|(latitude, longitude)| Coordinates { latitude, longitude });
    (hostile(), hostile(), hostile(), proptest::option::of(place)).prop_map(
        |(street, city, country, coordinates)| PostalAddress {
            street,
            city,
            country,
            coordinates,
            ..PostalAddress::default()
        },
    )
}

pub(super) fn period() -> impl Strategy<Value = Period> {
    let repeat = (0..4_usize, 1..100_u32, 0..3_u8, any::<bool>()).prop_map(
        |(frequency, interval, ends, by_weekday)| {
            let frequency =
                [Frequency::Daily, Frequency::Weekly, Frequency::Monthly, Frequency::Yearly][frequency];
            let ends = [Ends::Never, Ends::After(interval), Ends::On(date(2030, 1, 31))][usize::from(ends)];
            let weekdays = if by_weekday { vec![Weekday::Sunday, Weekday::Thursday] } else { Vec::new() };
            Repeat { interval, weekdays, by_weekday, ends, ..Repeat::every(frequency) }
        },
    );
    let hours = proptest::option::of(0..100_000_i64);
    (moment(), hours, any::<bool>(), proptest::option::of(repeat)).prop_map(
        |(start, hours, all_day, repeat)| {
            let start = if all_day { start.date().at(0, 0, 0, 0) } else { start };
            let end = hours.and_then(|hours| start.checked_add(SignedDuration::from_hours(hours)).ok());
            let end = end.filter(|end| end.year() <= 9999);
            let end = end.map(|end| if all_day { end.date().at(0, 0, 0, 0) } else { end });
            Period { start, end, all_day, repeat }
        },
    )
}

/// Amounts over the whole range, to the cent.
pub(super) fn money() -> impl Strategy<Value = Decimal> {
    let max = Decimal::MAX.mantissa();
    let any =
        (-max..=max, 0..=2_u32).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale));
    let usual = (-1_000_000_000_i64..1_000_000_000).prop_map(|cents| Decimal::new(cents, 2));
    // Where a float has no more room for cents.
    let large = (9_000_000_000_000_000_i64..99_999_999_999_999_999).prop_map(|cents| Decimal::new(cents, 2));
    prop_oneof![any, usual, large, Just(Decimal::MAX), Just(Decimal::MIN)]
}

pub(super) fn asset() -> impl Strategy<Value = AssetId> {
    "[0-9a-f]{24}".prop_map(|id| id.parse().unwrap())
}

pub(super) fn maybe<T: std::fmt::Debug>(
    strategy: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.8, strategy)
}

pub(super) fn new_everything() -> impl Strategy<Value = NewEverything> {
    let texts = (
        maybe(hostile()),
        maybe(hostile()),
        maybe(hostile()),
        maybe(color()),
        proptest::collection::vec(color(), 0..4),
    );
    let money = money();
    let float = prop_oneof![-1e9..1e9_f64, Just(0.1), Just(-1e-9), Just(1e15)];
    let numbers = (
        any::<bool>(),
        maybe(-1_000_000_000_000_i64..1_000_000_000_000),
        maybe(float),
        maybe(money),
        maybe(0..=10_u8),
    );
    let span = (moment(), 0..5_000_i64).prop_map(|(from, minutes)| {
        (from, from.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(from))
    });
    let log = proptest::collection::vec(span, 1..4).prop_map(WorkLog::new);
    let log =
        log.prop_filter("within Knack's years", |log| log.spans.iter().all(|(_, to)| to.year() <= 9999));
    let dates =
        (maybe(day()), maybe(moment()), maybe(minute()), maybe(period()), maybe(moment()), maybe(log));
    let phone = ("[0-9+() -]{1,20}[0-9]", maybe("[0-9]{1,4}"))
        .prop_map(|(number, extension)| PhoneNumber { extension, ..PhoneNumber::from(number.trim()) });
    let digits = "[0-9]{1,15}".prop_map(|digits| PhoneNumber { digits, ..PhoneNumber::default() });
    let phone = prop_oneof![phone, digits];
    let link = (trimmed(), maybe(hostile())).prop_map(|(url, label)| WebAddress { url, label });
    let people = (
        maybe(name()),
        maybe("[a-z.]{1,9}@[a-z]{1,9}\\.[a-z]{2,3}"),
        maybe(phone),
        maybe(address()),
        maybe(link),
    );
    let drawing = (hostile(), hostile()).prop_map(|(base30, svg)| Drawing { base30, svg });
    let files = (maybe(asset()), maybe(asset()), maybe(trimmed().prop_map(Picture::Web)), maybe(drawing));
    let beam = (any::<i64>(), -1e300..1e300_f64, any::<String>());
    let beam = beam.prop_map(|(whole, float, text)| {
        Json::new(&json!({ "beam": [whole, float, null], "to": { "label": text } }))
    });
    let files = (files, maybe(beam));
    (texts, numbers, dates, people, files).prop_map(|(texts, numbers, dates, people, (files, hologram))| {
        let (short, paragraph, rich, color, colors) = texts;
        let (yes, whole, float, money, rating) = numbers;
        let (day, moment, time, period, british, timer) = dates;
        let (name, email, phone, address, link) = people;
        let (file, upload, picture, signature) = files;
        let instant = moment
            .and_then(|moment| moment.to_zoned(jiff::tz::TimeZone::get("America/Chicago").unwrap()).ok());
        // In the hour that clocks repeat, an instant is an error of its own; tested by itself.
        let instant =
            instant.filter(|at| at.time_zone().to_ambiguous_zoned(at.datetime()).offset().is_unambiguous());
        NewEverything {
            short,
            paragraph,
            rich,
            color,
            colors,
            yes,
            whole,
            float,
            money,
            day,
            moment,
            time,
            period,
            british,
            instant: instant.map(InZone::from),
            timer,
            name,
            phone,
            address,
            link,
            file,
            upload,
            picture,
            signature,
            email: email.map(Into::into),
            rating: rating.map(|halves| f64::from(halves) / 2.0),
            one: None,
            many: Vec::new(),
            hologram,
        }
    })
}

/// Some of `count` places, each once, in any order.
pub(super) fn some_of(count: usize) -> impl Strategy<Value = Vec<usize>> {
    let places = (0..count).collect::<Vec<_>>();
    (Just(places).prop_shuffle(), 0..=count).prop_map(|(mut places, length)| {
        places.truncate(length);
        places
    })
}

pub(super) fn account() -> impl Strategy<Value = Account> {
    let status = prop_oneof![
        Just(AccountStatus::Active),
        Just(AccountStatus::Inactive),
        Just(AccountStatus::PendingApproval),
    ];
    let role = prop_oneof![any::<u32>().prop_map(ProfileKey::new), Just(ProfileKey::ALL_USERS)];
    let roles = proptest::collection::hash_set(role, 0..5);
    (maybe(name()), maybe(status), roles).prop_map(|(name, status, roles)| Account {
        name,
        status,
        roles: roles.into_iter().collect(),
        password: Some(stars()),
    })
}
