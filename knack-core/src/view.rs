//! Views: the pages of an application as an API. What a view shows can be read through it, what it takes can
//! be written, and its rules are carried out.
//!
//! A struct that derives [`KnackView`] stands for one view. What the view cannot do does not compile: its
//! verbs ask for [`Lists`], [`Gets`], [`Creates`], [`Updates`], [`Deletes`] and [`Reports`], which the derive
//! gives where the view has them. Who may call it is a type as well: [`Public`] views are for every client,
//! [`Login`] views for the client of a user who has logged in.
//!
//! Source: docs.knack.com/docs/view-based-requests.

mod child;
mod report;
mod submitted;

use bytes::Bytes;

pub use self::child::{AtTheTop, ChildList, Context, IdOf, TopLevel};
pub use self::report::{Figure, Offer, Report, ReportRow, ReportTable};
pub use self::submitted::Submitted;
use crate::call::{self, Call, Route};
use crate::error::{Error, Result};
use crate::key::{RecordId, SceneKey, ViewKey};
use crate::kind::Connection;
use crate::list::List;
use crate::object::{Field, ObjectTag, Projection, SameObject};
use crate::patch::Patch;
use crate::query::ListQuery;
use crate::record::{Record, read_record_of};
use crate::transport::BoxFuture;
use crate::verbs::Execute;

/// A view as the derive knows it: the struct's name, its page, its key, and who may see it.
///
/// ```
/// use knack_core::view::ViewDef;
///
/// const ORDERS: ViewDef = ViewDef::new("CustomerOrder", 8, 12).login().under("customer-details");
/// assert_eq!((ORDERS.scene().to_string(), ORDERS.view().to_string()), ("scene_8".into(), "view_12".into()));
/// assert!(ORDERS.is_behind_login());
/// assert_eq!(ORDERS.parent(), Some("customer-details"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ViewDef {
    type_name: &'static str,
    scene: SceneKey,
    view: ViewKey,
    login: bool,
    parent: Option<&'static str>,
}

impl ViewDef {
    /// The view `view_…` on the page `scene_…`, which everybody may see, for the struct `type_name`.
    pub const fn new(type_name: &'static str, scene: u32, view: u32) -> Self {
        Self { type_name, scene: SceneKey::new(scene), view: ViewKey::new(view), login: false, parent: None }
    }

    /// The same view, for those who have logged in.
    pub const fn login(self) -> Self {
        Self { login: true, ..self }
    }

    /// The same view, which is about a record that the page with this slug shows.
    pub const fn under(self, slug: &'static str) -> Self {
        Self { parent: Some(slug), ..self }
    }

    /// The struct's name.
    pub const fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The page's key.
    pub const fn scene(&self) -> SceneKey {
        self.scene
    }

    /// The view's key.
    pub const fn view(&self) -> ViewKey {
        self.view
    }

    /// Whether only those who have logged in may see it.
    pub const fn is_behind_login(&self) -> bool {
        self.login
    }

    /// The slug of the page whose record it is about, for a view on a child page.
    pub const fn parent(&self) -> Option<&'static str> {
        self.parent
    }

    pub(crate) const fn route(&self) -> Route {
        if self.login { Route::UserView } else { Route::PublicView }
    }

    pub(crate) fn path(&self) -> String {
        format!("/pages/{}/views/{}", self.scene, self.view)
    }
}

/// The access of views on pages that everybody may see. They need no key and are sent none.
///
/// Source: docs.knack.com/docs/view-based-requests.
///
/// ```
/// use knack_core::view::{Public, ViewAccess};
///
/// fn may_read_the_catalog<C: ViewAccess<Public>>(client: &C) {}
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Public;

/// The access of views on pages behind a login. They are sent the user's token.
///
/// Source: docs.knack.com/docs/user-tokens.
///
/// ```
/// use knack_core::view::{Login, ViewAccess};
///
/// fn may_read_the_orders<C: ViewAccess<Login>>(client: &C) {}
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Login;

/// An [`Execute`] that may call the views of an access: every client those that are [`Public`], a user's
/// client those behind a [`Login`].
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// use knack_core::view::{Public, ViewAccess};
///
/// async fn how_many(knack: &impl ViewAccess<Public>) -> Result<u64> {
///     Product::list(knack).count().await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the client of a user who has logged in, which this view needs",
    label = "nobody is logged in",
    note = "`client.login(email, password).await?` gives such a client"
)]
pub trait ViewAccess<A>: Execute {}

