//! Connections to records of other objects.

use std::fmt;
use std::marker::PhantomData;

use crate::cell::{Cell, ValueError};
use crate::error::Result;
use crate::key::RecordId;
use crate::kind::Connection;
use crate::resolve::Resolve;
use crate::value::html::{Html, has_tags};
use crate::value::{FromField, ToField, filled};
use crate::verbs::{KnackObject, ObjectAccess};
use crate::write::ValueWriter;

/// A connection to a record that `T` stands for: its id, and the label that Knack sends along. `T` is
/// there for the reader; beside a committed schema it is also checked to be of the object that the field
/// connects to.
///
/// A field of one connection is a `Link<T>`, of several a `Vec<Link<T>>`. Writing replaces the whole
/// set: the API has no way to add one. The connected record is not read along; that is a call of its
/// own.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::value::{FromField, Link};
///
/// struct Order;
///
/// let sent = br#"[{"id":"5d7964422d7159001659b27a","identifier":"No. 17"}]"#;
/// let link: Link<Order> = Link::from_field(Cell::new(sent))?;
/// assert_eq!(link.label(), Some("No. 17"));
///
/// let same: Link<Order> = Link::to(link.id()); // to write, or to filter by
/// assert_eq!((same == link, same.label()), (true, None));
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
pub struct Link<T> {
    id: RecordId,
    label: Option<Box<str>>,
    /// The label as it came, where that is not its text.
    markup: Option<Box<str>>,
    target: PhantomData<fn() -> T>,
}

impl<T> Link<T> {
    /// A link to the record with this id. Whether there is such a record is not looked at; how Knack
    /// takes an id that it does not know is not documented.
    pub const fn to(id: RecordId) -> Self {
        Self { id, label: None, markup: None, target: PhantomData }
    }

    /// The id of the connected record.
    pub const fn id(&self) -> RecordId {
        self.id
    }

    /// What Knack shows for the connected record, as text; `None` if its object has no field for that.
    ///
    /// Knack does not tell of what kind that field is. What is shown with markup, such as a link, comes
    /// without it; a text in which no well-formed tag of HTML stands comes as it is.
    ///
    /// ```
    /// use knack_core::cell::Cell;
    /// use knack_core::value::{FromField, Link};
    ///
    /// let sent = br#"[{"id":"5d7964422d7159001659b27a","identifier":"<a href=\"tel:17\">No. 17</a>"}]"#;
    /// let link: Link<()> = Link::from_field(Cell::new(sent))?;
    /// assert_eq!(link.label(), Some("No. 17"));
    /// assert!(link.label_html().unwrap().untrusted().starts_with("<a href"));
    /// # Ok::<(), knack_core::cell::ValueError>(())
    /// ```
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The label as it came: the formatted value of the field that Knack shows, which may be HTML made of
    /// what visitors wrote.
    pub fn label_html(&self) -> Option<Html> {
        self.markup.as_deref().or(self.label()).map(Html::new)
    }
}

impl<T: KnackObject> Link<T> {
    /// Reads the connected record: a call for this one alone. [`resolve`](Self::resolve) reads many.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}"#);
    /// # let link: Link<Customer> = Link::to("5d7964422d7159001659b27a".parse().unwrap());
    /// let customer: Customer = link.fetch(&knack).await?;
    /// # assert_eq!(customer.city, "Oslo");
    /// # Ok(()) }
    /// ```
    pub fn fetch<C: ObjectAccess>(&self, client: &C) -> impl Future<Output = Result<T>> + Send {
        T::get(client, self.id)
    }

    /// Reads the records of many links in few calls, each record once. The cost is known before:
    /// [`Resolve::calls`].
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":1,"records":[{"id":"5d7964422d7159001659b27a",
    /// #     "field_7":"Oslo","field_9":[{"id":"5d7964422d7159001659b27a"}]}]}"#);
    /// let customers = Customer::list(&knack).all().await?;
    /// let reps = Link::resolve(&knack, customers.iter().flat_map(|customer| &customer.rep)).await?;
    /// for customer in &customers {
    ///     let rep = customer.rep.first().and_then(|link| reps.get(link));
    ///     assert_eq!(rep.unwrap().city, "Oslo");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn resolve<'a, C: ObjectAccess>(
        client: &C,
        links: impl IntoIterator<Item = &'a Self>,
    ) -> Resolve<T, C> {
        Resolve::new(client.clone(), links.into_iter().map(Self::id))
    }
}

impl<T> From<RecordId> for Link<T> {
    fn from(id: RecordId) -> Self {
        Self::to(id)
    }
}

impl<T> Clone for Link<T> {
    fn clone(&self) -> Self {
        Self { id: self.id, label: self.label.clone(), markup: self.markup.clone(), target: PhantomData }
    }
}

#[expect(clippy::missing_fields_in_debug, reason = "the label's markup says no more than its text")]
impl<T> fmt::Debug for Link<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("id", &self.id).field("label", &self.label).finish()
    }
}

