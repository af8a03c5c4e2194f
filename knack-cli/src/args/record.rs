//! The arguments of the recorder.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// Sits between programs and the real service, and writes what passes, without secrets.
///
/// It passes every call on and every answer back; what it writes is served by `cargo knack emulate --replay`, for
/// bug reports and for tests. Calls are calls of the real service: they count against the plan, and what they write
/// is written. Programs keep their keys and change nothing but the address.
///
/// Addresses in answers stay as they are, lest one of this machine gets into a record: what is downloaded from them
/// goes past the recorder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo knack record --out orders.jsonl         # then run the program with KNACK_BASE_URL=http://127.0.0.1:4712/v1
  cargo knack record --out orders.jsonl --append
  cargo knack record --out eu.jsonl --base-url https://eu-api.knack.com/v1 --port 0
  cargo knack emulate --replay orders.jsonl

What is in the file:
  One JSON object a line. The first tells the format, {\"knack_recording\":1,…}, each other is an exchange:
    at_ms, took_ms     when it began, since the recorder did, and how long it took
    request            method, path, query (pairs), headers (few), body
    response           status, headers, body; null where none came
    broke              what ended it too early, if anything did
  A body is null, or says by its name what it is: json, form, upload, text, base64, or omitted with the reason (what
  is larger than 8 MB, or in an encoding that is not read). Of a file that is uploaded, name, type and size are
  written, not its bytes.

What is not in the file:
  API keys, tokens, cookies, passwords and values of fields of kind password, whether in headers, addresses or
  bodies: *** stands for them, there and wherever they appear later. What has fewer than four letters, or is a
  number of fewer than six digits, is hidden in its place alone, since it is a part of everything. Which fields are
  passwords the recorder asks the service, once for each application, which costs nothing. Zeros stand for the
  application's id.
  All else is written: records with names, mail addresses and whatever they hold. Look at it before it is sent on.

Exit codes:
  0  stopped by Ctrl-C
  1  something went wrong, as the message says: the file is there already, cannot be written, or the port is taken
  2  the command line is not understood")]
pub(crate) struct RecordArguments {
    /// The file to write. One that is there is not written over.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Adds to the file if it is there, as another run. One recorder at a time can.
    #[arg(long)]
    pub(crate) append: bool,
    /// The address of the service, version included. Unless given, that of KNACK_BASE_URL, else
    /// https://api.knack.com/v1.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The port; 0 takes any free one.
    #[arg(long, value_name = "PORT", default_value_t = 4712)]
    pub(crate) port: u16,
    /// The address to listen on. Anything but loopback lets others in.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,
    /// Writes the application's id, which everybody who opens the application can see. A replay then takes no other.
    #[arg(long)]
    pub(crate) keep_application_id: bool,
}
