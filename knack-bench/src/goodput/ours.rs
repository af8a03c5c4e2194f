//! Our limiters, in the client that people use: its queue, its executor, its classes.

use std::time::Duration;

use knack_core::limit::{Class, Limiter};
use knack_core::transport::BoxFuture;
use knack_emulator::Emulator;
use knack_runtime::{BuildError, KnackObject, RecordId};

use super::road::Road;
use super::server::{APPLICATION, RECORD};
use super::strategy::Client;
use crate::Failure;

/// The server's one record.
#[derive(Debug, KnackObject)]
#[knack(object = "object_1")]
pub(crate) struct Tool {
    #[knack(key = "field_1", kind = "short_text")]
    #[allow(dead_code, reason = "reading it is part of a call")]
    name: Option<String>,
}

pub(super) struct Ours {
    persons: knack_runtime::Client,
    bulk: knack_runtime::Client,
    record: RecordId,
}

impl Ours {
    pub(super) fn new(road: Road, limiter: impl Limiter) -> Result<Self, Failure> {
        let client = client(road, limiter)?;
        let (persons, bulk) = (client.with_class(Class::Interactive), client.with_class(Class::Bulk));
        Ok(Self { persons, bulk, record: RECORD.parse()? })
    }
}

/// A client that is as patient as the peers are.
fn client(road: Road, limiter: impl Limiter) -> Result<knack_runtime::Client, BuildError> {
    let builder = knack_runtime::Client::builder(APPLICATION).api_key(Emulator::API_KEY);
    let patience = Duration::from_hours(24);
    builder.transport(road).limiter(limiter).deadline(patience).timeout(patience).build()
}

impl Client for Ours {
    fn call(&self, class: Class) -> BoxFuture<'_, bool> {
        let client = if class == Class::Interactive { &self.persons } else { &self.bulk };
        Box::pin(async move { Tool::get(client, self.record).await.is_ok() })
    }
}
