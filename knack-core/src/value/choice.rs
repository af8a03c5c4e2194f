//! Choices: as text, and as enums of yours.

use crate::cell::{Cell, ValueError};
use crate::kind::MultipleChoice;
use crate::query::{Comparison, Operand};
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

/// An enum of a choice field's options. Derived by `#[derive(KnackChoice)]`; with an arm `Other(String)`
/// it holds what is added to the field later as well.
///
/// A field of one choice is such an enum, of several a `Vec` of them.
///
/// ```
/// use knack_core::value::KnackChoice;
///
/// #[derive(Clone, Debug, PartialEq, knack_derive::KnackChoice)]
/// #[knack(crate = knack_core)]
/// enum Status {
///     New,
///     #[knack(option = "In Progress")]
///     InProgress,
///     Other(String),
/// }
///
/// assert_eq!(Status::OPTIONS, ["New", "In Progress"]);
/// assert_eq!(Status::from_option("In Progress"), Some(Status::InProgress));
/// assert_eq!(Status::from_option("On Hold"), Some(Status::Other("On Hold".into())));
/// assert_eq!(Status::InProgress.option(), "In Progress");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no enum of a choice field's options",
    label = "no `KnackChoice`",
    note = "add `#[derive(KnackChoice)]` to the enum"
)]
pub trait KnackChoice: Sized {
    /// The options that have an arm of their own.
    const OPTIONS: &'static [&'static str];

    /// Whether an arm holds every other option. Where none does, the enum is checked to have every option
    /// of the field, if there is a committed schema.
    const HOLDS_OTHERS: bool = true;

    /// The arm of an option; `None` if it has none.
    fn from_option(option: &str) -> Option<Self>;

    /// The option of an arm.
    fn option(&self) -> &str;
}

fn read<C: KnackChoice>(cell: Cell<'_>) -> Result<C, ValueError> {
    let option = cell.text()?;
    C::from_option(&option).ok_or_else(|| {
        ValueError::new(format!(
            "is no option of the enum, which has {}; give it an arm, or the arm `Other(String)` for all that come",
            C::OPTIONS.join(", ")
        ))
    })
}

/// The one option chosen.
fn single(cell: Cell<'_>) -> Result<Cell<'_>, ValueError> {
    let cell = filled(cell)?;
    if !cell.is_list() {
        return Ok(cell);
    }
    let mut chosen = cell.elements().filter(|option| !option.is_empty());
    match (chosen.next(), chosen.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(ValueError::new("holds several options; declare the field as a `Vec`")),
    }
}

/// The options chosen, each read by `read`.
fn several<U>(cell: Cell<'_>, read: fn(Cell<'_>) -> Result<U, ValueError>) -> Result<Vec<U>, ValueError> {
    if cell.is_empty() {
        return Ok(Vec::new());
    }
    if !cell.is_list() {
        return Ok(vec![read(cell)?]);
    }
    cell.elements().filter(|option| !option.is_empty()).map(read).collect()
}

impl FromField<MultipleChoice> for String {
    /// The one option chosen. Several are an error: `Vec<String>` holds them.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        single(cell)?.text().map(Into::into)
    }
}

impl FromField<MultipleChoice> for Vec<String> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        several(cell, |option| option.text().map(Into::into))
    }
}

#[diagnostic::do_not_recommend]
impl<C: KnackChoice> FromField<MultipleChoice> for C {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        read(single(cell)?)
    }
}

#[diagnostic::do_not_recommend]
impl<C: KnackChoice> FromField<MultipleChoice> for Vec<C> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        several(cell, read)
    }
}

impl<U: ToField<MultipleChoice>> ToField<MultipleChoice> for [U] {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.list(self, |out, option| option.to_field(out))
    }
}

impl<U: ToField<MultipleChoice>, const N: usize> ToField<MultipleChoice> for [U; N] {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.as_slice().to_field(out)
    }
}

