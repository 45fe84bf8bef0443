//! `bartizan sensor`

mod enrolment;
mod find;
mod run;
mod scan;

use clap::Subcommand;

use super::Format;
use crate::exit::Outcome;

/// Images: what is in them, and what is known to be wrong with it.
#[derive(Debug, clap::Args)]
pub(crate) struct Sensor {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Scan one image on disk, without an engine and without a server, and end with a verdict.
    Scan(Box<scan::Scan>),
    /// List the images in OCI layouts below folders.
    Find(find::Find),
    /// Find and scan images as a sensor profile says, and report them to a server.
    Run(Box<run::Run>),
}

impl Sensor {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        match &self.command {
            Command::Scan(command) => command.run(format),
            Command::Find(command) => command.run(format),
            Command::Run(command) => command.run(),
        }
    }
}
