//! What a load costs: which plan and which packages carry it, and how long it takes.

use std::fmt;
use std::time::Duration;

use crate::plan::{AddOn, Plan};

/// Calls that Knack takes in a second, on every plan. Source: docs.knack.com/docs/api-limits.
const CALLS_PER_SECOND: u64 = 10;

/// More calls than these do not fit into a day, whatever is paid for.
const CALLS_PER_DAY: u64 = CALLS_PER_SECOND * 86_400;

/// How much of a plan is kept free unless told otherwise, in percent of the load: for calls that are
/// tried again, and for what people do.
const HEADROOM: u32 = 10;

impl Plan {
    /// What would carry a load of so many calls a day.
    ///
    /// ```
    /// use knack_core::plan::{AddOn, Plan};
    ///
    /// let advice = Plan::advise(30_000);
    /// let offers = advice.offers();
    /// assert_eq!((offers[0].plan, &offers[0].add_ons[..]), (Plan::Corporate, &[AddOn::Calls25k][..]));
    /// assert_eq!(offers[0].monthly_cents(), 3_750); // and the plan's own price
    /// assert_eq!(advice.takes().as_secs(), 3_000); // at 10 calls a second
    /// ```
    pub const fn advise(calls_per_day: u64) -> Advice {
        Advice { calls: calls_per_day, headroom: HEADROOM, plan: None }
    }
}

/// What would carry a load, from [`Plan::advise`]; its `Display` text is for a person.
///
/// The prices of plans are not published in a form that could be kept here, those of packages are. What
/// costs more for certain, the same packages on a greater plan, is left out.
///
/// Source: docs.knack.com/docs/api-limits, and Knack's article on add-on API calls, learn.knack.com.
///
/// ```
/// use knack_core::plan::Plan;
///
/// let advice = Plan::advise(12_000).headroom(0).keeping(Plan::Pro);
/// assert_eq!(advice.over(Plan::Pro), 7_000);
/// println!("{advice}");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    calls: u64,
    headroom: u32,
    plan: Option<Plan>,
}

/// A plan with packages that carry a load.
///
/// ```
/// use knack_core::plan::Plan;
///
/// let offers = Plan::advise(20_000).offers();
/// let totals: Vec<(String, u64)> =
///     offers.iter().map(|offer| (offer.to_string(), offer.daily_calls())).collect();
/// assert_eq!(totals, [("Plus".to_owned(), 25_000), ("Starter + 25,000".to_owned(), 26_000)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offer {
    /// The plan.
    pub plan: Plan,
    /// The packages on top of it, the greatest first.
    pub add_ons: Vec<AddOn>,
}

impl Advice {
    /// Keeps so many percent of the load free, 10 unless set.
    ///
    /// ```
    /// use knack_core::plan::Plan;
    ///
    /// assert_eq!(Plan::advise(4_900).needed(), 5_390);
    /// assert_eq!(Plan::advise(4_900).headroom(0).needed(), 4_900);
    /// ```
    pub const fn headroom(self, percent: u32) -> Self {
        Self { headroom: percent, ..self }
    }

    /// Asks for what this plan needs on top of it, instead of looking at all plans.
    ///
    /// ```
    /// use knack_core::plan::{AddOn, Plan};
    ///
    /// let offers = Plan::advise(12_000).keeping(Plan::Pro).offers();
    /// assert_eq!((offers.len(), &offers[0].add_ons[..]), (1, &[AddOn::Calls25k][..]));
    /// ```
    pub const fn keeping(self, plan: Plan) -> Self {
        Self { plan: Some(plan), ..self }
    }

    /// The calls of a day, as they were given.
    pub const fn calls(&self) -> u64 {
        self.calls
    }

    /// The calls of a day with what is kept free, at most as many as a day takes.
    pub fn needed(&self) -> u64 {
        let free = u128::from(self.calls) * u128::from(self.headroom) / 100;
        let needed = u64::try_from(u128::from(self.calls) + free).unwrap_or(u64::MAX);
        needed.min(CALLS_PER_DAY).max(self.calls)
    }

    /// How long the calls take at Knack's 10 a second.
    pub const fn takes(&self) -> Duration {
        let rest = self.calls % CALLS_PER_SECOND * (1_000 / CALLS_PER_SECOND);
        Duration::from_millis(rest).saturating_add(Duration::from_secs(self.calls / CALLS_PER_SECOND))
    }

    /// Whether a day is long enough for them: 864,000 calls fit.
    ///
    /// ```
    /// use knack_core::plan::Plan;
    ///
    /// assert!(Plan::advise(864_000).fits_into_a_day());
    /// assert!(!Plan::advise(864_001).fits_into_a_day());
    /// assert!(Plan::advise(864_001).offers().is_empty());
    /// ```
    pub const fn fits_into_a_day(&self) -> bool {
        self.calls <= CALLS_PER_DAY
    }

