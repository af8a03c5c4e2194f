//! Lists as streams: page by page, in bounded memory, none lost and none twice.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use crate::call::{self, Call};
use crate::error::{Error, MalformedAnswer, Result};
use crate::key::RecordId;
use crate::query::{Format, IntoFilter, ListQuery, Sort};
use crate::record::{Guarded, Page, Record, RecordError, read_page};
use crate::transport::BoxFuture;
use crate::verbs::{Execute, Reply};

/// A list of records, not yet asked for: refine it, then read it in one of five ways.
///
/// | reads | gives |
/// |---|---|
/// | [`stream`](Self::stream) | records one by one |
/// | [`pages`](Self::pages) | pages with what the server says of them |
/// | [`all`](Self::all) | a `Vec` of every record, or the first error |
/// | [`guarded`](Self::guarded) | a `Vec` of every record and of every error |
/// | [`count`](Self::count) | how many there are, without reading them |
/// | [`first`](Self::first) | the first record, with a page of one |
///
/// Each page costs one call, and the end of the list one more unless the counts are
/// [trusted](Self::trust_counts). Pages are as large as Knack allows, 1,000 records, unless set. A record
/// that moves to a later page while the list is read comes once.
///
/// Source: docs.knack.com/docs/object-based-requests, docs.knack.com/docs/pagination.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
/// #     {"field_7":"Oslo"},{"field_7":"Bergen"}]}"#);
/// let list = Customer::list(&knack).filter(Customer::CITY.is_not_blank()).sort(Customer::CITY.desc());
/// let customers = list.all().await?; // only now something is sent
/// assert_eq!(customers.len(), 2);
/// # Ok(()) }
/// ```
#[must_use = "a list asks for nothing before it is read"]
pub struct List<T, C> {
    client: C,
    query: ListQuery,
    trusting: bool,
    target: PhantomData<fn() -> T>,
}

impl<T: Record, C: Execute> List<T, C> {
    pub(crate) fn new(client: C) -> Self {
        Self { client, query: ListQuery::default(), trusting: false, target: PhantomData }
    }

    /// The list on a child page, in the context of the record that the page with this slug shows.
    pub(crate) fn under(self, slug: &'static str, parent: RecordId) -> Self {
        self.map(|query| query.of(slug, parent))
    }

    /// The client and the query, if it asks what it seems to.
    pub(crate) fn into_parts(self) -> Result<(C, ListQuery)> {
        call_of::<T>(&self.query)?;
        Ok((self.client, self.query))
    }

    fn map(self, change: impl FnOnce(ListQuery) -> ListQuery) -> Self {
        Self { query: change(self.query), ..self }
    }

    /// Keeps only what passes the filter. A second filter replaces the first; join rules with `&`.
    ///
    /// It becomes part of the URL, of which servers often take no more than 8 KB. The log warns of queries
    /// longer than 6,000 bytes; beyond 60,000 they are an error.
    ///
    /// Source: docs.knack.com/docs/constructing-filters.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let knack = Expect("Oslo"); // a stand-in that wants this in the query
    /// Customer::list(&knack).filter(Customer::CITY.is("Oslo")).all().await?;
    /// # Ok(()) }
    /// ```
    pub fn filter(self, filter: impl IntoFilter<T::Object>) -> Self {
        self.map(|query| query.filter(filter))
    }

    /// Sets the order; without one it is the object's own. Sort by a field that does not change while
    /// you read: pages are counted anew for each call.
    ///
    /// Source: docs.knack.com/docs/sorting.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let knack = Expect("sort_field=field_7&sort_order=desc"); // a stand-in that wants this in the query
    /// Customer::list(&knack).sort(Customer::CITY.desc()).all().await?;
    /// # Ok(()) }
    /// ```
    pub fn sort(self, sort: Sort<T::Object>) -> Self {
        self.map(|query| query.sort(sort))
    }

    /// Sets how many records a page holds, from 1 to 1,000. Fewer cost more calls; they help where
    /// large pages of a filtered object are slow or fail.
    ///
    /// Source: docs.knack.com/docs/pagination.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let knack = Expect("rows_per_page=100"); // a stand-in that wants this in the query
    /// Customer::list(&knack).rows_per_page(100).all().await?;
    /// # Ok(()) }
    /// ```
    pub fn rows_per_page(self, rows: u16) -> Self {
        self.map(|query| query.rows_per_page(rows))
    }