/// A view of several records: a table, a list, a calendar, a map, a search.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// fn is_list<T: knack_core::view::Lists>() {}
/// is_list::<Product>();
/// ```
#[diagnostic::on_unimplemented(
    message = "the view of `{Self}` does not list records",
    label = "tables, lists, calendars, maps and searches do",
    note = "details and update forms show one record: `get`"
)]
pub trait Lists: Record {}

/// A view of one record: details, or a form that updates it.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// fn shows_one<T: knack_core::view::Gets>() {}
/// shows_one::<Details>();
/// ```
#[diagnostic::on_unimplemented(
    message = "the view of `{Self}` does not show a single record",
    label = "details and update forms do",
    note = "tables and lists show several: `list`"
)]
pub trait Gets: Record {}

/// A form of new records. The struct is what is filled in.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// use knack_core::view::Creates;
///
/// let form = SignUp { company: "Fjord Cycles".into(), partner: None };
/// assert_eq!(form.body()?, r#"{"field_5":"Fjord Cycles"}"#);
/// # Ok::<(), knack_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the view of `{Self}` makes no records",
    label = "forms that insert do",
    note = "in the Builder, add a form to the page that adds a record, and pull the schema"
)]
pub trait Creates: Send + Sync {
    /// The object whose records it makes.
    type Object: ObjectTag;

    /// The form's inputs that the struct has.
    const PROJECTION: &'static Projection;

    /// The JSON object to send, by field keys. [`Error::Invalid`] if a value cannot be sent.
    fn body(&self) -> Result<String>;
}

/// A view that changes records: a form that updates, or a table or list that is edited in place.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// fn changes<T: knack_core::view::Updates>() {}
/// changes::<Product>();
/// ```
#[diagnostic::on_unimplemented(
    message = "the view of `{Self}` changes no records",
    label = "forms that update do, and tables with inline editing",
    note = "Knack refuses updates through a form that inserts: in the Builder, add a form that updates, or allow inline editing, and pull the schema"
)]
pub trait Updates: Record {}

/// A view that deletes records: one with a delete link.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// fn deletes<T: knack_core::view::Deletes>() {}
/// deletes::<Product>();
/// ```
#[diagnostic::on_unimplemented(
    message = "the view of `{Self}` deletes no records",
    label = "views with a delete link do",
    note = "in the Builder, add a delete link to the view, and pull the schema"
)]
pub trait Deletes: Record {}

/// A view that takes inputs: a form. The derive gives it where a view creates, and where it gets and updates.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// fn asks<T: knack_core::view::Asks>() {}
/// asks::<SignUp>();
/// ```
#[diagnostic::on_unimplemented(
    message = "the view of `{Self}` is no form, and offers no records",
    label = "forms do"
)]
pub trait Asks {
    /// The object whose records it makes or changes.
    type Object: ObjectTag;
}

/// A view of figures: a report.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// fn reports<T: knack_core::view::Reports>() {}
/// reports::<Sales>();
/// ```
#[diagnostic::on_unimplemented(message = "the view of `{Self}` is no report", label = "no figures")]
pub trait Reports {}

/// The files that a view's records can be had as.
///
/// ```
/// use knack_core::view::ExportFile;
///
/// assert_ne!(ExportFile::Csv, ExportFile::Json);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportFile {
    /// Comma-separated, with the columns' headings in the first line.
    Csv,
    /// A list of records.
    Json,
}

