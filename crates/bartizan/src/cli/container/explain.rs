//! `bartizan container explain`

use std::path::PathBuf;

use bartizan_container::engine::{Freshness, Verdict, freshness, next_scan};
use bartizan_container::told;
use serde_json::json;

use super::known::{Known, plan};
use crate::cli::Format;
use crate::exit::{Done, Failure, Outcome};
use crate::output;

/// Says when one image is scanned next, or why never.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// A name of the image, or the beginning of its digest.
    image: String,
    /// A file with the profile.
    #[arg(long)]
    profile: PathBuf,
    #[command(flatten)]
    known: Known,
}

impl Explain {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let plan = plan(&self.profile)?;
        let world = self.known.world()?;
        let named = world.images.iter().find(|image| {
            image.sha.starts_with(&self.image) || image.names.iter().any(|name| name.to_string() == self.image)
        });
        let image = named.ok_or_else(|| Failure::Refused(format!("no image is called `{}`", self.image)))?;
        let verdict = plan.exclusions().judge(&image.sha, &image.names);
        let next = told::next(next_scan(&plan, image, verdict, &world.schedules, world.now));
        let text = |pattern: usize| plan.exclusions().text(pattern).unwrap_or_default().to_owned();
        let patterns = match verdict {
            Verdict::Included => "no pattern matches".to_owned(),
            Verdict::Excluded { pattern } => format!("left out by {}", text(pattern)),
            Verdict::Spared { pattern, name } => {
                let other = image.names.get(name).map(ToString::to_string).unwrap_or_default();
                format!("not left out by {}, because it is also called {other}", text(pattern))
            }
        };
        let fresh = match freshness(&plan, image, &world) {
            Freshness::Fresh { until: Some(until) } => format!("in time until {}", until.to_iso8601()),
            Freshness::Fresh { until: None } => "in time; no interval is promised".to_owned(),
            Freshness::Stale { since, why } => {
                format!("late since {}: {}", since.to_iso8601(), told::late(&plan, why))
            }
        };
        let scanned = image.scanned.map_or_else(|| "never".to_owned(), bartizan_wire::Timestamp::to_iso8601);
        match format {
            Format::Json => output::json(&json!({
                "Image": told::shown(image), "Sha": image.sha, "Names": image.names.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "Scanned": scanned, "Next": next, "Patterns": patterns, "Fresh": fresh, "Inactive": plan.week().to_string(),
            })),
            Format::Table => {
                output::line(&format!("{}  {}", told::shown(image), image.sha));
                output::line(&format!("scanned:        {scanned}"));
                output::line(&format!("next scan:      {next}"));
                output::line(&format!("patterns:       {patterns}"));
                output::line(&format!("freshness:      {fresh}"));
                output::line(&format!("inactive (UTC): {}", plan.week()));
            }
        }
        Ok(Done::Well)
    }
}
