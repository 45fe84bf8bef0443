//! `bartizan host status`

use serde_json::Value;

use super::node::Node;
use crate::cli::Format;
use crate::exit::{Done, Outcome};
use crate::output;

/// How a host stands against its baseline.
#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    /// How many missing patches are listed.
    #[arg(long, default_value_t = 10)]
    missing: u16,
    /// Exit with 4 if the host is not compliant.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    node: Node,
}

impl Status {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let (connection, instance) = self.node.find()?;
        let query = [("Missing", self.missing.to_string())];
        let summary = connection.get(&format!("/v1/host/summary/{instance}"), &query)?;
        match format {
            Format::Json => output::json(&summary),
            Format::Table => print_summary(&summary),
        }
        let compliant = summary.get("Compliant").and_then(Value::as_bool).unwrap_or(false);
        Ok(if self.exit_code && !compliant { Done::Differs } else { Done::Well })
    }
}

/// Prints how a host stands: what it is, by which baseline, counts, what is missing first, how fresh the metadata is.
pub(crate) fn print_summary(summary: &Value) {
    let of = |member: &str| output::cell(summary, member);
    let compliant = summary.get("Compliant").and_then(Value::as_bool).unwrap_or(false);
    output::line(&format!("{} ({}), {}", of("ComputerName"), of("InstanceId"), of("Platform")));
    output::line(&format!("judged by {} ({})", of("BaselineName"), of("BaselineId")));
    let verdict = if compliant { "compliant" } else { "not compliant" };
    let packages = of("Packages");
    output::line(&format!("{packages} packages: {}; {verdict}", counts(summary, "States")));
    for (member, what) in [("Severities", "missing by severity"), ("Levels", "not compliant by level")] {
        let counted = counts(summary, member);
        if !counted.is_empty() {
            output::line(&format!("{what}: {counted}"));
        }
    }
    let missing = output::list(summary, "Missing");
    if !missing.is_empty() {
        output::line("");
        let rows: Vec<Vec<String>> = missing.iter().map(row).collect();
        output::table(&["PACKAGE", "INSTALLED", "MISSING", "LEVEL", "BECAUSE"], &rows);
        output::line("");
    }
    match summary.get("RefreshedAt").and_then(Value::as_f64) {
        Some(at) => output::line(&format!("package metadata fetched {}", output::time(at))),
        None => output::line("no package metadata"),
    }
    for blind in output::list(summary, "Blind").iter().filter_map(Value::as_str) {
        output::line(&format!("note: {blind}"));
    }
}

fn row(missing: &Value) -> Vec<String> {
    let mut because = output::cell(missing, "Because");
    if missing.get("Held").and_then(Value::as_bool).unwrap_or(false) {
        because.push_str("; on hold");
    }
    let mut row: Vec<String> =
        ["Id", "Installed", "Version", "Level"].iter().map(|member| output::cell(missing, member)).collect();
    row.push(because);
    row
}

fn counts(summary: &Value, member: &str) -> String {
    let Some(Value::Object(counts)) = summary.get(member) else { return String::new() };
    let parts: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    parts.join(", ")
}
