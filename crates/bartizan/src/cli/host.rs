//! `bartizan host`

mod explain;
mod judge;
mod list;
mod node;
pub(crate) mod status;

use clap::Subcommand;

use super::Format;
use crate::exit::Outcome;

/// Hosts and their patches.
#[derive(Debug, clap::Args)]
pub(crate) struct Host {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How a host stands against its baseline: counts, the first missing patches and why, how fresh the metadata is.
    Status(status::Status),
    /// Why a package is in the state it is in: which rule, filter, list or date decided, in order.
    Explain(explain::Explain),
    /// Every host that has reported.
    List(list::List),
    /// Judge this machine now, without a server.
    Judge(judge::Judge),
}

impl Host {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        match &self.command {
            Command::Status(command) => command.run(format),
            Command::Explain(command) => command.run(format),
            Command::List(command) => command.run(format),
            Command::Judge(command) => command.run(format),
        }
    }
}
