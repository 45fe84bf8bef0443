//! The command line: one file a command.

mod agent;
mod alerts;
mod call;
mod completions;
mod container;
mod device;
mod diff;
mod env;
mod history;
mod host;
mod limits;
mod preview;
mod rollback;
mod schema;
mod sensor;
mod up;
mod web;

use clap::{Parser, Subcommand, ValueEnum};

use crate::connection::Connection;
use crate::exit::Outcome;

/// Shows what a security-policy update will do before it does it, and then does it.
#[derive(Debug, Parser)]
#[command(name = "bartizan", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// How answers are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    output: Format,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run API, engine and agent in one process, on one data folder, observing this machine.
    Up(Box<up::Up>),
    /// Observe this machine and report it to a server elsewhere.
    Agent(agent::Agent),
    /// Alerts that could not be delivered.
    Alerts(alerts::Alerts),
    /// Hosts and their patches.
    Host(host::Host),
    /// Devices: what they do, and whether it is normal.
    Device(device::Device),
    /// Sensor profiles: what they make sensors scan, and when.
    Container(container::Container),
    /// Images: what is in them, and what is known to be wrong with it.
    Sensor(sensor::Sensor),
    /// Web ACLs and managed rule sets.
    Web(web::Web),
    /// Show what a change would do, without doing it.
    Preview(preview::Preview),
    /// List the committed revisions of a document: who, when, what, after which preview.
    History(history::History),
    /// Show how two revisions of a document differ.
    Diff(diff::Diff),
    /// Make an earlier revision of a document the next one.
    Rollback(rollback::Rollback),
    /// Call any operation by its action, such as ssm:DescribePatchBaselines.
    Call(call::Call),
    /// Print the environment that points AWS clients at this server, for eval.
    Env(env::Env),
    /// Print the schema of every operation as JSON.
    Schema,
    /// Print every limit with its unit.
    Limits,
    /// Print a completion script for a shell.
    Completions(completions::Completions),
}

/// How to find the server, for every command that talks to one.
#[derive(Debug, clap::Args)]
pub(crate) struct Server {
    /// Address of the server; otherwise the one that runs on the data folder.
    #[arg(long, env = "BARTIZAN_ENDPOINT")]
    endpoint: Option<String>,
    /// Data folder of a server on this machine, which has its address and root key.
    #[arg(long, env = "BARTIZAN_DATA", default_value = "./bartizan-data")]
    data: std::path::PathBuf,
    /// Region of the realm.
    #[arg(long, env = "BARTIZAN_REGION", default_value = "us-east-1")]
    region: String,
}

impl Server {
    fn data(&self) -> &std::path::Path {
        &self.data
    }

    fn connect(&self) -> Result<Connection, crate::exit::Failure> {
        Connection::open(self.endpoint.as_deref(), &self.data, &self.region)
    }
}

/// Runs a command.
pub(crate) fn run(arguments: Arguments) -> Outcome {
    let format = arguments.output;
    match arguments.command {
        Command::Up(command) => command.run(format),
        Command::Agent(command) => command.run(),
        Command::Alerts(command) => command.run(format),
        Command::Host(command) => command.run(format),
        Command::Device(command) => command.run(format),
        Command::Container(command) => command.run(format),
        Command::Sensor(command) => command.run(format),
        Command::Web(command) => command.run(format),
        Command::Preview(command) => command.run(format),
        Command::History(command) => command.run(format),
        Command::Diff(command) => command.run(format),
        Command::Rollback(command) => command.run(format),
        Command::Call(command) => command.run(),
        Command::Env(command) => command.run(),
        Command::Schema => schema::run(),
        Command::Limits => limits::run(format),
        Command::Completions(command) => Ok(command.run()),
    }
}