impl ExportFile {
    const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// A struct that stands for a view. Derive it; the verbs come with it, as far as the view has them.
///
/// Every verb takes the client, so the struct holds data alone. Who may call is checked: see [`ViewAccess`].
///
/// Source: docs.knack.com/docs/view-based-requests.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let knack = Canned(r#"{"total_pages":1,"total_records":1,"records":[{"field_30":"Tire","field_35":3}]}"#);
/// let mut few = Product::list(&knack).filter(Product::IN_STOCK.lower_than(5)).sort(Product::NAME.asc()).stream();
/// while let Some(product) = few.next().await {
///     println!("{}", product?.name);
/// }
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for a view",
    label = "no `KnackView`",
    note = "add `#[derive(KnackView)]` and `#[knack(view = \"view_…\")]` to the struct"
)]
pub trait KnackView: Sized + Send + 'static {
    /// Who may call it: [`Public`] or [`Login`].
    type Access;

    /// Where it is: [`TopLevel`], or on the page of a record of an [`Object`](crate::object::Object).
    type Context: Context;

    /// The view.
    const VIEW: &'static ViewDef;

    /// Lists the records that the view shows: those that pass its own criteria and the filter given here.
    /// Nothing is sent before the list is read, see [`List`]. On a child page,
    /// [`of`](ChildList::of) tells whose they are.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":1,"records":[{"field_30":"Tire","field_40":7}]}"#);
    /// # let customer: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// let products = Product::list(&knack).all().await?;
    /// let orders = CustomerOrder::list(&knack).of(customer).all().await?;
    /// # assert_eq!((products.len(), orders[0].number), (1, 7));
    /// # Ok(()) }
    /// ```
    fn list<C: ViewAccess<Self::Access>>(client: &C) -> <Self::Context as Context>::List<Self, C>
    where
        Self: Lists,
    {
        Self::Context::begin(List::new(client.clone()))
    }

    /// Reads one record. Costs one call.
    ///
    /// A record that does not exist is [`Error::NotFound`] or, by the recordings at hand, a 500
    /// ([`Error::Api`]); one that the view does not show may be either.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// let knack = Canned(r#"{"field_30":"Tire"}"#); // details come without an id at times
    /// let product = Details::get(&knack, id).await?;
    /// assert_eq!((product.id, &*product.name), (id, "Tire"));
    /// # Ok(()) }
    /// ```
    fn get<C: ViewAccess<Self::Access>>(client: &C, id: RecordId) -> Sent<Self>
    where
        Self: Gets,
    {
        read(client, Ok(call::get(Self::PROJECTION, id)), id)
    }

    /// Sends a form: makes a record, by the form's rules. Costs one call.
    ///
    /// A form of which no answer tells whether it was taken is [`Error::Ambiguous`]; it is not sent again.
    /// What the form refuses is [`Error::Validation`].
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"record":{"id":"5d7964422d7159001659b27a","field_5":"Fjord"},"submit_key":"submit_1"}"#);
    /// let done = SignUp::create(&knack, &SignUp { company: "Fjord".into(), partner: None }).await?;
    /// assert_eq!(done.submit_key(), Some("submit_1"));
    /// # Ok(()) }
    /// ```
    fn create<C: ViewAccess<Self::Access>>(client: &C, form: &Self) -> Sent<Submitted>
    where
        Self: Creates,
        Self::Context: AtTheTop,
    {
        submit::<Self>(client, form.body(), None)
    }

    /// Sends a form on a child page, in the context of the record that the page above shows; Knack connects the
    /// new record with it. Costs one call, and fails as [`create`](Self::create) does.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # use knack_core::object::Object;
    /// # use knack_core::view::{Creates, Login};
    /// async fn add<F>(knack: &Canned, customer: RecordId, order: &F) -> Result<()>
    /// where
    ///     F: KnackView<Access = Login, Context = Object<1>> + Creates,
    /// {
    ///     F::create_of(knack, customer, order).await?;
    ///     Ok(())
    /// }
    /// ```
    fn create_of<C: ViewAccess<Self::Access>>(
        client: &C,
        parent: impl IdOf<Self::Context>,
        form: &Self,
    ) -> Sent<Submitted>
    where
        Self: Creates,
    {
        submit::<Self>(client, form.body(), Some(parent.id_of()))
    }

    /// Changes the fields that the patch names, by the rules of the view, and reads the record back. Costs one
    /// call. The fields must be those of the struct: of others Knack takes no notice.
    ///
    /// Rules may do something at every change, so an update of which no answer tells whether it was carried
    /// out is [`Error::Ambiguous`]; it is not sent again.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_30":"Tire","field_35":2}"#);
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// let product = Product::update(&knack, id, Patch::new().set(Product::IN_STOCK, 2)).await?;
    /// assert_eq!(product.in_stock, Some(2));
    /// # Ok(()) }
    /// ```
    fn update<C: ViewAccess<Self::Access>>(client: &C, id: RecordId, patch: Patch<Self>) -> Sent<Self>
    where
        Self: Updates,
    {
        let body = patch.body(id);
        read(client, body.map(|body| call::update(Self::PROJECTION, id, body)), id)
    }

    /// Deletes a record. Costs one call; one that is not there fails as in [`get`](Self::get).
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// let knack = Canned(r#"{"delete":true}"#);
    /// Product::delete(&knack, id).await?;
    /// # Ok(()) }
    /// ```
    fn delete<C: ViewAccess<Self::Access>>(client: &C, id: RecordId) -> Sent<()>
    where
        Self: Deletes,
    {
        let client = client.clone();
        Box::pin(async move { client.execute(call::delete(Self::PROJECTION, id)).await.map(drop) })
    }

    /// Reads the figures of a report. Costs one call.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"reports":[{"records":[{"group_0":"New","calc_0":"12","raw_0":12}]}]}"#);
    /// let report = Sales::report(&knack).await?;
    /// let row = &report.tables[0].rows[0];
    /// assert_eq!((&*row.groups[0], row.figures[0].raw), ("New", Some(12.0)));
    /// # Ok(()) }
    /// ```
    fn report<C: ViewAccess<Self::Access>>(client: &C) -> Sent<Report>
    where
        Self: Reports,
        Self::Context: AtTheTop,
    {
        figures(client, call::report(Self::VIEW, None))
    }

    /// Reads the figures of a report on the page of a record. Costs one call.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # use knack_core::object::Object;
    /// # use knack_core::view::{Login, Report, Reports};
    /// async fn of<R>(knack: &Canned, customer: RecordId) -> Result<Report>
    /// where
    ///     R: KnackView<Access = Login, Context = Object<1>> + Reports,
    /// {
    ///     R::report_of(knack, customer).await
    /// }
    /// ```
    fn report_of<C: ViewAccess<Self::Access>>(client: &C, parent: impl IdOf<Self::Context>) -> Sent<Report>
    where
        Self: Reports,
    {
        figures(client, call::report(Self::VIEW, Some(parent.id_of())))
    }

    /// Reads what a form offers for a connection: the records that may be chosen, by their names. Costs one
    /// call. Knack gives at most 2,000; it is not documented, and some applications refuse it.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"records":[{"id":"5d7964422d7159001659b27a","identifier":"Oslo Cycles"}]}"#);
    /// let partners = SignUp::options(&knack, SignUp::PARTNER).await?;
    /// assert_eq!(partners[0].label, "Oslo Cycles");
    /// # Ok(()) }
    /// ```
    fn options<C: ViewAccess<Self::Access>, O, N: Send>(
        client: &C,
        field: Field<O, Connection, N>,
    ) -> Sent<Vec<Offer>>
    where
        Self: Asks,
        <Self as Asks>::Object: SameObject<O>,
    {
        let (client, call) = (client.clone(), call::options(Self::VIEW, field.key(), None));
        Box::pin(async move {
            let reply = client.execute(call.clone()).await?;
            Offer::read(&reply.body).map_err(|answer| Error::Malformed { call: *call.label(), answer })
        })
    }
}

