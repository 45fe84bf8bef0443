//! `bartizan container status`

use bartizan_container::profile::{ProfileType, builtin};
use serde_json::Value;

use super::coverage::{is_late, print};
use crate::cli::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// Says which images of a profile's sensors are late, and why, as the server knows it.
#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    /// The profile's id; the default one of sensors of hosts if absent.
    #[arg(default_value_t = builtin::id(ProfileType::General))]
    profile: String,
    /// How many late images are listed.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=1000))]
    listed: u16,
    /// Exit with 4 if any image is late.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    server: Server,
}

impl Status {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let connection = self.server.connect()?;
        let query = [("Listed", self.listed.to_string())];
        let found = connection.get(&format!("/v1/container/coverage/{}", self.profile), &query)?;
        let coverage = found.get("Coverage").unwrap_or(&Value::Null);
        match format {
            Format::Json => output::json(&found),
            Format::Table => {
                let of = |member: &str| output::cell(&found, member);
                output::line(&format!("{}, which {} sensors follow", of("ProfileName"), of("Sensors")));
                print(coverage);
            }
        }
        Ok(if self.exit_code && is_late(coverage) { Done::Differs } else { Done::Well })
    }
}
