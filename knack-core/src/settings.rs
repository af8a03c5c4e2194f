//! Whether a type agrees with what the schema says of a field beyond its kind: to which object a connection
//! leads, which options a choice has, whether there may be several. Derived structs ask while they compile,
//! if there is a committed schema.
//!
//! Such a question has an answer for [`Link`]s, enums that derive [`KnackChoice`], and `Vec`s and `Option`s
//! of them; every other type is taken as it is. A type of your own that wraps one of these takes part by
//! [`Presumes`].

use std::marker::PhantomData;

use crate::object::ObjectTag;
use crate::value::{KnackChoice, Link};
use crate::verbs::KnackObject;

/// A type that takes something for granted of its field's settings.
///
/// ```
/// use knack_core::settings::{Presumed, Presumes};
/// use knack_core::value::Link;
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
///
/// /// Holds a link, so it is checked as one.
/// struct Owner(Link<Customer>);
///
/// impl Presumes for Owner {
///     const PRESUMED: Presumed = <Link<Customer>>::PRESUMED;
/// }
/// ```
pub trait Presumes {
    /// What it takes for granted.
    const PRESUMED: Presumed;
}

/// What a type takes for granted of its field's settings: [`Presumes::PRESUMED`].
///
/// ```
/// use knack_core::settings::{Presumed, Presumes};
///
/// /// Takes a choice as it comes.
/// struct Anything(String);
///
/// impl Presumes for Anything {
///     const PRESUMED: Presumed = Presumed::NOTHING;
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Presumed {
    /// The number of the object that it links to.
    object: Option<u32>,
    /// Whether it holds one value alone.
    one: bool,
    /// The options that it knows.
    options: &'static [&'static str],
    /// Whether it holds no other options.
    no_others: bool,
}

impl Presumed {
    /// Any settings are right.
    pub const NOTHING: Self = Self { object: None, one: false, options: &[], no_others: false };
}

impl<T: KnackObject> Presumes for Link<T> {
    const PRESUMED: Presumed =
        Presumed { object: Some(T::Object::KEY.number()), one: true, ..Presumed::NOTHING };
}

#[diagnostic::do_not_recommend]
impl<C: KnackChoice> Presumes for C {
    const PRESUMED: Presumed =
        Presumed { one: true, options: C::OPTIONS, no_others: !C::HOLDS_OTHERS, ..Presumed::NOTHING };
}

impl Presumes for String {
    const PRESUMED: Presumed = Presumed { one: true, ..Presumed::NOTHING };
}

impl<U: Presumes> Presumes for Option<U> {
    const PRESUMED: Presumed = U::PRESUMED;
}

impl<U: Presumes> Presumes for Vec<U> {
    const PRESUMED: Presumed = Presumed { one: false, ..U::PRESUMED };
}

/// Asks for what `U` takes for granted, if there is a word on that: the constant of this type itself goes
/// before that of [`PresumesNothing`]. So a type that does not even fit the kind gets no second error here.
#[doc(hidden)]
pub struct Of<U>(PhantomData<U>);

impl<U: Presumes> Of<U> {
    #[doc(hidden)]
    pub const PRESUMED: Presumed = U::PRESUMED;
}

#[doc(hidden)]
pub trait PresumesNothing {
    #[doc(hidden)]
    const PRESUMED: Presumed = Presumed::NOTHING;
}

impl<U> PresumesNothing for Of<U> {}

/// What the schema says of a field. Derived code makes it.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Settings {
    /// The field's label and key, for messages.
    field: &'static str,
    object: Option<(u32, &'static str)>,
    options: &'static [&'static str],
    /// What the field holds several of.
    several: Option<&'static str>,
}

impl Settings {
    #[doc(hidden)]
    pub const fn of(field: &'static str) -> Self {
        Self { field, object: None, options: &[], several: None }
    }

    #[doc(hidden)]
    pub const fn leads_to(self, number: u32, name: &'static str) -> Self {
        Self { object: Some((number, name)), ..self }
    }

