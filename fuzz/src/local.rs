//! A local Knack to ask: the sample's application, whose fields are of every kind, with few records.

use std::error::Error;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use knack_core::transport::Transport;
use knack_emulator::{Builder, Emulator};
use serde_json::Value;

/// What a server without limits is made with, with so many records of each object.
pub(crate) fn builder(records: usize) -> Result<Builder, Box<dyn Error>> {
    let sample = Emulator::builder().sample().build()?;
    let path = format!("/v1/applications/{}", Emulator::SAMPLE_ID);
    let dump = answer(&sample, Request::get(path).body(Bytes::new())?)?;
    let builder = Emulator::builder()
        .application(serde_json::from_slice(dump.body())?)
        .generated_records(records)
        .seed(1)
        .key_opens_pages(true)
        .rate_limit(u32::MAX)
        .daily_calls(u64::MAX)
        .remember_requests(0);
    Ok(builder)
}

/// Without a delay an answer is there at once.
pub(crate) fn answer(knack: &Emulator, request: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error>> {
    let transport = knack.transport();
    let mut answer = pin!(transport.send(request));
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer?),
        Poll::Pending => Err("no answer".into()),
    }
}

/// All records as they are given out.
pub(crate) fn records(knack: &Emulator) -> Vec<Value> {
    let of =
        |object: &String| knack.ids(object).into_iter().filter_map(|id| knack.record(object, &id)).collect();
    knack.objects().iter().flat_map(|object| -> Vec<Value> { of(object) }).collect()
}
