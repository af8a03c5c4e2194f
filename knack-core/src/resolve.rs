//! Connected records, many in one call.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;

use http::StatusCode;

use crate::call::{self, Label, Verb};
use crate::error::{Error, Result};
use crate::key::RecordId;
use crate::query::ListQuery;
use crate::record::{Page, RecordError, read_page};
use crate::transport::BoxFuture;
use crate::value::Link;
use crate::verbs::{KnackObject, ObjectAccess, is_500};

/// How many ids one call asks for. Each takes some 100 bytes of the URL, whose length is best kept below
/// 6 KB: how long it may be is not documented.
const IDS_A_CALL: usize = 50;

/// Connected records to be read, each once however many links lead to it. Made by [`Link::resolve`];
/// nothing is sent until it is awaited, so that its cost can be looked at before.
///
/// The records are asked for in lists filtered by their ids, 50 at a time. That Knack filters by ids is
/// not documented; if an answer shows that it did not, that is an error and no record is taken for
/// another. Where every list comes back empty, that may be why: then one record of each is asked for alone
/// before all count as missing.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let knack = Canned(r#"{"records":[{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}]}"#);
/// # let links: [Link<Customer>; 2] = [
/// #     Link::to("5d7964422d7159001659b27a".parse().unwrap()), Link::to("5d7964422d7159001659b27b".parse().unwrap())];
/// let resolve = Link::resolve(&knack, &links);
/// assert_eq!((resolve.calls(), resolve.at_most()), (1, 2)); // known before anything is sent
///
/// let customers = resolve.await?;
/// assert_eq!(customers.get(&links[0]).unwrap().city, "Oslo");
/// assert_eq!(customers.missing(), [links[1].id()]); // deleted since
/// # Ok(()) }
/// ```
#[must_use = "nothing is asked for before this is awaited"]
pub struct Resolve<T, C> {
    client: C,
    ids: Vec<RecordId>,
    target: PhantomData<fn() -> T>,
}

impl<T: KnackObject, C: ObjectAccess> Resolve<T, C> {
    pub(crate) fn new(client: C, ids: impl IntoIterator<Item = RecordId>) -> Self {
        let mut seen = HashSet::new();
        let ids = ids.into_iter().filter(|id| seen.insert(*id)).collect();
        Self { client, ids, target: PhantomData }
    }

    /// How many records are asked for.
    pub fn records(&self) -> usize {
        self.ids.len()
    }

    /// How many calls that costs as long as one of the records is there; [`at_most`](Self::at_most) if none is.
    /// Calls that are sent again, as after an answer that the server is in trouble, do not count here.
    pub fn calls(&self) -> usize {
        self.ids.len().div_ceil(IDS_A_CALL)
    }

    /// How many calls that costs at most: twice as many as [`calls`](Self::calls), where there is no record of
    /// any id.
    pub fn at_most(&self) -> usize {
        2 * self.calls()
    }

    async fn run(self) -> Result<Resolved<T>> {
        let mut resolved = Resolved { records: HashMap::new(), missing: Vec::new() };
        for ids in self.ids.chunks(IDS_A_CALL) {
            let rows = u16::try_from(ids.len()).unwrap_or(u16::MAX);
            let query = ListQuery::default().only(ids).rows_per_page(rows);
            let call = call::list(T::PROJECTION, &query);
            let body = self.client.execute(call.clone()).await?.body;
            let page = read_page::<T>(&body);
            let page = page.map_err(|answer| Error::Malformed { call: *call.label(), answer })?;
            if !resolved.take(ids, page) {
                return Err(unheeded::<T>());
            }
        }
        // One record that came shows that Knack filters by ids. If none did, there may be none, or it does not.
        if resolved.records.is_empty() {
            for id in self.ids.chunks(IDS_A_CALL).filter_map(<[_]>::first) {
                if self.is_there(*id).await? {
                    return Err(unheeded::<T>());
                }
            }
        }
        Ok(resolved)
    }

    /// Whether there is a record, by asking for it alone. No list is asked after a 500: that has been done.
    async fn is_there(&self, id: RecordId) -> Result<bool> {
        match self.client.execute(call::get(T::PROJECTION, id)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) if is_500(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// What is wrong with an answer that is not about the records that were asked for.
fn unheeded<T: KnackObject>() -> Error {
    Error::Api {
        call: Label::new(Verb::List, T::PROJECTION, None),
        status: StatusCode::OK,
        message: "the answer is not about the records that were asked for, so the filter by ids was not \
                  heeded; read the whole list, or each record by `get`"
            .into(),
        attempts: 1,
    }
}

impl<T: KnackObject, C: ObjectAccess> IntoFuture for Resolve<T, C> {
    type Output = Result<Resolved<T>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<T, C> fmt::Debug for Resolve<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolve").field("ids", &self.ids).finish_non_exhaustive()
    }
}

/// The records that links lead to.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::resolve::Resolved;
///
/// fn cities<'a>(customers: &'a Resolved<Customer>, links: &[Link<Customer>]) -> Vec<&'a str> {
///     links.iter().filter_map(|link| customers.get(link)).map(|customer| customer.city.as_str()).collect()
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Resolved<T> {
    records: HashMap<RecordId, Result<T, RecordError>>,
    missing: Vec<RecordId>,
}

impl<T> Resolved<T> {
    /// The record of a link; `None` if there is none any more, or if it cannot be read.
    pub fn get(&self, link: &Link<T>) -> Option<&T> {
        self.records.get(&link.id())?.as_ref().ok()
    }

    /// The records that could be read, by their ids.
    pub fn into_map(self) -> HashMap<RecordId, T> {
        self.records.into_iter().filter_map(|(id, record)| Some((id, record.ok()?))).collect()
    }

    /// The ids of which there is no record any more. One whose record may be among those that broke before
    /// their ids could be read is not here but among the [`errors`](Self::errors).
    pub fn missing(&self) -> &[RecordId] {
        &self.missing
    }

    /// What is wrong with the records that could not be read.
    pub fn errors(&self) -> impl Iterator<Item = (RecordId, &RecordError)> {
        self.records.iter().filter_map(|(id, record)| Some((*id, record.as_ref().err()?)))
    }

    /// Takes the answer about `ids`; `false` if it is about others.
    fn take(&mut self, ids: &[RecordId], page: Page<T>) -> bool {
        let more =
            page.total_records.is_some_and(|total| usize::try_from(total).unwrap_or(usize::MAX) > ids.len());
        let mut broken = None;
        for record in page.records {
            match (record.id, record.result) {
                (Some(id), result) if ids.contains(&id) => {
                    self.records.insert(id, result);
                }
                (Some(_), _) => return false,
                (None, Err(error)) => broken = Some(error),
                (None, Ok(_)) => {}
            }
        }
        for id in ids {
            match (&broken, self.records.contains_key(id)) {
                (_, true) => {}
                (Some(error), false) => {
                    self.records.insert(*id, Err(error.clone()));
                }
                (None, false) => self.missing.push(*id),
            }
        }
        !more
    }
}
