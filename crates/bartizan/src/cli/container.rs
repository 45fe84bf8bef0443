//! `bartizan container`

mod coverage;
mod explain;
mod known;
mod preview;
mod status;

use clap::Subcommand;

use super::Format;
use crate::exit::Outcome;

/// Sensor profiles of container security: what they make sensors do, from the vendor's own answers, or as a server knows it.
#[derive(Debug, clap::Args)]
pub(crate) struct Container {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What another version of a profile would change: images, vulnerabilities, scans by hour, events.
    Preview(preview::Preview),
    /// How many images were scanned as often as a profile promises, and why the others were not.
    Coverage(coverage::Coverage),
    /// The same of the images that sensors have reported to a server.
    Status(status::Status),
    /// When an image is scanned next under a profile, or why never.
    Explain(explain::Explain),
}

impl Container {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        match &self.command {
            Command::Preview(command) => command.run(format),
            Command::Coverage(command) => command.run(format),
            Command::Status(command) => command.run(format),
            Command::Explain(command) => command.run(format),
        }
    }
}
