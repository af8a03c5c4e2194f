//! The verbs of a record as provided methods of one trait, over one seam to the executor.
//!
//! Source: docs.knack.com/docs/object-based-requests.

use std::future::Future;

use bytes::Bytes;
use http::StatusCode;

use crate::call::{self, Call, Label, Verb};
use crate::error::{Error, Result};
use crate::key::RecordId;
use crate::kind::Connection;
use crate::list::List;
use crate::object::{Field, FieldDef, ObjectTag, Projection, SameObject};
use crate::patch::{BodyWriter, Patch};
use crate::query::ListQuery;
use crate::record::{FieldError, Guarded, Reader, RecordError, read_field, read_page, read_record};
use crate::value::Link;

/// The body of a successful answer.
///
/// ```
/// use knack_core::verbs::Reply;
///
/// let reply = Reply { body: r#"{"delete":true}"#.into() };
/// assert!(reply.body.starts_with(b"{"));
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    /// The bytes as they came.
    pub body: Bytes,
}

/// Carries out calls: paced, retried, judged. The runtime's client is one; a test's may answer by
/// itself. Clones are the same one: lists and tasks hold clones.
///
/// ```
/// use knack_core::call::{Call, Verb};
/// use knack_core::verbs::{Execute, Reply};
/// use knack_core::{Result, error};
///
/// /// Has one customer, whatever is asked, and refuses to be written to.
/// #[derive(Clone)]
/// struct Fixed;
///
/// impl Execute for Fixed {
///     async fn execute(&self, call: Call) -> Result<Reply> {
///         if call.verb() == Verb::Get {
///             return Ok(Reply { body: r#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}"#.into() });
///         }
///         Err(error::from_answer(call.label(), None, http::StatusCode::FORBIDDEN, 1, b"read only"))
///     }
/// }
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert!(Fixed.execute(call::create(&CUSTOMER, "{}".into())).await.is_err());
/// # }
/// ```
pub trait Execute: Clone + Send + Sync + 'static {
    /// Carries out one call and gives back the successful answer; an answer of any other status is an
    /// error, see [`from_answer`](crate::error::from_answer). Dropping the future gives the call up; it may
    /// have been sent.
    fn execute(&self, call: Call) -> impl Future<Output = Result<Reply>> + Send;
}

/// An [`Execute`] that may call the object routes of the API: a client with an API key.
///
/// ```
/// use knack_core::{KnackObject, Result, verbs::ObjectAccess};
///
/// /// Works with the runtime's client and with a stand-in of a test.
/// async fn count<T: KnackObject>(knack: &impl ObjectAccess) -> Result<usize> {
///     Ok(T::list(knack).guarded().await?.len())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no API key, which calls of objects need",
    label = "no access to objects",
    note = "give the key to the builder: `Client::builder(app_id).api_key(key).build()`"
)]
pub trait ObjectAccess: Execute {}