    /// Searches the fields that are marked as searchable. Where none is, Knack ignores it and sends
    /// all records; it is not documented.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let knack = Expect("q=red%20bike"); // a stand-in that wants this in the query
    /// Customer::list(&knack).search("red bike").all().await?;
    /// # Ok(()) }
    /// ```
    pub fn search(self, text: impl Into<String>) -> Self {
        self.map(|query| query.search(text))
    }

    /// Sets in which form values are sent. Structs read the same values from both; [`Format::Both`]
    /// doubles the bytes.
    ///
    /// Source: docs.knack.com/docs/formatting.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// use knack_core::query::Format;
    ///
    /// let knack = Expect("format=raw"); // a stand-in that wants this in the query
    /// Customer::list(&knack).format(Format::Raw).all().await?;
    /// # Ok(()) }
    /// ```
    pub fn format(self, format: Format) -> Self {
        self.map(|query| query.format(format))
    }

    /// Ends the list by the server's counts where they agree, which saves its last call.
    ///
    /// Without this a list ends at an empty page, a call more than it has pages: applications are known
    /// whose counts are wrong, and whose pages are short in the middle of a list. With it a list is
    /// over as well where its page is the last by the count of pages, is short, and the records so far are
    /// as many as the count of records.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":1,"records":[{"field_7":"Oslo"}]}"#);
    /// let customers = Customer::list(&knack).trust_counts().all().await?; // one call
    /// # assert_eq!(customers.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn trust_counts(self) -> Self {
        Self { trusting: true, ..self }
    }

    /// The records, one by one. A record that cannot be read is an `Err` among them and does not end
    /// the stream; a page that cannot be had does. Holds one page at a time.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
    /// #     {"field_7":"Oslo"},{"field_7":"Bergen"}]}"#);
    /// let mut customers = Customer::list(&knack).stream();
    /// let mut cities = Vec::new();
    /// while let Some(customer) = customers.next().await {
    ///     cities.push(customer?.city);
    /// }
    /// assert_eq!(cities, ["Oslo", "Bergen"]);
    /// # Ok(()) }
    /// ```
    pub fn stream(self) -> Records<T, C> {
        Records { pages: self.pages(), buffer: VecDeque::new() }
    }

    /// The pages, each with the server's counts. An empty list is one empty page.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
    /// #     {"field_7":"Oslo"},{"field_7":"Bergen"}]}"#);
    /// let mut pages = Customer::list(&knack).pages();
    /// while let Some(page) = pages.next().await {
    ///     let page = page?;
    ///     println!("{} of {:?} records", page.records.len(), page.total_records);
    /// #   assert_eq!((page.records.len(), page.total_records), (2, Some(2)));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn pages(self) -> Pages<T, C> {
        Pages {
            client: self.client,
            query: self.query,
            fetch: None,
            progress: Progress { trusting: self.trusting, ..Progress::default() },
            target: PhantomData,
        }
    }

    /// Every record, or the first error: one record that cannot be read fails the whole. Use
    /// [`guarded`](Self::guarded) to keep the others.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
    /// #     {"field_7":"Oslo"},{"field_7":"Bergen"}]}"#);
    /// let customers: Vec<Customer> = Customer::list(&knack).all().await?;
    /// assert_eq!(customers[1].city, "Bergen");
    /// # Ok(()) }
    /// ```
    pub async fn all(self) -> Result<Vec<T>> {
        let mut records = self.stream();
        let mut all = Vec::new();
        while let Some(record) = records.next().await {
            all.push(record?);
        }
        Ok(all)
    }

    /// Every record, each with what is wrong with it if it could not be read. An error is that of a
    /// page.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
    /// #     {"field_7":"Oslo"},{"id":"5d7964422d7159001659b27b","field_7":{"a":1}}]}"#);
    /// let (good, bad): (Vec<_>, Vec<_>) =
    ///     Customer::list(&knack).guarded().await?.into_iter().partition(|record| record.error().is_none());
    /// assert_eq!((good.len(), bad.len()), (1, 1));
    /// assert_eq!(bad[0].id.unwrap().to_string(), "5d7964422d7159001659b27b");
    /// # Ok(()) }
    /// ```
    pub async fn guarded(self) -> Result<Vec<Guarded<T>>> {
        let mut pages = self.pages();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            all.extend(page?.records);
        }
        Ok(all)
    }

    /// How many records the list has, by the server's word, without reading them: one call, for a page of
    /// one. The word is known to be off at times, by records that a page then lacks.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":6693,"total_records":6693,"records":[{"field_7":"Oslo"}]}"#);
    /// let in_oslo = Customer::list(&knack).filter(Customer::CITY.is("Oslo")).count().await?;
    /// assert_eq!(in_oslo, 6693);
    /// # Ok(()) }
    /// ```
    pub async fn count(self) -> Result<u64> {
        let call = call_of::<T>(&self.query.rows_per_page(1))?;
        let body = self.client.execute(call.clone()).await?.body;
        let malformed = |answer| Error::Malformed { call: *call.label(), answer };
        let page = read_page::<T>(&body).map_err(malformed)?;
        let missing = || malformed(MalformedAnswer::new(&body, body.len(), "`total_records`"));
        page.total_records.ok_or_else(missing)
    }

    /// The first record in the list's order, or `None` if there is none. Asks for a page of one, so it
    /// costs one call.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
    /// #     {"field_7":"Oslo"},{"field_7":"Bergen"}]}"#);
    /// let customer = Customer::list(&knack).sort(Customer::CITY.desc()).first().await?;
    /// assert_eq!(customer.unwrap().city, "Oslo");
    /// # Ok(()) }
    /// ```
    pub async fn first(self) -> Result<Option<T>> {
        self.rows_per_page(1).stream().next().await.transpose()
    }
}

