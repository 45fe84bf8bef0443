//! `bartizan web`

mod rule_set;
mod test;
mod vendor;

use clap::Subcommand;

use super::Format;
use crate::exit::Outcome;

/// Web ACLs and managed rule sets.
#[derive(Debug, clap::Args)]
pub(crate) struct Web {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Vendors of managed rule sets.
    Vendor(vendor::Vendor),
    /// Managed rule sets, which a vendor then publishes versions of.
    RuleSet(rule_set::RuleSet),
    /// Say what a web ACL does with requests that nobody has sent.
    Test(Box<test::Test>),
}

impl Web {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        match &self.command {
            Command::Vendor(command) => command.run(format),
            Command::RuleSet(command) => command.run(format),
            Command::Test(command) => command.run(format),
        }
    }
}