/// A struct that stands for records of a Knack object. Derive it; the verbs come with it.
///
/// Every verb takes the client, so the struct holds data alone. All of them give an [`Error`] that
/// names the object and the record.
///
/// Source: docs.knack.com/docs/object-based-requests.
///
/// ```
/// use knack_core::{KnackObject, Patch, RecordId, Result};
/// use knack_core::verbs::ObjectAccess;
///
/// async fn put<T: KnackObject>(knack: &impl ObjectAccess, id: RecordId, patch: Patch<T>) -> Result<T> {
///     match T::get_opt(knack, id).await? {
///         Some(_) => T::update(knack, id, patch).await,
///         None => T::create(knack, &patch).await,
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for a Knack object",
    label = "no `KnackObject`",
    note = "add `#[derive(KnackObject)]` and `#[knack(object = \"object_…\")]` to the struct (without `create`: a new record is not read)"
)]
pub trait KnackObject: Sized + Send + 'static {
    /// The object as a type, the same for all structs of that object.
    type Object: ObjectTag;

    /// The fields that the struct takes.
    const PROJECTION: &'static Projection;

    /// Reads the struct from a record; written by the derive.
    fn read(reader: &mut Reader<'_>) -> Result<Self, FieldError>;

    /// Reads one record. A record that does not exist is [`Error::NotFound`].
    ///
    /// Costs one call, and a second one when Knack answers 500, which it does for records that do
    /// not exist as well as when it is in trouble.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}"#);
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// let customer = Customer::get(&knack, id).await?;
    /// assert_eq!(customer.city, "Oslo");
    /// # Ok(()) }
    /// ```
    fn get<C: ObjectAccess>(client: &C, id: RecordId) -> impl Future<Output = Result<Self>> + Send {
        async move {
            let label = Label::new(Verb::Get, Self::PROJECTION, Some(id));
            Self::get_opt(client, id).await?.ok_or(Error::NotFound { call: label })
        }
    }

    /// Reads one record, or `None` if it does not exist. Costs what [`get`](Self::get) does.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}"#);
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// let city = Customer::get_opt(&knack, id).await?.map(|customer| customer.city);
    /// assert_eq!(city.as_deref(), Some("Oslo"));
    /// # Ok(()) }
    /// ```
    fn get_opt<C: ObjectAccess>(
        client: &C,
        id: RecordId,
    ) -> impl Future<Output = Result<Option<Self>>> + Send {
        async move {
            let call = call::get(Self::PROJECTION, id);
            match client.execute(call.clone()).await {
                Ok(reply) => decode(&call, &reply).map(Some),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) if is_500(&error) => match look_closer::<Self, C>(client, id).await? {
                    Presence::Here(record) => record.map(Some).map_err(Error::Unreadable),
                    Presence::Gone => Ok(None),
                    Presence::Unknown => Err(error),
                },
                Err(error) => Err(error),
            }
        }
    }

    /// Lists records. Nothing is sent before the list is read, see [`List`].
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
    /// #     {"field_7":"Oslo"},{"field_7":"Bergen"}]}"#);
    /// let customers = Customer::list(&knack).all().await?;
    /// assert_eq!(customers.len(), 2);
    /// # Ok(()) }
    /// ```
    fn list<C: ObjectAccess>(client: &C) -> List<Self, C> {
        List::new(client.clone())
    }

    /// Makes a record from a struct with `#[knack(create)]` or from a [`Patch`], and reads it back,
    /// computed fields included. Costs one call.
    ///
    /// A create of which no answer tells whether it was carried out is [`Error::Ambiguous`]; it is not
    /// sent again. Refused values are [`Error::Validation`].
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}"#);
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// #[derive(knack_derive::KnackObject)]
    /// #[knack(object = "object_3", create, crate = knack_core)]
    /// struct NewCustomer {
    ///     #[knack(key = "field_7", kind = "short_text", required)]
    ///     city: String,
    /// }
    /// let customer = Customer::create(&knack, &NewCustomer { city: "Oslo".into() }).await?;
    /// assert_eq!(customer.city, "Oslo");
    /// # Ok(()) }
    /// ```
    fn create<C: ObjectAccess, R>(client: &C, record: &R) -> impl Future<Output = Result<Self>> + Send
    where
        R: NewRecord<Self::Object>,
    {
        let body = record.body();
        async move {
            let call = call::create(Self::PROJECTION, body?);
            made(&call, &client.execute(call.clone()).await?)
        }
    }

    /// Changes the fields that the patch names and reads the record back. Costs one call, and up to
    /// two more when Knack answers 500, to tell a missing record from trouble.
    ///
    /// A record that does not exist is [`Error::NotFound`]. An update without an answer is sent again: a
    /// second one changes nothing more. One whose answer does not fit the struct is [`Error::Updated`].
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}"#);
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// use knack_core::Patch;
    ///
    /// let customer = Customer::update(&knack, id, Patch::new().set(Customer::CITY, "Oslo")).await?;
    /// assert_eq!(customer.city, "Oslo");
    /// # Ok(()) }
    /// ```
    fn update<C: ObjectAccess>(
        client: &C,
        id: RecordId,
        patch: Patch<Self>,
    ) -> impl Future<Output = Result<Self>> + Send {
        async move {
            let call = call::update(Self::PROJECTION, id, patch.body(id)?);
            let reply = on_record::<Self, C>(client, &call, id).await?.reply(&call)?;
            decode(&call, &reply)
        }
    }

    /// Deletes a record. Costs what [`update`](Self::update) does.
    ///
    /// A record that does not exist is [`Error::NotFound`], unless an earlier attempt of this very call
    /// may have deleted it: then that is what was asked for.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// let knack = Canned(r#"{"delete":true}"#); // a stand-in with Knack's answer
    /// Customer::delete(&knack, id).await?;
    /// # Ok(()) }
    /// ```
    fn delete<C: ObjectAccess>(client: &C, id: RecordId) -> impl Future<Output = Result<()>> + Send {
        async move {
            let call = call::delete(Self::PROJECTION, id);
            match on_record::<Self, C>(client, &call, id).await? {
                // Missing after a second attempt: the first, whose answer was lost, may have done it.
                Done::Reply(_) | Done::Missing { attempts: 2.. } => Ok(()),
                Done::Missing { .. } => Err(Error::NotFound { call: *call.label() }),
            }
        }
    }

    /// Connects more records: adds ids to those of a connection field, and answers all it has then.
    ///
    /// Knack can only replace the whole set, so this reads the record and writes it: two calls, or one if
    /// nothing is new. What another program changes in between is lost. If Knack does not keep what was
    /// written, as a field of one connection does with several, that is an [`Error::Api`] that names both;
    /// an answer that does not tell what the field holds is an [`Error::Unreadable`] before anything is
    /// written, and an [`Error::Updated`] after it.
    ///
    /// Source: docs.knack.com/docs/working-with-fields.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let [id, ann]: [RecordId; 2] = ["5d7964422d7159001659b27a", "5d7964422d7159001659b27b"].map(|id| id.parse().unwrap());
    /// let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_9":[{"id":"5d7964422d7159001659b27b"}]}"#);
    /// let reps = Customer::connect(&knack, id, Customer::REP, &[ann]).await?;
    /// assert_eq!(reps, [ann]);
    /// # Ok(()) }
    /// ```
    fn connect<C: ObjectAccess, O, N: Send>(
        client: &C,
        id: RecordId,
        field: Field<O, Connection, N>,
        more: &[RecordId],
    ) -> impl Future<Output = Result<Vec<RecordId>>> + Send
    where
        Self::Object: SameObject<O>,
    {
        let more = more.to_vec();
        reconnect::<Self, C>(client, id, *field.def(), move |ids| {
            for id in more {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        })
    }

    /// Takes records from a connection: removes ids from a connection field, and answers those that remain.
    /// Costs what [`connect`](Self::connect) does, and has its gap.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let [id, ann]: [RecordId; 2] = ["5d7964422d7159001659b27a", "5d7964422d7159001659b27b"].map(|id| id.parse().unwrap());
    /// let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_9":[]}"#);
    /// let reps = Customer::disconnect(&knack, id, Customer::REP, &[ann]).await?;
    /// assert!(reps.is_empty());
    /// # Ok(()) }
    /// ```
    fn disconnect<C: ObjectAccess, O, N: Send>(
        client: &C,
        id: RecordId,
        field: Field<O, Connection, N>,
        gone: &[RecordId],
    ) -> impl Future<Output = Result<Vec<RecordId>>> + Send
    where
        Self::Object: SameObject<O>,
    {
        let gone = gone.to_vec();
        reconnect::<Self, C>(client, id, *field.def(), move |ids| ids.retain(|id| !gone.contains(id)))
    }
}