    #[doc(hidden)]
    pub const fn options(self, options: &'static [&'static str]) -> Self {
        Self { options, ..self }
    }

    #[doc(hidden)]
    pub const fn several(self, what: &'static str) -> Self {
        Self { several: Some(what), ..self }
    }

    /// Stops the compiler, with a message that stands on the caller, if a type contradicts the settings.
    #[doc(hidden)]
    #[track_caller]
    pub const fn check(self, presumed: Presumed) {
        let mut message = Message::new();
        self.check_object(presumed, &mut message);
        self.check_several(presumed, &mut message);
        self.check_options(presumed, &mut message);
        message.raise();
    }

    const fn check_object(self, presumed: Presumed, message: &mut Message) {
        if let (Some((number, name)), Some(found)) = (self.object, presumed.object)
            && number != found
        {
            message.line(&[self.field, " connects to `", name, "` (object_"]);
            message.number(number);
            message.add("), this type to object_");
            message.number(found);
            message.add("\nlink to a struct with `#[knack(object = \"");
            message.add(name);
            message.add("\")]`");
        }
    }

    const fn check_several(self, presumed: Presumed, message: &mut Message) {
        if let (Some(what), true) = (self.several, presumed.one) {
            message.line(&[
                self.field,
                " holds several ",
                what,
                ", this type holds one: put it inside a `Vec`",
            ]);
        }
    }

    const fn check_options(self, presumed: Presumed, message: &mut Message) {
        if self.options.is_empty() || presumed.options.is_empty() {
            return;
        }
        let (has, knows) = (self.options, presumed.options);
        if presumed.no_others {
            let begin = [self.field, " has options without an arm in this enum: "];
            let end = "\ngive each an arm, or all of them one: `Other(String)`";
            message.difference(has, knows, &begin, end);
        }
        let begin = ["this enum has arms that are no options of ", self.field, ": "];
        let end = "\nif one is new in Knack, run `cargo knack pull`";
        if message.difference(knows, has, &begin, end) && !presumed.no_others {
            message.difference(has, knows, &["options without an arm are "], "");
        }
    }
}

/// The words of a message, put together while compiling.
struct Message {
    text: [u8; Self::MOST],
    length: usize,
}

impl Message {
    /// What is longer ends in `…`.
    const MOST: usize = 4096;

    const fn new() -> Self {
        Self { text: [0; Self::MOST], length: 0 }
    }

    /// Adds a part, whole or not at all.
    const fn add(&mut self, part: &str) {
        const CUT: &str = "…";
        // `length` is never more than `MOST`: it grows by what has found a place.
        let (_, free) = self.text.split_at_mut(self.length);
        let room = free.len().saturating_sub(CUT.len());
        let part = if part.len() <= room { part } else { CUT };
        if let Some((place, _)) = free.split_at_mut_checked(part.len()) {
            place.copy_from_slice(part.as_bytes());
            self.length += part.len();
        }
    }

    const fn line(&mut self, parts: &[&str]) {
        if self.length > 0 {
            self.add("\n");
        }
        let mut rest = parts;
        while let Some((part, others)) = rest.split_first() {
            self.add(part);
            rest = others;
        }
    }

    const fn number(&mut self, number: u32) {
        if number > 9 {
            self.number(number / 10);
        }
        // A digit is less than ten, and each is one byte long.
        let (_, digits) = "0123456789".split_at((number % 10) as usize);
        self.add(digits.split_at(1).0);
    }

    /// A line about what is in `list` and not in `other`; tells whether there is such.
    const fn difference(&mut self, list: &[&str], other: &[&str], begin: &[&str], end: &str) -> bool {
        let (mut rest, mut place, mut found) = (list, 0, false);
        while let Some((option, behind)) = rest.split_first() {
            // Lists are most often in the same order: the next is looked for behind this one.
            if let Some(at) = place_of(option, other, place) {
                place = at + 1;
            } else {
                if found {
                    self.add(", ");
                } else {
                    self.line(begin);
                }
                self.add("`");
                self.add(option);
                self.add("`");
                found = true;
            }
            rest = behind;
        }
        if found {
            self.add(end);
        }
        found
    }

