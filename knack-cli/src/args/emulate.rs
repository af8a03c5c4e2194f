//! The arguments of the local Knack.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::ValueEnum;
use knack_emulator::{Emulator, EmulatorError, Fault, Window};
use knack_runtime::Plan;

/// Serves a local Knack on a port of this machine: yours, or a sample, with its limits and faults.
///
/// It answers any client of Knack's API unchanged but for its address. What no document and no recording tells
/// of Knack is a switch, --quirk. Records are those of --records, else, with --seed,
/// made-up ones; what is written is kept in memory, or with --data on the disk.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "\
Examples:
  cargo knack emulate                   # .knack/ if there is one, else the sample, on port 4711
  cargo knack emulate --app app.json --seed 1
  cargo knack emulate --records records/ --data local-knack
  cargo knack emulate --plan 100 --window sliding --latency 120 --log
  cargo knack emulate --fault 503:nth=3 --fault throttle:every=10 --fault drop-after:path=/records
  cargo knack emulate --quirk missing-record=404 --quirk retry-after
  cargo knack emulate --replay orders.jsonl     # what `cargo knack record` wrote
  cargo knack emulate --help quirks
  cargo knack emulate --help faults

While it runs, its page at http://127.0.0.1:4711/ shows records, the calls of the last minute and requests with
their answers, and switches limits and faults. Tests in any language control it at http://127.0.0.1:4711/_emulator/:
  curl -d 503:nth=1 http://127.0.0.1:4711/_emulator/faults
  curl http://127.0.0.1:4711/_emulator/requests
  curl -X POST 'http://127.0.0.1:4711/_emulator/advance?ms=1500'
  curl -X POST http://127.0.0.1:4711/_emulator/reset",
    // Its own takes a topic.
    disable_help_flag = true
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct EmulateArguments {
    /// The application: a saved answer to GET /v1/applications/ID, or a folder that pull made. Unless given,
    /// the nearest .knack/, else the built-in sample.
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) app: Option<PathBuf>,
    /// Records: a folder with object_N.json for each object, or one file with a list for each key.
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) records: Option<PathBuf>,
    /// A folder in which records and files are kept: what was answered survives the program, however it ends.
    /// Where it keeps records already, those are served.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The port; 0 takes any free one.
    #[arg(long, value_name = "PORT", default_value_t = 4711)]
    pub(crate) port: u16,
    /// The address to listen on. Anything but loopback lets others in.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,
    /// The API key that is accepted. It opens nothing but this server.
    #[arg(long, value_name = "KEY", default_value = Emulator::API_KEY)]
    pub(crate) api_key: String,
    /// The plan: starter, pro, corporate, plus, or its calls a day. Unless given, the application's own.
    #[arg(long, value_name = "PLAN", value_parser = super::plan)]
    pub(crate) plan: Option<Plan>,
    /// Calls already used today.
    #[arg(long, value_name = "N", value_parser = super::count, default_value = "0")]
    pub(crate) used: u64,
    /// Calls a second.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: u32,
    /// How the second is laid out: epoch, phase=MS, first-call, sliding or bucket.
    #[arg(long, value_name = "WINDOW", default_value = "first-call")]
    pub(crate) window: Window,
    /// Milliseconds until an answer comes, half of them on the way there.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) latency: u64,
    /// Milliseconds that the server's clock is ahead.
    #[arg(long, value_name = "MS", default_value_t = 0, allow_negative_numbers = true)]
    pub(crate) clock_skew: i64,
    /// Something that goes wrong, as 503:nth=3; see --help faults.
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,
    /// Makes records for objects that have none, the same for the same seed.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many records of each object --seed makes.
    #[arg(long, value_name = "N", default_value_t = 50, requires = "seed")]
    pub(crate) rows: usize,
    /// A switch of what is not known of Knack, see --help quirks; without a value, its other one.
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = quirk)]
    pub(crate) quirk: Vec<(String, Option<String>)>,
    /// Prints each request and what became of it, on the standard error.
    #[arg(long)]
    pub(crate) log: bool,
    /// Opens the page at / and the control pages below /_emulator/ to other machines, with a --host that lets them in;
    /// for networks that you trust.
    #[arg(long)]
    pub(crate) control: bool,
    /// Serves a recording instead, which `cargo knack record` wrote. What was not recorded gets a 421.
    #[arg(long, value_name = "FILE", conflicts_with_all = OF_A_STORE)]
    pub(crate) replay: Option<PathBuf>,
    /// Prints help, of the command or of a topic.
    #[arg(short, long, value_name = "TOPIC", num_args = 0..=1)]
    #[allow(clippy::option_option, reason = "not asked for, asked for, asked for with a topic")]
    pub(crate) help: Option<Option<Topic>>,
}

/// What help there is beside that of the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Topic {
    /// The switches with their values, the default first.
    Quirks,
    /// What can go wrong, and how it is written.
    Faults,
}

/// What says how the local Knack behaves, and means nothing to a recording.
const OF_A_STORE: [&str; 14] = [
    "app",
    "records",
    "data",
    "api_key",
    "plan",
    "used",
    "rate",
    "window",
    "clock_skew",
    "fault",
    "seed",
    "rows",
    "quirk",
    "control",
];

/// How faults are written.
pub(crate) const FAULTS: &str = "\
Faults are EFFECT[:OPTION,OPTION…]. Several may befall one request.
  503                the status instead of the answer: counted, not applied
  throttle           a 429 although there was room
  delay=MS           the answer comes so much later
  no-connection      none comes about
  drop-before        the connection breaks: nothing was counted or applied
  drop-after         the connection breaks: the call was counted and applied
  hang, hang-after   no answer ever comes, likewise
  cut-body=BYTES     the answer ends after so many bytes of its body
  cut-upload=BYTES   the connection breaks after so many bytes of the request's body
  retry-after=VALUE  the header is added; header=NAME=VALUE adds any
Options say which requests, of those that meet method and path:
  nth=N  first=N  every=N  method=POST  path=/records
  body=TEXT          what a status says: the rest of the fault, commas included
";

fn quirk(text: &str) -> Result<(String, Option<String>), EmulatorError> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    // Only whether there is such a one: it is set when all are known.
    let _ = Emulator::builder().quirk(name, value)?;
    Ok((name.to_owned(), value.map(str::to_owned)))
}