    /// How many of the calls are over what a plan alone allows.
    pub const fn over(&self, plan: Plan) -> u64 {
        self.calls.saturating_sub(plan.daily_calls())
    }

    /// What carries the load: the packages that cost least first. None if a day is too short.
    pub fn offers(&self) -> Vec<Offer> {
        if !self.fits_into_a_day() {
            return Vec::new();
        }
        let mut offers: Vec<Offer> = match &self.plan {
            Some(plan) => vec![self.offer(*plan)],
            None => Plan::NAMED.into_iter().map(|plan| self.offer(plan)).collect(),
        };
        // Stable: of those with the same packages the smallest plan, which costs least, is the first.
        offers.sort_by_key(Offer::monthly_cents);
        offers.dedup_by_key(|offer| offer.monthly_cents());
        offers
    }

    /// The plan with as many packages as it needs.
    fn offer(&self, plan: Plan) -> Offer {
        let mut missing = self.needed().saturating_sub(plan.daily_calls());
        let mut add_ons = Vec::new();
        while missing > 0 {
            // Packages cost in proportion to their calls, so the fewest are as good as any.
            let enough = AddOn::ALL.into_iter().find(|add_on| add_on.daily_calls() >= missing);
            let add_on = enough.unwrap_or(AddOn::Calls100k);
            missing = missing.saturating_sub(add_on.daily_calls());
            add_ons.push(add_on);
        }
        Offer { plan, add_ons }
    }
}

impl Offer {
    /// The calls of a day, those of plan and packages.
    pub fn daily_calls(&self) -> u64 {
        let more: u64 = self.add_ons.iter().map(|add_on| add_on.daily_calls()).sum();
        self.plan.daily_calls().saturating_add(more)
    }

    /// What the packages cost in a month, in US cents. The plan's own price comes on top.
    pub fn monthly_cents(&self) -> u32 {
        self.add_ons.iter().map(|add_on| add_on.monthly_cents()).sum()
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.plan.to_string();
        for add_on in &self.add_ons {
            text = text + " + " + &grouped(add_on.daily_calls());
        }
        f.pad(&text)
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} calls a day", grouped(self.calls))?;
        if self.needed() > self.calls {
            write!(f, ", {} with {} % kept free", grouped(self.needed()), self.headroom)?;
        }
        writeln!(f, ".\nThey take {} at 10 calls a second.", takes(self.takes()))?;
        if !self.fits_into_a_day() {
            let over = grouped(self.calls - CALLS_PER_DAY);
            return write!(f, "A day is {over} calls too short, whatever is paid for: no plan carries them.");
        }
        writeln!(f)?;
        let offers = self.offers();
        let width = offers.iter().map(|offer| offer.to_string().len()).max().unwrap_or_default();
        for offer in &offers {
            let (calls, price) = (grouped(offer.daily_calls()), Price(offer));
            writeln!(f, "  {offer:width$}  {calls:>7} calls a day  {price}")?;
        }
        self.write_what_is_over(f)?;
        f.write_str("The prices of plans are not known here; they come on top (knack.com/pricing).")
    }
}

impl Advice {
    fn write_what_is_over(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plans = self.plan.as_ref().map_or(&Plan::NAMED[..], std::slice::from_ref);
        let (over, fit): (Vec<&Plan>, Vec<&Plan>) = plans.iter().partition(|plan| self.over(**plan) > 0);
        let over = over.iter().map(|plan| format!("{plan} by {}", grouped(self.over(**plan))));
        let over: Vec<String> = over.collect();
        writeln!(f)?;
        for plan in fit.iter().filter(|plan| plan.daily_calls() < self.needed()) {
            let spare = grouped(plan.daily_calls() - self.calls);
            writeln!(f, "{plan} alone carries them, with no more than {spare} calls to spare.")?;
        }
        if over.is_empty() { Ok(()) } else { writeln!(f, "Alone too small: {}.", over.join(", ")) }
    }
}

/// What an offer's packages cost.
struct Price<'a>(&'a Offer);

impl fmt::Display for Price<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cents, packages) = (self.0.monthly_cents(), self.0.add_ons.len());
        let noun = if packages == 1 { "the package" } else { "the packages" };
        match packages {
            0 => f.write_str("no package"),
            _ => write!(f, "${}.{:02} a month for {noun}", grouped(u64::from(cents / 100)), cents % 100),
        }
    }
}

