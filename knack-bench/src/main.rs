//! `knack-bench`: measurements of the client beside its peers, each in one run with what it is
//! compared to. A table on the terminal, JSON rows in a file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

mod acquire;
mod compile;
mod decode;
mod emulator;
mod goodput;
mod loopback;
mod overhead;
mod records;
mod report;
mod stats;

/// What a measurement can fail with; `main` prints it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures the Knack client beside its peers.
#[derive(Debug, Parser)]
#[command(name = "knack-bench", version, about, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

const EXAMPLES: &str = "Examples:
  cargo run --release -p knack-bench -- decode
  cargo run --release -p knack-bench -- decode --rounds 200 --json decode.json
  cargo run --release -p knack-bench -- decode --case all
  cargo run --release -p knack-bench -- overhead --json overhead.json
  cargo run --release -p knack-bench -- goodput --strategies adaptive --runs 200 --json goodput.json
  cargo run --release -p knack-bench -- goodput --servers A,B --shape cold,foreign --seed0 5000
  cargo run --release -p knack-bench -- goodput --strategies adaptive --shape base,skew,foreign,cold --require
  cargo run --release -p knack-bench -- acquire --json acquire.json
  cargo run --release -p knack-bench -- loopback
  cargo run --release -p knack-bench -- emulator --json emulator.json
  cargo run --release -p knack-bench -- emulator --clients 200 --seconds 30
  cargo run --release -p knack-bench -- compile --case schema --objects 1000

Records come from knackpy/_all_fields.json in the folder KNACK_FIXTURES, else in ../shared/fixtures
beside the repository; where there is none, records of the same kinds are made up. Those of the case
`all` always are.";

#[derive(Debug, Subcommand)]
enum Bench {
    /// A page of 1,000 records from bytes to structs: our reader, serde derive, `Value`, skipping.
    Decode {
        #[command(flatten)]
        output: Output,
        /// Rounds; in each every subject runs once.
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
        rounds: u32,
        /// Measures this case alone: `six` fields of recorded records, or `all` kinds of fields.
        #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(decode::cases()))]
        case: Option<String>,
    },
    /// GETs of one record through the client and through bare reqwest, on loopback.
    Overhead {
        #[command(flatten)]
        output: Output,
        /// Rounds of 2,000 GETs for each subject, every round with connections of its own.
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
        rounds: u32,
    },
    /// What limiters make of the ten calls a second, on servers of every kind, in paused time.
    Goodput {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        choice: Choice,
        /// Fails where a need of `adaptive` is not met, or its row was not measured: on all servers, in the
        /// shapes base, skew and cold, and on A and B beside foreign calls.
        #[arg(long)]
        require: bool,
    },
    /// What a permit costs, from being asked for to the answer.
    Acquire {
        #[command(flatten)]
        output: Output,
        /// Rounds; in each every subject has 64,000 permits.
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
        rounds: u32,
    },
    /// What the compiler needs for derived structs, the schema's checks and the library.
    Compile {
        #[command(flatten)]
        output: Output,
        /// Rounds; in each every crate is checked once.
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
        rounds: u32,
        /// Measures this case alone: 200 `structs`, 300 objects with a `schema`, or the `dependency`.
        #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(compile::CASES))]
        case: Option<String>,
        /// Objects of the case `schema`.
        #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
        objects: u32,
    },
    /// The local Knack: calls a second beside the trivial answer by the same HTTP stack, its start, and an
    /// object of a million records.
    Emulator {
        #[command(flatten)]
        output: Output,
        /// Rounds; in each every subject is called for half a second in each case.
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
        rounds: u32,
        /// Records of the large object.
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        records: usize,
        /// Instead of all this, lets so many clients call the program at once, which has to be built beside
        /// this one: what goes wrong, and whether its memory stays as it is.
        #[arg(long, value_name = "N", conflicts_with_all = ["rounds", "records"],
            value_parser = clap::value_parser!(u32).range(1..))]
        clients: Option<u32>,
        /// How long the clients call each of the two servers.
        #[arg(long, value_name = "N", default_value_t = 30, requires = "clients",
            value_parser = clap::value_parser!(u32).range(3..))]
        seconds: u32,
    },
    /// The default limiter in real time, over HTTP, on this machine.
    Loopback {
        #[command(flatten)]
        output: Output,
        /// How long it takes.
        #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
        seconds: u32,
    },
}