impl<T: KnackView + Lists, C: ViewAccess<T::Access>> List<T, C> {
    /// The records as a file, as far as a page goes: filtered and sorted as the list is. Costs one call; it is
    /// not documented.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned("Name,In Stock\nTire,3\n");
    /// use knack_core::view::ExportFile;
    ///
    /// let csv = Product::list(&knack).sort(Product::NAME.asc()).export(ExportFile::Csv).await?;
    /// assert!(csv.starts_with(b"Name,"));
    /// # Ok(()) }
    /// ```
    pub async fn export(self, file: ExportFile) -> Result<Bytes> {
        let (client, query): (C, ListQuery) = self.into_parts()?;
        Ok(client.execute(call::export(T::VIEW, file.name(), &query)).await?.body)
    }
}

/// A call that was not sent yet: await it. (A type with a name, so that a verb that the view has not is one error:
/// what returns `impl Future` is told of its bounds twice.)
pub type Sent<T> = BoxFuture<'static, Result<T>>;

/// Carries out a call on one record and reads it.
fn read<T: Record>(client: &impl Execute, call: Result<Call>, id: RecordId) -> Sent<T> {
    let client = client.clone();
    Box::pin(async move {
        let call = call?;
        let reply = client.execute(call.clone()).await?;
        let record = read_record_of::<T>(&reply.body, id);
        let record = record.map_err(|answer| Error::Malformed { call: *call.label(), answer })?;
        record.result.map_err(Error::Unreadable)
    })
}

fn submit<T: Creates + KnackView>(
    client: &impl Execute,
    body: Result<String>,
    parent: Option<RecordId>,
) -> Sent<Submitted> {
    let client = client.clone();
    Box::pin(async move {
        let call = call::create(T::PROJECTION, body?).of(T::VIEW, parent);
        let reply = client.execute(call.clone()).await?;
        Submitted::read(&call, reply.body)
    })
}

fn figures(client: &impl Execute, call: Call) -> Sent<Report> {
    let client = client.clone();
    Box::pin(async move {
        let reply = client.execute(call.clone()).await?;
        Report::read(&reply.body).map_err(|answer| Error::Malformed { call: *call.label(), answer })
    })
}
