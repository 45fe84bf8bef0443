//! `bartizan container preview`

use std::path::PathBuf;

use bartizan_container::{engine, told};
use serde_json::json;

use super::known::{Known, plan};
use crate::cli::Format;
use crate::exit::{Done, Failure, Outcome};
use crate::output;

/// Compares two versions of a sensor profile on what is known.
#[derive(Debug, clap::Args)]
pub(crate) struct Preview {
    /// A file with the profile as it is.
    #[arg(long)]
    from: PathBuf,
    /// A file with the profile as it would be.
    #[arg(long)]
    to: PathBuf,
    #[command(flatten)]
    known: Known,
    /// How many images and vulnerabilities are listed.
    #[arg(long, default_value_t = 100)]
    listed: usize,
    /// Exit with 4 if anything would change.
    #[arg(long)]
    exit_code: bool,
}

impl Preview {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let (old, new) = (plan(&self.from)?, plan(&self.to)?);
        if old.duty() != new.duty() {
            return Err(Failure::Refused("the two profiles are not of one type".to_owned()));
        }
        let world = self.known.world()?;
        let foresight = told::foresight(&engine::preview(&old, &new, &world, self.listed), &world);
        match format {
            Format::Json => output::json(&json!(foresight)),
            Format::Table => foresight.summary.iter().for_each(|sentence| output::line(sentence)),
        }
        let changes = foresight.findings.get("Changes").and_then(serde_json::Value::as_u64).unwrap_or(0);
        Ok(if self.exit_code && changes > 0 { Done::Differs } else { Done::Well })
    }
}