    // Derived code, which alone names `check`, calls it in a `const _` and nowhere else, so these two end the
    // compiler and never a program. The tests below call it as they run, and catch them.
    #[track_caller]
    #[expect(clippy::panic, reason = "the compiler runs this, and it is how a constant says what is wrong")]
    const fn raise(&self) {
        if self.length > 0 {
            // `length` is within the text, as `add` has it.
            match std::str::from_utf8(self.text.split_at(self.length).0) {
                Ok(text) => panic!("{}", text),
                Err(_) => panic!("the type does not agree with the field's settings"),
            }
        }
    }
}

/// Where an option is in a list, looked for from `start` to the end and then before it. `start` is one behind a
/// place of the list, or 0, so that it is within.
const fn place_of(option: &str, list: &[&str], start: usize) -> Option<usize> {
    let (before, behind) = list.split_at(start);
    match first_place(option, behind) {
        Some(at) => Some(start + at),
        None => first_place(option, before),
    }
}

const fn first_place(option: &str, list: &[&str]) -> Option<usize> {
    let (mut rest, mut at) = (list, 0);
    while let Some((other, others)) = rest.split_first() {
        if same(option.as_bytes(), other.as_bytes()) {
            return Some(at);
        }
        (rest, at) = (others, at + 1);
    }
    None
}

const fn same(mut one: &[u8], mut other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    while let (Some((a, ones)), Some((b, others))) = (one.split_first(), other.split_first()) {
        if *a != *b {
            return false;
        }
        (one, other) = (ones, others);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(settings: Settings, presumed: Presumed) -> String {
        match std::panic::catch_unwind(|| settings.check(presumed)) {
            Ok(()) => String::new(),
            Err(panic) => panic.downcast_ref::<String>().unwrap().clone(),
        }
    }

    const STATUS: Settings = Settings::of("`Status` (field_9)").options(&["New", "Open", "Closed"]);

    fn options(options: &'static [&'static str], no_others: bool) -> Presumed {
        Presumed { one: true, options, no_others, ..Presumed::NOTHING }
    }

    #[test]
    fn options_are_compared_in_any_order() {
        for (presumed, expected) in [
            (Presumed::NOTHING, ""),
            (String::PRESUMED, ""),
            (options(&["New", "Open", "Closed"], true), ""),
            (options(&["Closed", "New", "Open"], true), ""),
            (options(&["Open"], false), ""),
            (
                options(&["Open"], true),
                "`Status` (field_9) has options without an arm in this enum: `New`, `Closed`\n\
                 give each an arm, or all of them one: `Other(String)`",
            ),
            (
                options(&["Nwe", "Open", "Done"], false),
                "this enum has arms that are no options of `Status` (field_9): `Nwe`, `Done`\n\
                 if one is new in Knack, run `cargo knack pull`\n\
                 options without an arm are `New`, `Closed`",
            ),
        ] {
            assert_eq!(told(STATUS, presumed), expected);
        }
        let both = told(STATUS, options(&["New", "Open", "Done"], true));
        assert!(
            both.contains("arm in this enum: `Closed`\n") && both.contains("\nthis enum has arms"),
            "{both}"
        );
    }

    #[test]
    fn links_are_compared_by_object_and_number() {
        let orders = Settings::of("`Orders` (field_8)").leads_to(6, "Orders").several("connections");
        let link = Presumed { object: Some(10), one: true, ..Presumed::NOTHING };
        assert_eq!(
            told(orders, link),
            "`Orders` (field_8) connects to `Orders` (object_6), this type to object_10\n\
             link to a struct with `#[knack(object = \"Orders\")]`\n\
             `Orders` (field_8) holds several connections, this type holds one: put it inside a `Vec`"
        );
        assert_eq!(told(orders, Presumed { object: Some(6), one: false, ..link }), "");
        assert_eq!(told(orders, Presumed::NOTHING), "");
    }

    #[test]
    fn long_messages_are_cut() {
        let options: Vec<&'static str> =
            (0..2000).map(|n| &*Box::leak(format!("größe {n}").into_boxed_str())).collect();
        let settings = Settings { options: Box::leak(options.into_boxed_slice()), ..STATUS };
        let told = told(settings, super::tests::options(&["größe 0"], true));
        assert!(told.len() <= Message::MOST && told.contains("`größe 99`") && told.ends_with('…'), "{told}");
    }
}