impl<T> PartialEq for Link<T> {
    /// Links to the same record are equal, whatever their labels.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<T> Eq for Link<T> {}

impl<T> FromField<Connection> for Link<T> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let cell = filled(cell)?;
        if !cell.is_list() {
            return read(cell);
        }
        let mut links = cell.elements().filter(|link| !link.is_empty());
        match (links.next(), links.next()) {
            (Some(one), None) => read(one),
            _ => Err(ValueError::new("holds several connections; declare the field as `Vec<Link<…>>`")),
        }
    }
}

impl<T> FromField<Connection> for Vec<Link<T>> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if cell.is_list() {
            return cell.elements().filter(|link| !link.is_empty()).map(read).collect();
        }
        if cell.is_empty() { Ok(Self::new()) } else { Ok(vec![read(cell)?]) }
    }
}

/// Reads `{"id":"…","identifier":"…"}`, or a bare id.
fn read<T>(cell: Cell<'_>) -> Result<Link<T>, ValueError> {
    let (mut id, mut label, mut markup) = (cell, None, None);
    for (key, part) in cell.entries() {
        match &*key {
            b"id" => id = part,
            b"identifier" if !part.is_empty() => (label, markup) = shown(&part.text()?),
            _ => {}
        }
    }
    let id = id.text()?.parse().map_err(|_| ValueError::new("holds a connection without a record id"))?;
    Ok(Link { id, label, markup, target: PhantomData })
}

/// The text of a label, and the label where that is another. A label is of any kind: where it has no tags it
/// is as somebody wrote it, but for the space in amounts of money.
fn shown(label: &str) -> (Option<Box<str>>, Option<Box<str>>) {
    if !label.contains(['<', '&']) {
        return (Some(label.into()), None);
    }
    let text = if has_tags(label) { Html::new(label).to_text() } else { label.replace("&nbsp;", "\u{a0}") };
    let markup = (text != label).then(|| label.into());
    (Some(text.into()), markup)
}

impl<T> ToField<Connection> for Link<T> {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.id.to_field(out)
    }
}

impl ToField<Connection> for RecordId {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        [*self].as_slice().to_field(out)
    }
}

impl ToField<Connection> for [RecordId] {
    /// Replaces the whole set of connections.
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.list(self, |out, id| {
            out.text(&id.to_string());
            Ok(())
        })
    }
}

impl ToField<Connection> for Vec<RecordId> {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.as_slice().to_field(out)
    }
}

impl<T> ToField<Connection> for [Link<T>] {
    /// Replaces the whole set of connections: Knack has no way to add one.
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.list(self, |out, link| {
            out.text(&link.id.to_string());
            Ok(())
        })
    }
}

impl<T> ToField<Connection> for Vec<Link<T>> {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.as_slice().to_field(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn link(label: &str) -> Link<()> {
        let sent = serde_json::json!({"id": "5d7964422d7159001659b27a", "identifier": label}).to_string();
        Link::from_field(Cell::new(sent.as_bytes())).unwrap()
    }

    #[test]
    fn texts_are_not_taken_for_markup() {
        for label in
            ["<Ann>", "x<y and z>w", "x<b and z>w", "a < b > c", "AT&T; R&amp;D", "</", "<a href=x", "1<2>0"]
        {
            assert_eq!(link(label).label(), Some(label));
            assert_eq!(link(label).label_html().unwrap().untrusted(), label);
        }
        assert_eq!(link("3.14&nbsp;€").label(), Some("3.14\u{a0}€"));
        assert_eq!(link("<p>R&amp;D</p>").label(), Some("R&D"));
    }

    /// Text in which what looks like markup is none.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-zé🚲 ]{1,5}",
            "<[A-Zé][a-z]{1,9}x>",
            "<[ 0-9=]{0,3}",
            "[a-z]<[a-z] [a-z]{1,3}>",
            Just("</".to_owned()),
            Just("> ".to_owned()),
            Just("\"'".to_owned()),
        ];
        // Behind every piece a sign that no tag has, or two of them could make one.
        proptest::collection::vec(piece.prop_map(|piece| piece + "|"), 1..6)
            .prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn labels_are_the_texts_that_they_were(text in text(), more in "[^<&]{1,9}") {
            let plain = link(&text);
            prop_assert_eq!(plain.label(), Some(text.as_str()));
            let span = link(&format!("<span class=\"5d79\">{text}</span><br />{more}"));
            let lines = format!("{text}\n{more}");
            prop_assert_eq!(span.label(), Some(lines.as_str()));
            let mail = link(&format!("<a href='mailto:a' target=_blank>{more}</a>"));
            prop_assert_eq!(mail.label(), Some(more.as_str()));
        }

        #[test]
        fn nothing_that_came_is_lost(label in "[<>/&;a-c =\"'!-]{1,40}") {
            let link = link(&label);
            let html = link.label_html().unwrap();
            prop_assert_eq!(html.untrusted(), &label);
        }
    }
}
