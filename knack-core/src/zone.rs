//! Time zones by the names that Knack uses, and wall-clock times as instants.
//!
//! Knack keeps wall-clock times in the application's zone. Most programs need no more than that and
//! use jiff's civil types. Who needs the instant says which zone it is: here by a value, [`Zone`], or
//! in a struct by a type, [`InZone`](crate::value::InZone).
//!
//! Where clocks are put forward some wall-clock times never were (a *gap*), and where they are put
//! back some were twice (a *fold*). Neither is guessed over in silence: [`Zone::instant`] takes a
//! choice, and [`Disambiguation::Reject`] makes either an error.

use std::fmt;
use std::str::FromStr;

use jiff::Zoned;
use jiff::civil::DateTime;
pub use jiff::tz::Disambiguation;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::cell::ValueError;

/// A time zone. Parsed from the name in an application's settings (`Central Time (US & Canada)`; the
/// names are those of Ruby on Rails, or several of them in one) or of the IANA database
/// (`America/Chicago`).
///
/// ```
/// use jiff::civil::date;
/// use knack_core::zone::{Disambiguation, Zone};
///
/// let zone: Zone = "Central Time (US & Canada)".parse()?;
/// let placed = zone.instant(date(2026, 7, 1).at(9, 30, 0, 0), Disambiguation::Reject)?;
/// assert_eq!(placed.to_string(), "2026-07-01T09:30:00-05:00[America/Chicago]");
///
/// // On this night half past two never was.
/// let gap = date(2026, 3, 8).at(2, 30, 0, 0);
/// assert!(zone.instant(gap, Disambiguation::Reject).is_err());
/// assert_eq!(zone.instant(gap, Disambiguation::Later)?.hour(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A name that is no time zone.
///
/// ```
/// use knack_core::zone::Zone;
///
/// let error = "Middle Earth".parse::<Zone>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`Middle Earth` is no time zone: expected a name of Knack's settings, such as `Eastern Time (US & Canada)`, \
///      or one such as `America/New_York`"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone(String);

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no time zone: expected a name of Knack's settings, such as `Eastern Time (US & Canada)`, or \
             one such as `America/New_York`",
            self.0
        )
    }
}

impl std::error::Error for UnknownZone {}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone(name.chars().take(80).collect());
        let iana = iana(name).unwrap_or(name.trim());
        TimeZone::get(iana).map(Self).map_err(|_| unknown())
    }
}

impl From<TimeZone> for Zone {
    fn from(zone: TimeZone) -> Self {
        Self(zone)
    }
}

impl fmt::Display for Zone {
    /// The name in the IANA database, where it has one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("a zone without a name"))
    }
}

impl Zone {
    /// The zone as jiff's.
    pub const fn time_zone(&self) -> &TimeZone {
        &self.0
    }

    /// Whether the clocks were put forward over this wall-clock time.
    pub(crate) fn is_gap(&self, wall: DateTime) -> bool {
        matches!(self.0.to_ambiguous_zoned(wall).offset(), AmbiguousOffset::Gap { .. })
    }

    /// The instant of a wall-clock time. What is to become of gaps and folds is the caller's word;
    /// [`Disambiguation::Reject`] makes both an error.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use knack_core::zone::{Disambiguation, Zone};
    ///
    /// let zone: Zone = "London".parse()?;
    /// let fold = date(2026, 10, 25).at(1, 30, 0, 0);
    /// let error = zone.instant(fold, Disambiguation::Reject).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "is 2026-10-25T01:30:00, which was twice in Europe/London: the clocks were put back; say which is meant"
    /// );
    /// assert_eq!(zone.instant(fold, Disambiguation::Earlier)?.offset().to_string(), "+01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn instant(&self, wall: DateTime, ambiguous: Disambiguation) -> Result<Zoned, ValueError> {
        let instant = self.0.to_ambiguous_zoned(wall);
        let is_fold = matches!(instant.offset(), AmbiguousOffset::Fold { .. });
        instant.disambiguate(ambiguous).map_err(|_| {
            ValueError::new(if is_fold {
                format!("is {wall}, which was twice in {self}: the clocks were put back; say which is meant")
            } else {
                format!("is {wall}, which never was in {self}: the clocks were put forward")
            })
        })
    }
}

