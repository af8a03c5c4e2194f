//! The client over HTTP: real time, real sockets, and the emulator on this machine, with windows that the
//! first call opens. One server counts as it should; one reads its store, then writes it, and so admits
//! more than it means to and repeats what remains.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use knack_core::limit::{Adaptive, Class};
use knack_emulator::{Emulator, Window};
use knack_runtime::{Client, KnackObject, RecordId};
use serde::Serialize;
use tokio::time::sleep;

use crate::Failure;
use crate::goodput::Tool;
use crate::goodput::server::{APPLICATION, RECORD, emulator};
use crate::report::{Report, Row, met};

/// Always something to do, as in `goodput`.
const WORKERS: usize = 50;

/// The servers, and how long each takes to write down a call.
const SERVERS: [(&str, Duration); 2] = [("B", Duration::ZERO), ("B racy", Duration::from_millis(1))];

/// The need: at least this goodput, and at most so many refused, in %.
const NEED: (f64, f64) = (95.0, 1.0);

/// The default strategy on one server.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    subject: &'static str,
    server: &'static str,
    /// In % of ten calls a second.
    goodput: f64,
    /// In % of all calls.
    refused: f64,
}

impl Row for Figures {
    const COLUMNS: &'static [&'static str] = &["subject", "server", "goodput %", "refused %"];

    fn cells(&self) -> Vec<String> {
        let (goodput, refused) = (format!("{:.2}", self.goodput), format!("{:.2}", self.refused));
        vec![self.subject.to_owned(), self.server.to_owned(), goodput, refused]
    }
}

/// Runs for so many seconds, against both servers at once: ten calls a second are little work.
pub(crate) fn run(seconds: u32) -> Result<Report<Figures>, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let rows = runtime.block_on(async {
        let [(b, at_once), (racy, late)] = SERVERS;
        let (b, racy) = tokio::join!(against(b, at_once, seconds), against(racy, late, seconds));
        Ok::<_, Failure>(vec![b?, racy?])
    })?;
    let notes = rows.iter().map(judge).collect();
    let title = format!("loopback: {seconds} s of reqwest against the emulator, {WORKERS} workers");
    Ok(Report { title, rows, notes })
}

fn judge(row: &Figures) -> String {
    let (goodput, refused) = NEED;
    let met = met(row.goodput >= goodput && row.refused <= refused);
    let Figures { subject, server, goodput: got, refused: lost } = row;
    format!("{met}: {subject} {server}: {got:.1} % >= {goodput} with {lost:.2} % <= {refused} refused")
}

async fn against(server: &'static str, store_delay: Duration, seconds: u32) -> Result<Figures, Failure> {
    let knack = emulator().window(Window::FirstCall).racy_store(store_delay).remember_requests(0).build()?;
    let listening = knack.serve().await?;
    let client = Client::builder(APPLICATION)
        .api_key(Emulator::API_KEY)
        .base_url(format!("{}/v1", listening.url()))
        .limiter(Adaptive::default())
        .build()?
        .with_class(Class::Bulk);
    let (passed, record) = (Arc::new(AtomicU32::new(0)), RECORD.parse()?);
    let workers: Vec<_> =
        (0..WORKERS).map(|_| tokio::spawn(work(client.clone(), record, Arc::clone(&passed)))).collect();
    sleep(Duration::from_secs(seconds.into())).await;
    let (passed, refused) = (passed.load(Ordering::Relaxed), u32::try_from(knack.refused())?);
    workers.iter().for_each(tokio::task::JoinHandle::abort);
    listening.stop().await;
    Ok(Figures {
        subject: "adaptive",
        server,
        goodput: f64::from(passed) * 10.0 / f64::from(seconds),
        refused: f64::from(refused) * 100.0 / f64::from(passed + refused).max(1.0),
    })
}

/// Works until a call fails, which none should: the goodput shows it.
async fn work(client: Client, record: RecordId, passed: Arc<AtomicU32>) {
    while Tool::get(&client, record).await.is_ok() {
        passed.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_servers_are_called() {
        let report = run(5).unwrap();
        assert_eq!(report.rows.len(), 2);
        for row in report.rows {
            assert!(row.goodput > 50.0 && row.refused < 20.0, "{row:?}");
        }
    }
}
