//! `bartizan container coverage`

use std::path::PathBuf;

use bartizan_container::{engine, told};
use serde_json::Value;

use super::known::{Known, plan};
use crate::cli::Format;
use crate::exit::{Done, Outcome};
use crate::output;

/// Says which images are late, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Coverage {
    /// A file with the profile.
    #[arg(long)]
    profile: PathBuf,
    #[command(flatten)]
    known: Known,
    /// How many late images are listed.
    #[arg(long, default_value_t = 20)]
    listed: usize,
    /// Exit with 4 if any image is late.
    #[arg(long)]
    exit_code: bool,
}

impl Coverage {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let plan = plan(&self.profile)?;
        let world = self.known.world()?;
        let found = told::coverage(&engine::coverage(&plan, &world, self.listed), &plan, &world);
        match format {
            Format::Json => output::json(&found),
            Format::Table => print(&found),
        }
        Ok(if self.exit_code && is_late(&found) { Done::Differs } else { Done::Well })
    }
}

/// Whether any image is late.
pub(super) fn is_late(found: &Value) -> bool {
    found.get("Fresh") != found.get("Images")
}

pub(super) fn print(found: &Value) {
    let of = |member: &str| output::cell(found, member);
    output::line(&format!("{} of {} images were scanned in time", of("Fresh"), of("Images")));
    output::line(&format!("inactive (UTC): {}", of("Inactive")));
    for reason in output::list(found, "Reasons") {
        output::line(&format!("{} late: {}", output::cell(reason, "Images"), output::cell(reason, "Why")));
    }
    let row = |late: &Value| ["Image", "Since", "Why"].map(|member| output::cell(late, member)).to_vec();
    let rows: Vec<_> = output::list(found, "Late").iter().map(row).collect();
    if !rows.is_empty() {
        output::line("");
        output::table(&["IMAGE", "LATE SINCE", "WHY"], &rows);
    }
}