/// The IANA name of a name in Knack's settings. Those name one place or several that share a clock,
/// `Amsterdam,Berlin, Bern, Rome,Stockholm, Vienna`: then the first that is known counts.
fn iana(name: &str) -> Option<&'static str> {
    let known = |name: &str| PLACES.iter().find(|(place, _)| place.eq_ignore_ascii_case(name.trim()));
    let places = || name.rsplit(" : ").next().unwrap_or(name).split(',');
    known(name).or_else(|| places().find_map(known)).map(|(_, iana)| *iana)
}

/// Every name of Ruby on Rails, those of older versions included, and after them those that only Knack's
/// settings have. The zones are those of Rails, by their present names (`Europe/Kyiv` for `Europe/Kiev`).
///
/// Source: `ActiveSupport::TimeZone::MAPPING`, and the settings in application dumps.
#[rustfmt::skip]
const PLACES: &[(&str, &str)] = &[
    ("International Date Line West", "Etc/GMT+12"),
    ("Midway Island", "Pacific/Midway"),
    ("American Samoa", "Pacific/Pago_Pago"),
    ("Hawaii", "Pacific/Honolulu"),
    ("Alaska", "America/Juneau"),
    ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ("Tijuana", "America/Tijuana"),
    ("Mountain Time (US & Canada)", "America/Denver"),
    ("Arizona", "America/Phoenix"),
    ("Chihuahua", "America/Chihuahua"),
    ("Mazatlan", "America/Mazatlan"),
    ("Central Time (US & Canada)", "America/Chicago"),
    ("Saskatchewan", "America/Regina"),
    ("Guadalajara", "America/Mexico_City"),
    ("Mexico City", "America/Mexico_City"),
    ("Monterrey", "America/Monterrey"),
    ("Central America", "America/Guatemala"),
    ("Eastern Time (US & Canada)", "America/New_York"),
    ("Indiana (East)", "America/Indiana/Indianapolis"),
    ("Bogota", "America/Bogota"),
    ("Lima", "America/Lima"),
    ("Quito", "America/Lima"),
    ("Atlantic Time (Canada)", "America/Halifax"),
    ("Caracas", "America/Caracas"),
    ("La Paz", "America/La_Paz"),
    ("Santiago", "America/Santiago"),
    ("Asuncion", "America/Asuncion"),
    ("Newfoundland", "America/St_Johns"),
    ("Brasilia", "America/Sao_Paulo"),
    ("Buenos Aires", "America/Argentina/Buenos_Aires"),
    ("Montevideo", "America/Montevideo"),
    ("Georgetown", "America/Guyana"),
    ("Puerto Rico", "America/Puerto_Rico"),
    ("Greenland", "America/Nuuk"),
    ("Mid-Atlantic", "Atlantic/South_Georgia"),
    ("Azores", "Atlantic/Azores"),
    ("Cape Verde Is.", "Atlantic/Cape_Verde"),
    ("Dublin", "Europe/Dublin"),
    ("Edinburgh", "Europe/London"),
    ("Lisbon", "Europe/Lisbon"),
    ("London", "Europe/London"),
    ("Casablanca", "Africa/Casablanca"),
    ("Monrovia", "Africa/Monrovia"),
    ("UTC", "Etc/UTC"),
    ("Belgrade", "Europe/Belgrade"),
    ("Bratislava", "Europe/Bratislava"),
    ("Budapest", "Europe/Budapest"),
    ("Ljubljana", "Europe/Ljubljana"),
    ("Prague", "Europe/Prague"),
    ("Sarajevo", "Europe/Sarajevo"),
    ("Skopje", "Europe/Skopje"),
    ("Warsaw", "Europe/Warsaw"),
    ("Zagreb", "Europe/Zagreb"),
    ("Brussels", "Europe/Brussels"),
    ("Copenhagen", "Europe/Copenhagen"),
    ("Madrid", "Europe/Madrid"),
    ("Paris", "Europe/Paris"),
    ("Amsterdam", "Europe/Amsterdam"),
    ("Berlin", "Europe/Berlin"),
    ("Bern", "Europe/Zurich"),
    ("Zurich", "Europe/Zurich"),
    ("Rome", "Europe/Rome"),
    ("Stockholm", "Europe/Stockholm"),
    ("Vienna", "Europe/Vienna"),
    ("West Central Africa", "Africa/Algiers"),
    ("Bucharest", "Europe/Bucharest"),
    ("Cairo", "Africa/Cairo"),
    ("Helsinki", "Europe/Helsinki"),
    ("Kyiv", "Europe/Kyiv"),
    ("Kyev", "Europe/Kyiv"),
    ("Riga", "Europe/Riga"),
    ("Sofia", "Europe/Sofia"),
    ("Tallinn", "Europe/Tallinn"),
    ("Vilnius", "Europe/Vilnius"),
    ("Athens", "Europe/Athens"),
    ("Istanbul", "Europe/Istanbul"),
    ("Minsk", "Europe/Minsk"),
    ("Jerusalem", "Asia/Jerusalem"),
    ("Harare", "Africa/Harare"),
    ("Pretoria", "Africa/Johannesburg"),
    ("Kaliningrad", "Europe/Kaliningrad"),
    ("Moscow", "Europe/Moscow"),
    ("St. Petersburg", "Europe/Moscow"),
    ("Volgograd", "Europe/Volgograd"),
    ("Samara", "Europe/Samara"),
    ("Kuwait", "Asia/Kuwait"),
    ("Riyadh", "Asia/Riyadh"),
    ("Nairobi", "Africa/Nairobi"),
    ("Baghdad", "Asia/Baghdad"),
    ("Tehran", "Asia/Tehran"),
    ("Abu Dhabi", "Asia/Muscat"),
    ("Muscat", "Asia/Muscat"),
    ("Baku", "Asia/Baku"),
    ("Tbilisi", "Asia/Tbilisi"),
    ("Yerevan", "Asia/Yerevan"),
    ("Kabul", "Asia/Kabul"),
    ("Ekaterinburg", "Asia/Yekaterinburg"),
    ("Islamabad", "Asia/Karachi"),
    ("Karachi", "Asia/Karachi"),
    ("Tashkent", "Asia/Tashkent"),
    ("Chennai", "Asia/Kolkata"),
    ("Kolkata", "Asia/Kolkata"),
    ("Mumbai", "Asia/Kolkata"),
    ("New Delhi", "Asia/Kolkata"),
    ("Kathmandu", "Asia/Kathmandu"),
    ("Dhaka", "Asia/Dhaka"),
    ("Sri Jayawardenepura", "Asia/Colombo"),
    ("Almaty", "Asia/Almaty"),
    ("Astana", "Asia/Almaty"),
    ("Novosibirsk", "Asia/Novosibirsk"),
    ("Rangoon", "Asia/Yangon"),
    ("Bangkok", "Asia/Bangkok"),
    ("Hanoi", "Asia/Bangkok"),
    ("Jakarta", "Asia/Jakarta"),
    ("Krasnoyarsk", "Asia/Krasnoyarsk"),
    ("Beijing", "Asia/Shanghai"),
    ("Chongqing", "Asia/Chongqing"),
    ("Hong Kong", "Asia/Hong_Kong"),
    ("Urumqi", "Asia/Urumqi"),
    ("Kuala Lumpur", "Asia/Kuala_Lumpur"),
    ("Singapore", "Asia/Singapore"),
    ("Taipei", "Asia/Taipei"),
    ("Perth", "Australia/Perth"),
    ("Irkutsk", "Asia/Irkutsk"),
    ("Ulaanbaatar", "Asia/Ulaanbaatar"),
    ("Ulaan Bataar", "Asia/Ulaanbaatar"),
    ("Seoul", "Asia/Seoul"),
    ("Osaka", "Asia/Tokyo"),
    ("Sapporo", "Asia/Tokyo"),
    ("Tokyo", "Asia/Tokyo"),
    ("Yakutsk", "Asia/Yakutsk"),
    ("Darwin", "Australia/Darwin"),
    ("Adelaide", "Australia/Adelaide"),
    ("Canberra", "Australia/Canberra"),
    ("Melbourne", "Australia/Melbourne"),
    ("Sydney", "Australia/Sydney"),
    ("Brisbane", "Australia/Brisbane"),
    ("Hobart", "Australia/Hobart"),
    ("Vladivostok", "Asia/Vladivostok"),
    ("Guam", "Pacific/Guam"),
    ("Port Moresby", "Pacific/Port_Moresby"),
    ("Magadan", "Asia/Magadan"),
    ("Srednekolymsk", "Asia/Srednekolymsk"),
    ("Solomon Is.", "Pacific/Guadalcanal"),
    ("New Caledonia", "Pacific/Noumea"),
    ("Fiji", "Pacific/Fiji"),
    ("Kamchatka", "Asia/Kamchatka"),
    ("Marshall Is.", "Pacific/Majuro"),
    ("Auckland", "Pacific/Auckland"),
    ("Wellington", "Pacific/Auckland"),
    ("Nuku'alofa", "Pacific/Tongatapu"),
    ("Tokelau Is.", "Pacific/Fakaofo"),
    ("Chatham Is.", "Pacific/Chatham"),
    // The state. Until it changed sides of the date line in 2011, Rails had Pago Pago under this name.
    ("Samoa", "Pacific/Apia"),
    // From here on the names that only Knack's settings have.
    ("Marquesas Islands", "Pacific/Marquesas"),
    ("Baja California", "America/Tijuana"),
    ("Cuiaba", "America/Cuiaba"),
    ("Manaus", "America/Manaus"),
    ("San Juan", "America/Puerto_Rico"),
    ("Cayenne", "America/Cayenne"),
    ("Fortaleza", "America/Fortaleza"),
    ("Reykjavik", "Atlantic/Reykjavik"),
    ("Greenwich Mean Time", "Europe/London"),
    ("Damascus", "Asia/Damascus"),
    ("Windhoek", "Africa/Windhoek"),
    ("Amman", "Asia/Amman"),
    ("Beirut", "Asia/Beirut"),
    ("Port Louis", "Indian/Mauritius"),
    ("Yekaterinburg", "Asia/Yekaterinburg"),
    ("Yangon (Rangoon)", "Asia/Yangon"),
    ("Pyongyang", "Asia/Pyongyang"),
    ("Eucla", "Australia/Eucla"),
    ("Lord Howe Island", "Australia/Lord_Howe"),
    ("Petropavlovsk-Kamchatsky", "Asia/Kamchatka"),
    ("Chatham Islands", "Pacific/Chatham"),
    ("Phoenix Islands", "Pacific/Kanton"),
    ("Tokelau", "Pacific/Fakaofo"),
    ("Tonga", "Pacific/Tongatapu"),
    ("Line Islands", "Pacific/Kiritimati"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_zone() {
        for (place, iana) in PLACES {
            let zone: Zone = place.parse().unwrap();
            assert_eq!(zone.to_string(), *iana, "{place}");
        }
        let mut places: Vec<_> = PLACES.iter().map(|(place, _)| *place).collect();
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[0] != pair[1]), "a place stands twice");
    }

    /// A name that gets lost would be an error in somebody's application alone.
    #[test]
    fn no_name_is_lost() {
        let of_rails = PLACES.iter().position(|(place, _)| *place == "Marquesas Islands");
        assert_eq!(of_rails, Some(152 + 2), "those of Rails 8.1, and two spellings of older versions");
        assert_eq!(PLACES.len(), 154 + 25, "and those that only Knack has");
    }

    #[test]
    fn several_places_in_one_name() {
        for (name, iana) in [
            ("Samoa", "Pacific/Apia"),
            ("American Samoa", "Pacific/Pago_Pago"),
            ("Midway Island, Samoa", "Pacific/Midway"),
            ("Amsterdam,Berlin, Bern, Rome,Stockholm, Vienna", "Europe/Amsterdam"),
            ("Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", "Europe/Dublin"),
            ("Guadalajara,Mexico City, Monterrey", "America/Mexico_City"),
            ("Atlantis, Port Louis", "Indian/Mauritius"),
            (" brasilia ", "America/Sao_Paulo"),
            ("America/Chicago", "America/Chicago"),
        ] {
            assert_eq!(name.parse::<Zone>().unwrap().to_string(), iana, "{name}");
        }
        for name in ["", "Middle Earth", ",", "../../etc/passwd"] {
            assert!(name.parse::<Zone>().is_err(), "{name}");
        }
    }
}
