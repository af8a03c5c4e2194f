//! Two strategies against the same server, side by side: what arrives, what is refused, who waits.
//!
//! `cargo run --example limits` shows 20 seconds of 30 tasks that call without a pause, in tokio's paused
//! time, so that they pass within a few. Two other strategies are named behind it:
//! `cargo run --example limits -- slots fixed-delay`.

use std::error::Error;
use std::io::{IsTerminal, stdout};
use std::sync::Arc;
use std::time::Duration;

use knack_emulator::{Emulator, Latency, Seen, Spread, Window};
use knack_runtime::limit::{Adaptive, FixedDelay, Limiter, Reactive, Serial, Slots, Unmetered, WindowBatch};
use knack_runtime::{Client, KnackObject, RecordId};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// What the tasks read again and again.
#[derive(Debug, KnackObject)]
#[knack(object = "object_1")]
struct Customer {
    #[knack(id)]
    id: RecordId,
}

const SECONDS: u32 = 20;
const TASKS: usize = 30;
/// How much time a line shows.
const LINE: Duration = Duration::from_millis(250);
/// How many calls of a line are drawn.
const WIDTH: usize = 22;
const WINDOW: Duration = Duration::from_secs(1);

/// One picture: a strategy, and a server of its own.
struct Side {
    name: String,
    local: Emulator,
    knack: Client,
    tasks: JoinSet<Result<(), knack_runtime::Error>>,
    /// When the server's present window was opened.
    opened: Option<Duration>,
    served: u32,
    refused: u32,
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut names = std::env::args().skip(1);
    let names = [names.next().unwrap_or("adaptive".into()), names.next().unwrap_or("reactive".into())];
    let mut sides: Vec<Side> = names.map(Side::begin).into_iter().collect::<Result<_, _>>()?;
    let paint = Paint(stdout().is_terminal());
    println!(
        "{TASKS} tasks call without a pause; the server takes 10 calls in a window, which the first opens"
    );
    println!("| a window is opened   # served   x refused (429)   on the right: calls that wait\n");
    if let [left, right] = &sides[..] {
        println!("      s  {:<32}{}", left.name, right.name);
    }

    let began = Instant::now();
    for line in 1..=SECONDS * 4 {
        sleep_until(began + LINE * line).await;
        let cells: String = sides.iter_mut().map(|side| side.cell(paint)).collect();
        println!("{:7.2}  {}", (LINE * line).as_secs_f64(), cells.trim_end());
        paint.let_it_be_seen();
    }
    println!();
    for side in &sides {
        side.total();
    }
    sides.iter_mut().try_for_each(Side::check)
}

/// A limiter by its name.
fn strategy(name: &str) -> Result<Arc<dyn Limiter>, String> {
    Ok(match name {
        "adaptive" => Arc::new(Adaptive::default()),
        "slots" => Arc::new(Slots::default()),
        "serial" => Arc::new(Serial::default()),
        "fixed-delay" => Arc::new(FixedDelay::default()),
        "window-batch" => Arc::new(WindowBatch::default()),
        "reactive" => Arc::new(Reactive::default()),
        "unmetered" => Arc::new(Unmetered::default()),
        _ => {
            let known = "adaptive, slots, serial, fixed-delay, window-batch, reactive, unmetered";
            return Err(format!("no strategy is called {name}; there are {known}"));
        }
    })
}

impl Side {
    fn begin(name: String) -> Result<Self, Box<dyn Error>> {
        let way = Spread::log_normal(Duration::from_millis(40), Duration::from_millis(200));
        let processing = Spread::log_normal(Duration::from_millis(60), Duration::from_millis(300));
        let local = Emulator::builder()
            .sample()
            .daily_calls(1_000_000)
            .window(Window::FirstCall)
            .latency(Latency::Random { there: way, processing, back: way })
            .build()?;
        let builder = Client::builder(local.application_id()).api_key(local.api_key());
        let knack = builder.transport(local.transport()).limiter(strategy(&name)?).build()?;
        let first: RecordId = local.ids("object_1").first().ok_or("no customers")?.parse()?;
        let mut tasks = JoinSet::new();
        for _ in 0..TASKS {
            let knack = knack.clone();
            tasks.spawn(async move {
                while Customer::get(&knack, first).await?.id == first {}
                Ok(())
            });
        }
        Ok(Self { name, local, knack, tasks, opened: None, served: 0, refused: 0 })
    }

    /// What arrived since the last line.
    fn cell(&mut self, paint: Paint) -> String {
        let seen = self.local.requests();
        self.local.forget_requests();
        let marks: Vec<char> = seen.iter().flat_map(|call| self.marks(call)).collect();
        let shown: String = marks.iter().take(WIDTH).map(|mark| paint.mark(*mark)).collect();
        let more = if marks.len() > WIDTH { '+' } else { ' ' };
        let room = " ".repeat(WIDTH.saturating_sub(marks.len()));
        format!("{shown}{more}{room}{:>3}      ", self.knack.usage().waiting)
    }

    fn marks(&mut self, call: &Seen) -> Vec<char> {
        let mut marks = Vec::new();
        if self.opened.is_none_or(|opened| call.at >= opened + WINDOW) {
            self.opened = Some(call.at);
            marks.push('|');
        }
        marks.push(if call.refused { 'x' } else { '#' });
        self.served += u32::from(!call.refused);
        self.refused += u32::from(call.refused);
        marks
    }

    /// Of the calls that the server would have taken, how many it took.
    fn goodput(&self) -> f64 {
        f64::from(self.served) / f64::from(10 * SECONDS)
    }

    fn refused_part(&self) -> f64 {
        f64::from(self.refused) / f64::from((self.served + self.refused).max(1))
    }

    fn total(&self) {
        let (goodput, refused) = (100.0 * self.goodput(), 100.0 * self.refused_part());
        println!(
            "{:<13} {:>4} served, {goodput:5.1} % of the limit; {:>4} refused, {refused:4.1} % of its calls",
            self.name, self.served, self.refused
        );
    }

    /// Whether the totals are as they should be.
    fn check(&mut self) -> Result<(), Box<dyn Error>> {
        let (name, goodput, refused) = (self.name.clone(), self.goodput(), self.refused_part());
        let as_promised = match name.as_str() {
            "adaptive" => goodput >= 0.85 && refused <= 0.02,
            "slots" => goodput >= 0.8 && refused <= 0.01,
            "serial" => goodput >= 0.4 && refused <= 0.01,
            "window-batch" => goodput >= 0.8 && self.refused == 0,
            "fixed-delay" => goodput >= 0.5 && refused <= 0.1,
            _ => refused >= 0.1,
        };
        if !as_promised {
            return Err(format!("{name} does not keep what it promises").into());
        }
        if let Some(ended) = self.tasks.try_join_next() {
            ended??;
            return Err(format!("a task of {name} ended").into());
        }
        if u64::from(self.refused) != self.local.refused() {
            return Err(format!("the server counted other refusals of {name}").into());
        }
        Ok(())
    }
}

/// Colours and a pace for people, where there is a terminal.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn mark(self, mark: char) -> String {
        let colour = match mark {
            '#' => 32,
            'x' => 31,
            _ => 90,
        };
        if self.0 { format!("\x1b[{colour}m{mark}\x1b[0m") } else { mark.to_string() }
    }

    /// The clock of the program stands still meanwhile.
    fn let_it_be_seen(self) {
        if self.0 {
            std::thread::sleep(Duration::from_millis(40));
        }
    }
}