/// A record to be made in the object `O`: a struct with `#[knack(create)]`, or a [`Patch`].
///
/// ```
/// #[derive(knack_derive::KnackObject)]
/// #[knack(object = "object_3", create, crate = knack_core)]
/// struct NewCustomer {
///     #[knack(key = "field_7", kind = "short_text", required)]
///     city: String,
///     #[knack(key = "field_8", kind = "number")]
///     age: Option<u32>,
/// }
/// use knack_core::verbs::NewRecord;
///
/// let new = NewCustomer { city: "Oslo".into(), age: None };
/// assert_eq!(new.body()?, r#"{"field_7":"Oslo"}"#); // `None` is not sent: Knack uses its default
/// # Ok::<(), knack_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no new record of this object",
    label = "cannot be given to `create` here",
    note = "derive `KnackObject` with `#[knack(object = \"object_…\", create)]` on a struct of the new record's fields, or give a `Patch`"
)]
pub trait NewRecord<O: ObjectTag> {
    /// The JSON object to send, by field keys. [`Error::Invalid`] if a value cannot be sent,
    /// [`Error::Validation`] if a required one is missing.
    fn body(&self) -> Result<String>;
}

fn decode<T: KnackObject>(call: &Call, reply: &Reply) -> Result<T> {
    let record = read_record::<T>(&reply.body);
    let record = record.map_err(|answer| Error::Malformed { call: *call.label(), answer })?;
    record.result.map_err(|cause| unreadable(call, cause))
}

/// The error of a record in an answer that does not fit. Of an update it says that it was carried out.
fn unreadable(call: &Call, cause: RecordError) -> Error {
    match call.verb() {
        Verb::Update => Error::Updated { call: *call.label(), cause },
        _ => Error::Unreadable(cause),
    }
}

/// Reads the answer of a create. Whatever is wrong with it, nobody is to send it again unawares.
fn made<T: KnackObject>(call: &Call, reply: &Reply) -> Result<T> {
    let label = *call.label();
    let record = read_record::<T>(&reply.body).map_err(|answer| Error::Ambiguous {
        call: label,
        cause: Box::new(Error::Malformed { call: label, answer }),
    })?;
    let Guarded { id, result } = record;
    result.map_err(|cause| Error::Created { call: label, record: id, cause })
}

