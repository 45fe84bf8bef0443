//! `bartizan device`

mod enroll;
mod status;
mod suggest;
mod violations;

use clap::Subcommand;
use serde_json::{Map, Value};

use super::Format;
use crate::exit::Outcome;

/// Devices: what they do, and whether it is normal.
#[derive(Debug, clap::Args)]
pub(crate) struct Device {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How many reports came and were judged, and which violations hold.
    Status(status::Status),
    /// What happened: alarms that began, were cleared or became void, the newest first.
    Violations(violations::Violations),
    /// Find a threshold for a metric from what was recorded.
    Suggest(suggest::Suggest),
    /// Issue a certificate with which a device connects over MQTT.
    Enroll(enroll::Enroll),
}

impl Device {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        match &self.command {
            Command::Status(command) => command.run(format),
            Command::Violations(command) => command.run(format),
            Command::Suggest(command) => command.run(format),
            Command::Enroll(command) => command.run(format),
        }
    }
}

/// An input of the members that are given.
fn input<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}