/// The number with a comma between thousands.
#[doc(hidden)]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration in words, as `2 h 58 min` and `12 s`.
#[doc(hidden)]
pub fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// How long a load takes: to a tenth of a second, or in days.
fn takes(time: Duration) -> String {
    let (days, hours) = (time.as_secs() / 86_400, time.as_secs() / 3_600 % 24);
    match days {
        0 if time.as_secs() < 60 => format!("{:.1} s", time.as_secs_f64()),
        0 => in_words(time),
        1 => format!("1 day {hours} h"),
        _ => format!("{} days {hours} h", grouped(days)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn offers(advice: Advice) -> Vec<(String, u64, u32)> {
        let offers = advice.offers();
        offers.iter().map(|offer| (offer.to_string(), offer.daily_calls(), offer.monthly_cents())).collect()
    }

    fn is(text: &str, calls: u64, cents: u32) -> (String, u64, u32) {
        (text.to_owned(), calls, cents)
    }

    #[test]
    fn the_table() {
        for (calls, wanted) in [
            (0, vec![is("Starter", 1_000, 0)]),
            (900, vec![is("Starter", 1_000, 0)]),
            (910, vec![is("Pro", 5_000, 0), is("Starter + 25,000", 26_000, 3_750)]),
            (4_545, vec![is("Pro", 5_000, 0), is("Starter + 25,000", 26_000, 3_750)]),
            (9_000, vec![is("Corporate", 10_000, 0), is("Starter + 25,000", 26_000, 3_750)]),
            (22_000, vec![is("Plus", 25_000, 0), is("Starter + 25,000", 26_000, 3_750)]),
            (24_000, vec![is("Pro + 25,000", 30_000, 3_750), is("Starter + 50,000", 51_000, 7_500)]),
            (40_000, vec![is("Plus + 25,000", 50_000, 3_750), is("Starter + 50,000", 51_000, 7_500)]),
            (
                110_000,
                vec![
                    is("Plus + 100,000", 125_000, 15_000),
                    is("Starter + 100,000 + 25,000", 126_000, 18_750),
                ],
            ),
        ] {
            assert_eq!(offers(Plan::advise(calls)), wanted, "{calls}");
        }
    }

    #[test]
    fn a_plan_that_is_kept() {
        let advice = Plan::advise(4_900);
        assert_eq!(offers(advice.headroom(0).keeping(Plan::Pro)), [is("Pro", 5_000, 0)]);
        assert_eq!(offers(advice.keeping(Plan::Pro)), [is("Pro + 25,000", 30_000, 3_750)]);
        assert_eq!(offers(advice.keeping(Plan::Custom(75_000))), [is("Custom", 75_000, 0)]);
        assert_eq!((advice.over(Plan::Pro), advice.over(Plan::Starter)), (0, 3_900));
    }

    #[test]
    fn a_day_has_an_end() {
        let most = Plan::advise(864_000);
        assert_eq!((most.needed(), most.takes()), (864_000, Duration::from_hours(24)));
        assert_eq!(offers(most).first().map(|offer| offer.1), Some(875_000));
        for calls in [864_001, u64::MAX] {
            let advice = Plan::advise(calls).headroom(u32::MAX);
            assert!(advice.offers().is_empty() && advice.to_string().contains("no plan carries them"));
        }
    }

    #[test]
    fn durations_in_words() {
        for (seconds, wanted) in [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (10_738, "2 h 58 min")] {
            assert_eq!(in_words(Duration::from_secs(seconds)), wanted);
        }
    }

    #[test]
    fn thousands() {
        for (number, wanted) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), wanted);
        }
    }

    #[test]
    fn a_plan_that_carries_the_load_alone_but_tightly() {
        let text = Plan::advise(4_900).keeping(Plan::Pro).to_string();
        assert!(text.contains("\nPro alone carries them, with no more than 100 calls to spare.\n"), "{text}");
    }

    #[test]
    fn read_by_a_person() {
        assert_eq!(
            Plan::advise(30_000).to_string(),
            "30,000 calls a day, 33,000 with 10 % kept free.\n\
             They take 50 min 0 s at 10 calls a second.\n\
             \n\
             \x20 Corporate + 25,000   35,000 calls a day  $37.50 a month for the package\n\
             \x20 Starter + 50,000     51,000 calls a day  $75.00 a month for the package\n\
             \n\
             Alone too small: Starter by 29,000, Pro by 25,000, Corporate by 20,000, Plus by 5,000.\n\
             The prices of plans are not known here; they come on top (knack.com/pricing)."
        );
        let times = [
            (5, "0.5 s"),
            (601, "1 min 0 s"),
            (40_000, "1 h 6 min"),
            (900_000, "1 day 1 h"),
            (2_000_000, "2 days 7 h"),
        ];
        for (calls, wanted) in times {
            assert_eq!(takes(Plan::advise(calls).takes()), wanted);
        }
    }

    proptest! {
        /// Every offer carries the load, none has a package too many, and they are in the order of cost.
        #[test]
        fn offers_carry_the_load(calls in 0_u64..=864_000, headroom in 0_u32..200) {
            let advice = Plan::advise(calls).headroom(headroom);
            let offers = advice.offers();
            prop_assert!(!offers.is_empty());
            for offer in &offers {
                prop_assert!(offer.daily_calls() >= advice.needed());
                prop_assert!(offer.add_ons.is_empty() || offer.daily_calls() - 25_000 < advice.needed());
            }
            prop_assert!(offers.windows(2).all(|two| two[0].monthly_cents() < two[1].monthly_cents()));
        }
    }
}
