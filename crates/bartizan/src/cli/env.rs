//! `bartizan env`

use super::Server;
use crate::exit::{Done, Outcome};
use crate::output;

/// Prints the environment that points AWS clients at this server: `eval "$(bartizan env)"`.
#[derive(Debug, clap::Args)]
pub(crate) struct Env {
    /// Point them at the preview endpoint, where every update is answered and nothing is committed.
    #[arg(long)]
    preview: bool,
    #[command(flatten)]
    server: Server,
}

impl Env {
    pub(crate) fn run(&self) -> Outcome {
        let connection = self.server.connect()?;
        let suffix = if self.preview { "/preview" } else { "" };
        output::line(&format!("export AWS_ENDPOINT_URL={}{suffix}", connection.endpoint()));
        output::line(&format!("export AWS_ACCESS_KEY_ID={}", connection.access_key_id()));
        output::line(&format!("export AWS_SECRET_ACCESS_KEY={}", connection.secret_access_key()));
        output::line(&format!("export AWS_DEFAULT_REGION={}", connection.region()));
        Ok(Done::Well)
    }
}
