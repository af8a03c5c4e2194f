//! Views on child pages: they are about a record that a page above them shows.

use std::fmt;
use std::marker::PhantomData;

use crate::key::RecordId;
use crate::list::List;
use crate::object::{Object, ObjectTag};
use crate::record::Record;
use crate::value::Link;
use crate::verbs::{Execute, KnackObject};

/// Where a view is: [`TopLevel`], or on the page of a record of an [`Object`].
///
/// Source: docs.knack.com/docs/view-based-requests.
///
/// ```
/// use knack_core::object::Object;
/// use knack_core::view::{Context, TopLevel};
///
/// fn is_context<C: Context>() {}
/// is_context::<TopLevel>();
/// is_context::<Object<3>>();
/// ```
pub trait Context: sealed::Sealed {
    /// What a list begins as.
    type List<T, C>;

    #[doc(hidden)]
    fn begin<T, C>(list: List<T, C>) -> Self::List<T, C>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::TopLevel {}
    impl<const NUMBER: u32> Sealed for super::Object<NUMBER> {}
}

/// Of a view that is about no record of another page.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// fn is_at_the_top<V: KnackView<Context = knack_core::view::TopLevel>>() {}
/// is_at_the_top::<Product>();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TopLevel;

/// Holds for [`TopLevel`] alone.
///
/// ```
/// use knack_core::view::{AtTheTop, TopLevel};
///
/// fn at_the_top<C: AtTheTop>() {}
/// at_the_top::<TopLevel>();
/// ```
#[diagnostic::on_unimplemented(
    message = "this view is about a record of the page above it",
    label = "whose is it?",
    note = "use `create_of` or `report_of`, which take the record"
)]
pub trait AtTheTop: Context {}

impl AtTheTop for TopLevel {}

impl Context for TopLevel {
    type List<T, C> = List<T, C>;

    fn begin<T, C>(list: List<T, C>) -> List<T, C> {
        list
    }
}

impl<const NUMBER: u32> Context for Object<NUMBER> {
    type List<T, C> = ChildList<T, C, Self>;

    fn begin<T, C>(list: List<T, C>) -> ChildList<T, C, Self> {
        ChildList { list, parent: PhantomData }
    }
}

/// A list of a child page, which must be told [of](Self::of) which record it is.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let knack = Canned(r#"{"total_pages":1,"total_records":1,"records":[{"field_40":7}]}"#);
/// # let customer: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
/// let orders = CustomerOrder::list(&knack).of(customer).all().await?;
/// assert_eq!(orders[0].number, 7);
/// # Ok(()) }
/// ```
#[must_use = "a list asks for nothing before it is read"]
pub struct ChildList<T, C, O> {
    list: List<T, C>,
    parent: PhantomData<fn() -> O>,
}

impl<T: Record, C: Execute, O: ObjectTag> ChildList<T, C, O> {
    /// The list in the context of this record: its id, or a link to it.
    pub fn of(self, parent: impl IdOf<O>) -> List<T, C> {
        match T::PROJECTION.view().and_then(crate::view::ViewDef::parent) {
            Some(slug) => self.list.under(slug, parent.id_of()),
            None => self.list,
        }
    }
}

impl<T, C, O> fmt::Debug for ChildList<T, C, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChildList").field(&self.list).finish()
    }
}

/// What names a record of the object `O`: its id, or a [`Link`] of a struct of that object.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::object::Object;
/// use knack_core::view::IdOf;
///
/// fn customer(id: impl IdOf<Object<3>>) -> RecordId { id.id_of() }
///
/// let id: RecordId = "5d7964422d7159001659b27a".parse()?;
/// assert_eq!(customer(Link::<Customer>::to(id)), id);
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no record that this view is about",
    label = "no record of the page above",
    note = "on a child page, give the id of the record that the page above shows, or a `Link` to it; a view that is on none takes no such record"
)]
pub trait IdOf<O> {
    /// The record's id.
    fn id_of(&self) -> RecordId;
}

impl<O: ObjectTag> IdOf<O> for RecordId {
    fn id_of(&self) -> RecordId {
        *self
    }
}

impl<O: ObjectTag, T: KnackObject<Object = O>> IdOf<O> for Link<T> {
    fn id_of(&self) -> RecordId {
        self.id()
    }
}

impl<O, I: IdOf<O>> IdOf<O> for &I {
    fn id_of(&self) -> RecordId {
        (**self).id_of()
    }
}
