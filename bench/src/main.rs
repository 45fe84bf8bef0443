//! Benchmarks of Bartizan beside its best peers, in one run.
//!
//! `bartizan-bench [control|versions|index|host|fleet|all] [--quick]` runs the driver (`bench/run.py`), which starts the
//! peers, takes turns between them and this program, and prints medians and ratios. `bartizan-bench measure ...` is one
//! turn of ours: it measures one thing and prints it as a line of JSON.

mod clock;
mod driver;
mod fleet;
mod flush;
mod index;
mod inspect;
mod load;
mod profiles;
mod replay;
mod reports;
mod requests;
mod sign;
mod versions;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What the shipped program allocates with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Any failure, in words.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// One turn.
#[derive(Debug, Parser)]
#[command(name = "bartizan-bench measure")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Sends signed requests to a server as fast as a number of clients can; reads what to send as JSON from a file.
    Load {
        /// See `load::Spec`.
        spec: PathBuf,
    },
    /// Publishes device reports to an MQTT endpoint with QoS 1 as fast as they are acknowledged.
    Reports(reports::Load),
    /// Writes a fleet's tape and replays a changed profile over it, one turn for each line of standard input:
    /// `alarms-disk`, `alarms-memory`, `p90-disk`, `p90-memory`, `floor`.
    Replay(replay::Tape),
    /// Appends to one file and flushes it, many writers sharing a flush: what the disk allows at most.
    Flush {
        /// Is created, overwritten and removed.
        file: PathBuf,
        /// Threads that each wait for their own record to be durable.
        #[arg(long, default_value_t = 1)]
        writers: usize,
        /// Length of a record.
        #[arg(long, default_value_t = 512)]
        bytes: usize,
        /// Length of the measurement.
        #[arg(long, default_value_t = 2.0)]
        seconds: f64,
    },
    /// Compares pairs of Debian versions, one pair a line with a tab between.
    Versions {
        /// The pairs.
        pairs: PathBuf,
    },
    /// Builds a fleet and judges it, one turn for each line of standard input: `plain`, `full`, `tables`, `floor`, `digest`.
    Fleet {
        /// How many.
        hosts: usize,
        /// Write what a peer needs into this folder.
        #[arg(long)]
        export: Option<PathBuf>,
    },
    /// Previews a change of a sensor profile over so many images, and over half and a quarter of them.
    Profiles {
        /// How many.
        #[arg(default_value_t = 100_000)]
        images: usize,
    },
    /// Transforms and inspects what is in the files of a folder.
    Inspect {
        /// Written by `measure_inspect.py`.
        folder: PathBuf,
    },
    /// Judges requests by web ACLs, compiles those, and replays requests.
    Web {
        /// Written by `measure_web.py`.
        file: PathBuf,
    },
    /// Sends plain HTTP requests over kept-alive connections; reads what to send as JSON from a file.
    Requests {
        /// See `requests::Spec`.
        spec: PathBuf,
    },
    /// Reads an uncompressed `Packages` index.
    Index {
        /// The index.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let program = arguments.next().unwrap_or_default();
    let rest: Vec<_> = arguments.collect();
    let outcome = match rest.split_first() {
        Some((first, turn)) if first == "measure" => {
            measure(Arguments::parse_from([program].into_iter().chain(turn.iter().cloned())))
        }
        _ => driver::run(&rest),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: Arguments) -> Result<(), Failure> {
    let line = match arguments.what {
        What::Load { spec } => load::measure(&spec)?,
        What::Replay(tape) => return replay::run(&tape),
        What::Reports(load) => reports::measure(&load)?,
        What::Flush { file, writers, bytes, seconds } => flush::measure(&file, writers, bytes, seconds)?,
        What::Versions { pairs } => versions::measure(&pairs)?,
        What::Fleet { hosts, export } => return fleet::run(hosts, export.as_deref()),
        What::Profiles { images } => profiles::measure(images)?,
        What::Inspect { folder } => inspect::measure(&folder)?,
        What::Web { file } => web::measure(&file)?,
        What::Requests { spec } => requests::measure(&spec)?,
        What::Index { file } => index::measure(&file)?,
    };
    println!("{line}");
    Ok(())
}