impl<U: ToField<MultipleChoice>> ToField<MultipleChoice> for Vec<U> {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.as_slice().to_field(out)
    }
}

macro_rules! options {
    ($(#[$doc:meta])* $name:ident: $($(#[$arm_doc:meta])* $arm:ident = $option:literal,)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$arm_doc])* $arm,)*
            /// A status that this version does not know.
            Other(String),
        }

        impl KnackChoice for $name {
            const OPTIONS: &'static [&'static str] = &[$($option),*];

            fn from_option(option: &str) -> Option<Self> {
                Some(match option {
                    $($option => Self::$arm,)*
                    other => Self::Other(other.to_owned()),
                })
            }

            fn option(&self) -> &str {
                match self {
                    $(Self::$arm => $option,)*
                    Self::Other(other) => other,
                }
            }
        }

        impl ToField<MultipleChoice> for $name {
            fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                out.text(self.option());
                Ok(())
            }
        }

        impl Operand<MultipleChoice> for &$name {
            fn operand(self, _: Comparison) -> Result<serde_json::Value, ValueError> {
                Ok(self.option().into())
            }
        }

        impl Operand<MultipleChoice> for $name {
            fn operand(self, _: Comparison) -> Result<serde_json::Value, ValueError> {
                Ok(self.option().into())
            }
        }
    };
}

options! {
    /// Whether an account may log in: the column `account_status` of user objects, and their field "User
    /// Status".
    ///
    /// Source: user objects in application dumps.
    ///
    /// ```
    /// # use knack_core::KnackObject;
    /// use knack_core::value::AccountStatus;
    ///
    /// #[derive(knack_derive::KnackObject)]
    /// #[knack(object = "object_6", crate = knack_core)]
    /// struct Account {
    ///     #[knack(key = "account_status", kind = "multiple_choice")]
    ///     status: Option<AccountStatus>,
    /// }
    ///
    /// let sent = br#"{"account_status":"pending approval"}"#;
    /// let account: Account = knack_core::record::read_record(sent)?.result.unwrap();
    /// assert_eq!(account.status, Some(AccountStatus::PendingApproval));
    /// # Ok::<(), knack_core::error::MalformedAnswer>(())
    /// ```
    AccountStatus:
    /// May log in.
    Active = "active",
    /// May not.
    Inactive = "inactive",
    /// Waits for somebody's approval.
    PendingApproval = "pending approval",
}

options! {
    /// Whether an account was approved: the column `approval_status` of user objects.
    ///
    /// Source: docs.knack.com/docs/remote-user-logins.
    ///
    /// ```
    /// use knack_core::value::{ApprovalStatus, KnackChoice};
    ///
    /// assert_eq!(ApprovalStatus::from_option("approved"), Some(ApprovalStatus::Approved));
    /// ```
    ApprovalStatus:
    /// It was.
    Approved = "approved",
    /// It waits.
    Pending = "pending",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Strict {
        A,
    }

    impl KnackChoice for Strict {
        const OPTIONS: &'static [&'static str] = &["A"];

        fn from_option(option: &str) -> Option<Self> {
            (option == "A").then_some(Self::A)
        }

        fn option(&self) -> &'static str {
            "A"
        }
    }

    #[test]
    fn one_and_several() {
        let cell = |json: &'static str| Cell::new(json.as_bytes());
        assert_eq!(Strict::from_field(cell("\"A\"")).unwrap(), Strict::A);
        assert_eq!(Strict::from_field(cell("[\"A\"]")).unwrap(), Strict::A);
        assert_eq!(Vec::<Strict>::from_field(cell("[\"A\",null]")).unwrap(), [Strict::A]);
        assert_eq!(Vec::<Strict>::from_field(cell("[null]")).unwrap(), []);
        let error = Strict::from_field(cell("\"B\"")).unwrap_err().to_string();
        assert!(error.starts_with("is no option of the enum, which has A;"), "{error}");
        assert!(Strict::from_field(cell("[\"A\",\"A\"]")).is_err());
    }
}