pub(crate) fn is_500(error: &Error) -> bool {
    matches!(error, Error::Api { status: StatusCode::INTERNAL_SERVER_ERROR, .. })
}

/// Whether a record that gave a 500 exists.
enum Presence<T> {
    Here(Result<T, RecordError>),
    Gone,
    /// The list did not heed the question, which the documents do not promise.
    Unknown,
}

/// Tells a record that does not exist from a server in trouble, both of which answer 500: asks the
/// list for it. Trouble shows there as well, as an error; a list without it means that it is gone.
async fn look_closer<T: KnackObject, C: ObjectAccess>(client: &C, id: RecordId) -> Result<Presence<T>> {
    let query = ListQuery::default().only(&[id]).rows_per_page(1);
    let call = call::list(T::PROJECTION, &query);
    let reply = client.execute(call.clone()).await?;
    let page =
        read_page::<T>(&reply.body).map_err(|answer| Error::Malformed { call: *call.label(), answer })?;
    Ok(match page.records.into_iter().next() {
        Some(Guarded { id: Some(found), result }) if found == id => Presence::Here(result),
        Some(_) => Presence::Unknown,
        None => Presence::Gone,
    })
}

/// What became of a call on one record.
enum Done {
    Reply(Reply),
    /// There is no such record; it was tried so often.
    Missing {
        attempts: u32,
    },
}

impl Done {
    fn reply(self, call: &Call) -> Result<Reply> {
        match self {
            Self::Reply(reply) => Ok(reply),
            Self::Missing { .. } => Err(Error::NotFound { call: *call.label() }),
        }
    }
}

/// Carries out a call on one record; after a 500, once more if the record is there.
async fn on_record<T: KnackObject, C: ObjectAccess>(client: &C, call: &Call, id: RecordId) -> Result<Done> {
    match client.execute(call.clone()).await {
        Ok(reply) => Ok(Done::Reply(reply)),
        Err(Error::Api { status: StatusCode::INTERNAL_SERVER_ERROR, attempts, message, call: label }) => {
            match look_closer::<T, C>(client, id).await? {
                Presence::Here(_) => client.execute(call.clone()).await.map(Done::Reply),
                Presence::Gone => Ok(Done::Missing { attempts }),
                Presence::Unknown => Err(Error::Api {
                    call: label,
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    attempts,
                    message,
                }),
            }
        }
        Err(error) => Err(error),
    }
}

/// Reads the ids of a connection, changes them, and writes them if they are others now. Answers those that
/// the record has after it.
async fn reconnect<T: KnackObject, C: ObjectAccess>(
    client: &C,
    id: RecordId,
    field: FieldDef,
    change: impl FnOnce(&mut Vec<RecordId>) + Send,
) -> Result<Vec<RecordId>> {
    let call = call::get(T::PROJECTION, id);
    let mut ids = connected::<T, C>(client, &call, id, field).await?;
    let before = ids.clone();
    change(&mut ids);
    if ids == before {
        return Ok(ids);
    }
    let body = BodyWriter::update::<Connection, _>(T::PROJECTION, id, &field, &ids)?;
    let call = call::update(T::PROJECTION, id, body);
    let kept = connected::<T, C>(client, &call, id, field).await?;
    if kept.len() == ids.len() && ids.iter().all(|id| kept.contains(id)) {
        return Ok(kept);
    }
    let list = |ids: &[RecordId]| ids.iter().map(RecordId::to_string).collect::<Vec<_>>().join(", ");
    Err(Error::Api {
        call: *call.label(),
        status: StatusCode::OK,
        message: format!(
            "it was written, and {}, which was to be connected to [{}], is connected to [{}] now; does the \
             field take several connections, and are these records of the object that it leads to?",
            field.key(),
            list(&ids),
            list(&kept)
        ),
        attempts: 1,
    })
}

/// The connected records of a field by the answer to a call on its record.
async fn connected<T: KnackObject, C: ObjectAccess>(
    client: &C,
    call: &Call,
    id: RecordId,
    field: FieldDef,
) -> Result<Vec<RecordId>> {
    let reply = on_record::<T, C>(client, call, id).await?.reply(call)?;
    let links = read_field::<Connection, Vec<Link<T>>>(&reply.body, T::PROJECTION, id, &field);
    let links = links.map_err(|answer| Error::Malformed { call: *call.label(), answer })?;
    Ok(links.map_err(|error| unreadable(call, error.into()))?.iter().map(Link::id).collect())
}