impl<T, C> fmt::Debug for List<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("query", &self.query).finish_non_exhaustive()
    }
}

/// A stream of records, from [`List::stream`]. It owns what it needs: it can be moved to a task. It is
/// a `Stream` of the `futures` crates, too.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
/// #     {"field_7":"Oslo"},{"field_7":"Bergen"}]}"#);
/// let mut customers = Customer::list(&knack).stream();
/// let counting = tokio::spawn(async move {
///     let mut count = 0;
///     while let Some(Ok(_)) = customers.next().await { count += 1; }
///     count
/// });
/// assert_eq!(counting.await.unwrap(), 2);
/// # Ok(()) }
/// ```
#[must_use = "streams ask for nothing before they are read"]
pub struct Records<T, C> {
    pages: Pages<T, C>,
    buffer: VecDeque<Guarded<T>>,
}

impl<T: Record, C: Execute> Records<T, C> {
    /// The next record, without the need for an extension trait; `None` after the last. May be dropped
    /// while it waits: no record is lost.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T: Record, C: Execute> Stream for Records<T, C> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(record) = self.buffer.pop_front() {
                return Poll::Ready(Some(record.result.map_err(Error::Unreadable)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(cx)) {
                Some(Ok(page)) => self.buffer = page.records.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T, C> Unpin for Records<T, C> {}

impl<T, C> fmt::Debug for Records<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("buffered", &self.buffer.len()).field("pages", &self.pages).finish()
    }
}

/// A stream of pages, from [`List::pages`]. Ends after an error.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
/// #     {"field_7":"Oslo"},{"field_7":"Bergen"}]}"#);
/// let mut pages = Customer::list(&knack).pages();
/// let page = pages.next().await.unwrap()?;
/// assert_eq!(page.total_pages, Some(1));
/// let cities = page.records.into_iter().map(|record| record.into_result().map(|customer| customer.city));
/// assert_eq!(cities.collect::<Result<Vec<_>>>()?, ["Oslo", "Bergen"]);
/// # Ok(()) }
/// ```
#[must_use = "streams ask for nothing before they are read"]
pub struct Pages<T, C> {
    client: C,
    query: ListQuery,
    fetch: Option<Fetch>,
    progress: Progress,
    target: PhantomData<fn() -> T>,
}

/// What fits into a URL at all, with room for the rest of it. Servers often take no more than 8 KB.
const LONGEST_QUERY: usize = 60_000;

/// A page on its way.
type Fetch = (Call, BoxFuture<'static, Result<Reply>>);

/// The call of a query; an error if it would not ask what it seems to.
fn call_of<T: Record>(query: &ListQuery) -> Result<Call> {
    let call = call::list(T::PROJECTION, query);
    let length = call.query().len();
    let too_long = || {
        format!(
            "its query is {length} bytes long, which no URL holds; filter by less, or the rest of the way here"
        )
    };
    let problem = query.problem().map(str::to_owned).or_else(|| (length > LONGEST_QUERY).then(too_long));
    match problem {
        Some(problem) => Err(Error::Invalid { call: *call.label(), problem }),
        None => Ok(call),
    }
}

impl<T: Record, C: Execute> Pages<T, C> {
    /// The next page, without the need for an extension trait; `None` after the last. May be dropped
    /// while it waits: no page is lost.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn begin(&mut self) -> Result<Fetch> {
        let call = call_of::<T>(&self.query.clone().page(self.progress.page + 1))?;
        let (client, sent) = (self.client.clone(), call.clone());
        Ok((call, Box::pin(async move { client.execute(sent).await })))
    }

    fn end(&mut self, call: &Call, reply: Result<Reply>) -> Result<Option<Page<T>>> {
        let call = *call.label();
        let body = reply?.body;
        let page = read_page::<T>(&body).map_err(|answer| Error::Malformed { call, answer })?;
        self.progress.take(page, &body, self.query.rows()).map_err(|Stuck| Error::Api {
            call,
            status: http::StatusCode::OK,
            attempts: 1,
            message: format!(
                "{MOST_STALE} pages in a row, up to page {}, brought only records of earlier pages, so the \
                 list would never end",
                self.progress.page
            ),
        })
    }
}

impl<T: Record, C: Execute> Stream for Pages<T, C> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        while !self.progress.done {
            let mut fetch = match self.fetch.take() {
                Some(fetch) => fetch,
                None => match self.begin() {
                    Ok(fetch) => fetch,
                    Err(error) => {
                        self.progress.done = true;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
            };
            let Poll::Ready(reply) = fetch.1.as_mut().poll(cx) else {
                self.fetch = Some(fetch);
                return Poll::Pending;
            };
            let page = self.end(&fetch.0, reply);
            self.progress.done |= page.is_err();
            if let Some(page) = page.transpose() {
                return Poll::Ready(Some(page));
            }
        }
        Poll::Ready(None)
    }
}

impl<T, C> Unpin for Pages<T, C> {}

impl<T, C> fmt::Debug for Pages<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("query", &self.query)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// How many ids are remembered to know records that come twice. Records move to a later page when
/// others are made before them, so a few pages back are enough, and memory stays bounded.
const REMEMBERED: usize = 10_000;

/// How many pages in a row may bring nothing new. A few do where records are made while the list is read
/// in small pages; a server that repeats a page for ever does not get further.
const MOST_STALE: u32 = 10;

/// Decides what is new in a page and when the list is over.
///
/// Real applications send short pages in the middle and totals that are wrong, so neither ends a
/// list: an empty page does. Who trusts the counts saves that call.
#[derive(Debug, Default)]
struct Progress {
    trusting: bool,
    page: u64,
    records: u64,
    stale: u32,
    done: bool,
    seen: HashSet<RecordId>,
    order: VecDeque<RecordId>,
    /// The last page of records without ids: of those only the bytes tell whether the next page is new.
    nameless: Option<Bytes>,
}

/// Too many pages brought nothing new.
struct Stuck;

impl Progress {
    /// What is new in the next page; `None` if nothing is.
    fn take<T>(&mut self, mut page: Page<T>, body: &Bytes, rows: u16) -> Result<Option<Page<T>>, Stuck> {
        self.page += 1;
        let came = page.records.len();
        if came == 0 {
            self.done = true;
            // An empty list is one empty page; behind others it is no page at all.
            return Ok((self.page == 1).then_some(page));
        }
        let named = page.records.iter().any(|record| record.id.is_some());
        if !named && self.nameless.replace(body.clone()).as_ref() == Some(body) {
            self.done = true;
            return Ok(None);
        }
        page.records.retain(|record| record.id.is_none_or(|id| self.is_new(id)));
        self.records += page.records.len() as u64;
        let last = page.total_pages.is_some_and(|total| self.page >= total);
        let agreed = came < usize::from(rows) && page.total_records == Some(self.records);
        self.done = self.trusting && last && agreed;
        if named && page.records.iter().all(|record| record.id.is_none()) {
            self.stale += 1;
            if self.stale == MOST_STALE {
                return Err(Stuck);
            }
        } else {
            self.stale = 0;
        }
        Ok(Some(page).filter(|page| !page.records.is_empty()))
    }

    fn is_new(&mut self, id: RecordId) -> bool {
        let new = self.seen.insert(id);
        if new {
            self.order.push_back(id);
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.seen.remove(&oldest);
            }
        }
        new
    }
}

impl<T> Guarded<T> {
    /// The record, or what is wrong with it as [`Error::Unreadable`].
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let knack = Canned(r#"{"total_pages":1,"total_records":2,"records":[
    /// #     {"field_7":"Oslo"},{"id":"5d7964422d7159001659b27b","field_7":{"a":1}}]}"#);
    /// for record in Customer::list(&knack).guarded().await? {
    ///     match record.into_result() {
    ///         Ok(customer) => println!("{}", customer.city),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_result(self) -> Result<T> {
        self.result.map_err(Error::Unreadable)
    }

    /// What is wrong with the record, if anything; see [`List::guarded`].
    pub fn error(&self) -> Option<&RecordError> {
        self.result.as_ref().err()
    }
}
