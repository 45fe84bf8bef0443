//! `bartizan device status`

use serde_json::{Value, json};

use crate::cli::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// How many reports came and were judged, and which violations hold.
#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    /// Only of this device.
    #[arg(long)]
    thing: Option<String>,
    /// Only of this security profile.
    #[arg(long)]
    profile: Option<String>,
    /// How many violations are listed.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=250))]
    max: u16,
    /// Exit with 4 if a violation holds.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    server: Server,
}

impl Status {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let connection = self.server.connect()?;
        let statistics = connection.get("/v1/server/statistics", &[])?;
        let device = statistics.get("Device").cloned().unwrap_or_default();
        let input = super::input([
            ("maxResults", Some(json!(self.max))),
            ("thingName", self.thing.as_ref().map(|thing| json!(thing))),
            ("securityProfileName", self.profile.as_ref().map(|profile| json!(profile))),
        ]);
        let answer = connection.call("iot:ListActiveViolations", &input)?;
        let violations = output::list(&answer, "activeViolations");
        match format {
            Format::Json => output::json(&json!({ "Statistics": device, "ActiveViolations": violations })),
            Format::Table => print(&device, violations, answer.get("nextToken").is_some()),
        }
        Ok(if self.exit_code && !violations.is_empty() { Done::Differs } else { Done::Well })
    }
}

fn print(device: &Value, violations: &[Value], more: bool) {
    let of = |member: &str| output::cell(device, member);
    output::line(&format!(
        "since the start: {} reports, {} accepted, {} too soon, {} malformed; {} alarms began, {} ended",
        of("Reports"),
        of("Accepted"),
        of("Throttled"),
        of("Malformed"),
        of("Alarms"),
        of("Ended")
    ));
    output::line(&format!("now: {} violations hold, {} observations wait", of("Active"), of("Backlog")));
    if violations.is_empty() {
        return;
    }
    output::line("");
    let rows: Vec<Vec<String>> = violations.iter().map(row).collect();
    output::table(&["DEVICE", "PROFILE", "BEHAVIOR", "VALUE", "SINCE", "LAST"], &rows);
    if more {
        output::line("and more: list them with --max");
    }
}

fn row(violation: &Value) -> Vec<String> {
    let time =
        |member: &str| violation.get(member).and_then(Value::as_f64).map_or_else(|| "-".to_owned(), output::time);
    vec![
        output::cell(violation, "thingName"),
        output::cell(violation, "securityProfileName"),
        violation.get("behavior").map_or_else(|| "-".to_owned(), |behavior| output::cell(behavior, "name")),
        super::violations::value(violation.get("lastViolationValue")),
        time("violationStartTime"),
        time("lastViolationTime"),
    ]
}
