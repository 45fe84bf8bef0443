//! `bartizan container coverage`

use std::path::PathBuf;

use bartizan_container::{engine, told};
use serde_json::json;

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
        let found = engine::coverage(&plan, &world, self.listed);
        let late = found.longest.iter().filter_map(|(place, since, why)| {
            Some((told::shown(world.images.get(*place)?), since.to_iso8601(), told::late(&plan, *why)))
        });
        match format {
            Format::Json => {
                let reasons =
                    found.late.iter().map(|(why, images)| json!({ "Why": told::late(&plan, *why), "Images": images }));
                let late = late.map(|(image, since, why)| json!({ "Image": image, "Since": since, "Why": why }));
                output::json(&json!({
                    "Images": found.images, "Fresh": found.fresh, "Reasons": reasons.collect::<Vec<_>>(),
                    "Inactive": plan.week().to_string(), "Late": late.collect::<Vec<_>>(),
                }));
            }
            Format::Table => {
                output::line(&format!("{} of {} images were scanned in time", found.fresh, found.images));
                output::line(&format!("inactive (UTC): {}", plan.week()));
                for (why, images) in &found.late {
                    output::line(&format!("{images} late: {}", told::late(&plan, *why)));
                }
                let rows: Vec<_> = late.map(|(image, since, why)| vec![image, since, why]).collect();
                if !rows.is_empty() {
                    output::line("");
                    output::table(&["IMAGE", "LATE SINCE", "WHY"], &rows);
                }
            }
        }
        Ok(if self.exit_code && found.fresh < found.images { Done::Differs } else { Done::Well })
    }
}
