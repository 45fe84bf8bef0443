//! `bartizan call`

use std::path::PathBuf;

use super::Server;
use crate::exit::{Done, Outcome};
use crate::{connection, output};

/// Calls any operation by its action.
#[derive(Debug, clap::Args)]
pub(crate) struct Call {
    /// Such as `ssm:DescribePatchBaselines` or `iot:UpdateSecurityProfile`.
    action: String,
    /// The input as JSON.
    #[arg(long, conflicts_with = "file")]
    input: Option<String>,
    /// A file with the input as JSON; `-` reads standard input.
    #[arg(long)]
    file: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

impl Call {
    pub(crate) fn run(&self) -> Outcome {
        let input = connection::input(self.input.as_deref(), self.file.as_deref())?;
        output::json(&self.server.connect()?.call(&self.action, &input)?);
        Ok(Done::Well)
    }
}
