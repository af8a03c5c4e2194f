//! What the client adds to a bare request: GETs of one record against a server that gives a fixed
//! answer, through the client and through reqwest alone, one after the other in turns.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use knack_core::record::read_record;
use knack_runtime::limit::Unmetered;
use knack_runtime::{Client, KnackObject, RecordId};
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde::Serialize;

use crate::Failure;
use crate::decode::Six;
use crate::records::{Records, Source};
use crate::report::{Report, Row};
use crate::stats::{median, quantile};

mod server;

const APPLICATION: &str = "5d79512148c4af00106d1507";
const KEY: &str = "a-key-for-a-local-server";
/// GETs of each subject in a round, and those before it that do not count.
const GETS: usize = 2_000;
const WARM_UP: usize = 200;

/// The latency of one subject.
#[derive(Debug, Serialize)]
pub(crate) struct Latency {
    subject: &'static str,
    p50_us: f64,
    p99_us: f64,
    source: Source,
}

impl Row for Latency {
    const COLUMNS: &'static [&'static str] = &["subject", "p50 µs", "p99 µs"];

    fn cells(&self) -> Vec<String> {
        vec![self.subject.to_owned(), format!("{:.1}", self.p50_us), format!("{:.1}", self.p99_us)]
    }
}

/// Measures both subjects on one single-threaded runtime.
pub(crate) fn run(rounds: u32) -> Result<Report<Latency>, Failure> {
    let records = Records::load()?;
    let address = server::start(&records.one())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut knack, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (mut ours, mut theirs) = runtime.block_on(round(&format!("http://{address}/v1")))?;
        ratios.push(median(&mut ours) / median(&mut theirs));
        knack.append(&mut ours);
        bare.append(&mut theirs);
    }
    let row = |subject, samples: &mut [f64]| Latency {
        subject,
        p50_us: median(samples),
        p99_us: quantile(samples, 0.99),
        source: records.source,
    };
    let rows = vec![row("knack", &mut knack), row("reqwest", &mut bare)];
    let each: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.3}")).collect();
    let notes = vec![
        format!("knack / reqwest at the median = {:.3}", median(&mut knack) / median(&mut bare)),
        format!("by round: {}", each.join(" ")),
    ];
    let title = format!("overhead: {rounds} rounds of {GETS} GETs each ({})", records.source.words());
    Ok(Report { title, rows, notes })
}

/// The latencies of both in µs, over new connections.
async fn round(base: &str) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let limiter: Arc<Unmetered> = Arc::default();
    let client =
        Client::builder(APPLICATION).api_key(KEY).base_url(base).limiter(limiter as Arc<_>).build()?;
    let by_hand = Bare::new(base)?;
    let id: RecordId = "5f3b1e900000000000000000".parse()?;
    if Six::get(&client, id).await? != by_hand.get(id).await? {
        return Err("the two read different records".into());
    }
    let (mut knack, mut reqwest) = (Vec::with_capacity(GETS), Vec::with_capacity(GETS));
    for turn in 0..WARM_UP + GETS {
        // Who goes first changes: the second finds the server's thread awake.
        for ours in [turn % 2 == 0, turn % 2 == 1] {
            let begin = Instant::now();
            if ours {
                black_box(Six::get(&client, id).await?);
            } else {
                black_box(by_hand.get(id).await?);
            }
            let samples = if ours { &mut knack } else { &mut reqwest };
            samples.push(micros(begin.elapsed()));
        }
    }
    knack.drain(..WARM_UP);
    reqwest.drain(..WARM_UP);
    Ok((knack, reqwest))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The same request, written by hand: the same connection options, time-out, headers and decode.
struct Bare {
    http: reqwest::Client,
    base: String,
}

impl Bare {
    fn new(base: &str) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        headers
            .insert(HeaderName::from_static("x-knack-application-id"), HeaderValue::from_static(APPLICATION));
        headers.insert(HeaderName::from_static("x-knack-rest-api-key"), HeaderValue::from_static(KEY));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static("knack-bench"));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            .tcp_nodelay(true)
            .default_headers(headers)
            .build()?;
        Ok(Self { http, base: base.to_owned() })
    }

    async fn get(&self, id: RecordId) -> Result<Six, Failure> {
        let answer = self.http.get(format!("{}/objects/object_3/records/{id}", self.base)).send().await?;
        let answer = answer.error_for_status()?;
        Ok(read_record(&answer.bytes().await?)?.result?)
    }
}
