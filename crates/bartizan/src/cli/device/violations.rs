//! `bartizan device violations`

use serde_json::{Value, json};

use crate::cli::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// What happened, the newest first.
#[derive(Debug, clap::Args)]
pub(crate) struct Violations {
    /// Only of this device.
    #[arg(long)]
    thing: Option<String>,
    /// Only of this security profile.
    #[arg(long)]
    profile: Option<String>,
    /// Not before, such as 2026-11-25T00:00:00Z; they are kept for 30 days.
    #[arg(long, default_value = "2000-01-01T00:00:00Z")]
    since: String,
    /// How many are listed.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=250))]
    max: u16,
    #[command(flatten)]
    server: Server,
}

/// After every time that an event can have.
const END: &str = "2200-01-01T00:00:00Z";

impl Violations {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let input = super::input([
            ("startTime", Some(json!(self.since))),
            ("endTime", Some(json!(END))),
            ("maxResults", Some(json!(self.max))),
            ("thingName", self.thing.as_ref().map(|thing| json!(thing))),
            ("securityProfileName", self.profile.as_ref().map(|profile| json!(profile))),
        ]);
        let answer = self.server.connect()?.call("iot:ListViolationEvents", &input)?;
        if format == Format::Json {
            output::json(&answer);
            return Ok(Done::Well);
        }
        let rows: Vec<Vec<String>> = output::list(&answer, "violationEvents").iter().map(row).collect();
        output::table(&["TIME", "EVENT", "DEVICE", "PROFILE", "BEHAVIOR", "VALUE", "VERDICT"], &rows);
        Ok(Done::Well)
    }
}

fn row(event: &Value) -> Vec<String> {
    let time = event.get("violationEventTime").and_then(Value::as_f64);
    vec![
        time.map_or_else(|| "-".to_owned(), output::time),
        output::cell(event, "violationEventType"),
        output::cell(event, "thingName"),
        output::cell(event, "securityProfileName"),
        event.get("behavior").map_or_else(|| "-".to_owned(), |behavior| output::cell(behavior, "name")),
        value(event.get("metricValue")),
        output::cell(event, "verificationState"),
    ]
}

/// A metric's value: its one member.
pub(super) fn value(value: Option<&Value>) -> String {
    let member = value.and_then(Value::as_object).and_then(|members| members.values().next());
    member.map_or_else(|| "-".to_owned(), ToString::to_string)
}