#[derive(Debug, Args)]
struct Output {
    /// Writes the figures to FILE, as a JSON array of rows.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Which runs.
#[derive(Debug, Args)]
struct Choice {
    /// The strategies; `all` are those of ours and the published crates.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', default_value = "all",
        value_parser = PossibleValuesParser::new(goodput::strategies().chain(["all"])))]
    strategies: Vec<String>,
    /// The servers: windows of the clock's seconds (A), of seconds from some phase on (A2), opened by the
    /// first call (B), sliding (C), or a bucket (D).
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', default_value = "all",
        value_parser = PossibleValuesParser::new(goodput::servers().chain(["all"])))]
    servers: Vec<String>,
    /// The shapes: how long calls take, and what else goes on.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', default_value = "base",
        value_parser = PossibleValuesParser::new(goodput::shapes().chain(["all"])))]
    shape: Vec<String>,
    /// The seed of the first run; each further one has the next. Those up to 40 times 7919 served to tune.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    seed0: u64,
    /// Runs of each strategy on each server in each shape.
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How long a run is, in seconds of its own time.
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

impl From<Choice> for goodput::Choice {
    fn from(choice: Choice) -> Self {
        let Choice { strategies, servers, shape: shapes, seed0, runs, seconds } = choice;
        Self { strategies, servers, shapes, seed0, runs, seconds }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.bench {
        Bench::Decode { output, rounds, case } => {
            decode::run(rounds, case.as_deref())?.publish(output.json.as_deref())
        }
        Bench::Overhead { output, rounds } => overhead::run(rounds)?.publish(output.json.as_deref()),
        Bench::Acquire { output, rounds } => acquire::run(rounds)?.publish(output.json.as_deref()),
        Bench::Emulator { output, clients: Some(clients), seconds, .. } => {
            emulator::strain::run(clients, seconds)?.publish(output.json.as_deref())
        }
        Bench::Emulator { output, rounds, records, .. } => {
            emulator::run(rounds, records)?.publish(output.json.as_deref())
        }
        Bench::Loopback { output, seconds } => loopback::run(seconds)?.publish(output.json.as_deref()),
        Bench::Compile { output, case, rounds, objects } => {
            compile::run(&compile::Choice { case, rounds, objects })?.publish(output.json.as_deref())
        }
        Bench::Goodput { output, choice, require } => {
            let report = goodput::run(&choice.into())?;
            report.publish(output.json.as_deref())?;
            if require { goodput::require(&report.rows) } else { Ok(()) }
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => {
            // Help and version are "errors" too, of exit code 0.
            let _ = told.print();
            return if told.exit_code() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_are_sound() {
        Arguments::command().debug_assert();
        assert!(Arguments::try_parse_from(["knack-bench", "decode", "--json", "x", "--rounds", "3"]).is_ok());
        for bad in
            [&["knack-bench"][..], &["knack-bench", "nothing"], &["knack-bench", "decode", "--rounds", "0"]]
        {
            assert!(Arguments::try_parse_from(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn goodput_is_chosen_by_names() {
        let parse =
            |words: &str| Arguments::try_parse_from(["knack-bench"].into_iter().chain(words.split(' ')));
        let given = parse("goodput --servers A,B --shape cold,foreign --strategies adaptive,tower --runs 3");
        let Bench::Goodput { choice, .. } = given.unwrap().bench else { panic!("another command") };
        assert_eq!(
            (choice.servers, choice.shape),
            (vec!["A".into(), "B".into()], vec!["cold".into(), "foreign".into()])
        );
        assert_eq!((choice.seed0, choice.seconds, choice.runs), (1_000, 600, 3));
        for bad in
            ["goodput --servers E", "goodput --shape odd", "goodput --strategies tow", "goodput --runs 0"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
