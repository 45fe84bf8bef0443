//! `bartizan host judge`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bartizan_agent::clock;
use bartizan_agent::collect::{Collector, Root};
use bartizan_host::baseline::PatchBaseline;
use bartizan_host::observe::Index;
use bartizan_host::offline;
use bartizan_wire::{Checked, Json};
use serde_json::json;

use super::status::print_summary;
use crate::cli::Format;
use crate::exit::{Done, Failure, Outcome};
use crate::output;

/// Judge this machine now, without a server: by the default baseline of its operating system, or by a file.
#[derive(Debug, clap::Args)]
pub(crate) struct Judge {
    /// A file with a patch baseline as GetPatchBaseline answers it.
    #[arg(long)]
    baseline: Option<PathBuf>,
    /// Where the host's files are; the machine itself if absent.
    #[arg(long, default_value = "/")]
    root: PathBuf,
    /// How many missing patches are listed.
    #[arg(long, default_value_t = 10)]
    missing: usize,
    /// Exit with 4 if the host is not compliant.
    #[arg(long)]
    exit_code: bool,
}

/// What stands for the node's id where nobody has given it one.
const UNREGISTERED: &str = "mi-00000000000000000";

impl Judge {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
        let baseline = self.baseline.as_ref().map(read).transpose()?;
        let now = clock::now();
        let mut collector = Collector::new(Root::new(&self.root));
        let (inventory, contents) = collector.collect_whole(UNREGISTERED, now).map_err(|error| refused(&error))?;
        let offers: BTreeMap<String, Arc<Index>> =
            contents.into_iter().map(|(digest, content)| (digest, Arc::new(content.to_index()))).collect();
        let judgment =
            offline::judge(&inventory, &offers, baseline, now, self.missing).map_err(|error| refused(&error))?;
        let compliant = judgment.report.counters.is_compliant();
        let summary = json!({
            "InstanceId": UNREGISTERED,
            "ComputerName": inventory.facts.hostname,
            "Platform": inventory.facts.pretty_name,
            "Product": judgment.product,
            "BaselineId": "-",
            "BaselineName": judgment.baseline,
            "Compliant": compliant,
            "Packages": inventory.installed.len(),
            "States": judgment.report.states,
            "Levels": judgment.report.levels,
            "Severities": judgment.report.severities,
            "Missing": judgment.report.missing,
            "CapturedAt": inventory.captured_at.seconds(),
            "RefreshedAt": inventory.refreshed_at.map(bartizan_wire::Timestamp::seconds),
            "Blind": judgment.report.blind,
        });
        match format {
            Format::Json => output::json(&summary),
            Format::Table => print_summary(&summary),
        }
        Ok(if self.exit_code && !compliant { Done::Differs } else { Done::Well })
    }
}

fn read(path: &PathBuf) -> Result<Checked<PatchBaseline>, Failure> {
    let failed = |why: String| Failure::Refused(format!("`{}`: {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let json = Json::parse(&bytes, Json::DEPTH_MAX).map_err(|error| failed(error.to_string()))?;
    Checked::decode(&json).map_err(|violations| failed(violations.render()))
}
