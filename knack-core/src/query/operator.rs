//! The operators of filters as types, by families: what [`Has`](crate::query::Has) asks of a kind.

macro_rules! operators {
    ($($(#[$doc:meta])* $operator:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $operator;
        )*
    };
}

operators! {
    /// [`is`](crate::object::Field::is) and [`is_not`](crate::object::Field::is_not).
    Is;
    /// [`contains`](crate::object::Field::contains) and
    /// [`does_not_contain`](crate::object::Field::does_not_contain).
    Contains;
    /// [`starts_with`](crate::object::Field::starts_with) and [`ends_with`](crate::object::Field::ends_with).
    Edges;
    /// [`higher_than`](crate::object::Field::higher_than) and [`lower_than`](crate::object::Field::lower_than).
    Orders;
    /// [`is_any`](crate::object::Field::is_any).
    IsAny;
    /// [`near`](crate::object::Field::near).
    Near;
    /// [`is_before`](crate::object::Field::is_before), [`is_today`](crate::object::Field::is_today) and the
    /// others of dates.
    Dates;
    /// [`is_blank`](crate::object::Field::is_blank) and [`is_not_blank`](crate::object::Field::is_not_blank).
    Blank;
}
