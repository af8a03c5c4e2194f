//! The plans of Knack and what they allow in a day.

use std::fmt;

/// A Knack plan, by its number of API calls a day. The day ends at midnight GMT; the allowance is
/// the account's, shared by all its applications.
///
/// Every plan allows the same 10 calls a second: at that pace Starter lasts 100 seconds.
///
/// Source: docs.knack.com/docs/api-limits.
///
/// ```
/// use knack_core::plan::{AddOn, Plan};
///
/// assert_eq!(Plan::Pro.daily_calls(), 5_000);
/// assert_eq!(Plan::Pro.with_add_on(AddOn::Calls50k).daily_calls(), 55_000);
/// assert_eq!(Plan::Custom(99_999_999).daily_calls(), 99_999_999);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Plan {
    /// 1,000 calls a day; trials have the same.
    Starter,
    /// 5,000 calls a day.
    Pro,
    /// 10,000 calls a day.
    Corporate,
    /// 25,000 calls a day.
    Plus,
    /// Another number of calls a day, by agreement or with add-ons.
    Custom(u64),
}

impl Plan {
    /// The plans that have a name, the smallest first.
    pub const NAMED: [Self; 4] = [Self::Starter, Self::Pro, Self::Corporate, Self::Plus];

    /// The calls that the plan allows in a day, add-ons included where [`Custom`](Self::Custom) counts
    /// them.
    pub const fn daily_calls(self) -> u64 {
        match self {
            Self::Starter => 1_000,
            Self::Pro => 5_000,
            Self::Corporate => 10_000,
            Self::Plus => 25_000,
            Self::Custom(calls) => calls,
        }
    }

    /// The same plan with a package of calls bought on top; packages add up.
    ///
    /// ```
    /// use knack_core::plan::{AddOn, Plan};
    ///
    /// let plan = Plan::Plus.with_add_on(AddOn::Calls50k); // a plan seen in use: 75,000 calls a day
    /// assert_eq!(plan, Plan::Custom(75_000));
    /// ```
    pub const fn with_add_on(self, add_on: AddOn) -> Self {
        Self::Custom(self.daily_calls().saturating_add(add_on.daily_calls()))
    }
}

/// The plan's name.
///
/// ```
/// use knack_core::plan::Plan;
///
/// assert_eq!(Plan::NAMED.map(|plan| plan.to_string()), ["Starter", "Pro", "Corporate", "Plus"]);
/// assert_eq!(Plan::Custom(7_000).to_string(), "Custom");
/// ```
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Starter => "Starter",
            Self::Pro => "Pro",
            Self::Corporate => "Corporate",
            Self::Plus => "Plus",
            Self::Custom(_) => "Custom",
        })
    }
}

/// A package of calls that can be bought on top of any plan.
///
/// Source: Knack's article on add-on API calls, learn.knack.com.
///
/// ```
/// use knack_core::plan::AddOn;
///
/// let enough = AddOn::ALL.into_iter().find(|add_on| add_on.daily_calls() >= 40_000).unwrap();
/// assert_eq!(enough, AddOn::Calls50k);
/// assert_eq!(enough.monthly_cents(), 7_500); // 75 dollars
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddOn {
    /// 25,000 calls a day for 37.50 dollars a month.
    Calls25k,
    /// 50,000 calls a day for 75 dollars a month.
    Calls50k,
    /// 75,000 calls a day for 112.50 dollars a month.
    Calls75k,
    /// 100,000 calls a day for 150 dollars a month.
    Calls100k,
}

impl AddOn {
    /// Every package, the smallest first.
    pub const ALL: [Self; 4] = [Self::Calls25k, Self::Calls50k, Self::Calls75k, Self::Calls100k];

    /// The calls that it adds to a day.
    pub const fn daily_calls(self) -> u64 {
        match self {
            Self::Calls25k => 25_000,
            Self::Calls50k => 50_000,
            Self::Calls75k => 75_000,
            Self::Calls100k => 100_000,
        }
    }

    /// The price of a month in US cents.
    pub const fn monthly_cents(self) -> u32 {
        match self {
            Self::Calls25k => 3_750,
            Self::Calls50k => 7_500,
            Self::Calls75k => 11_250,
            Self::Calls100k => 15_000,
        }
    }
}
