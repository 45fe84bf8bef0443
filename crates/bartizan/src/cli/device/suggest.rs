//! `bartizan device suggest`

use serde_json::json;

use crate::cli::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// Find a threshold for a metric from what was recorded: the tightest one with no more alarms than tolerated.
#[derive(Debug, clap::Args)]
pub(crate) struct Suggest {
    /// Such as aws:all-bytes-out, or a custom metric.
    metric: String,
    /// How a normal value stands to the threshold.
    #[arg(long, default_value = "less-than-equals")]
    operator: String,
    /// Seconds over which counters are summed: 300, 600, 900, 1800 or 3600.
    #[arg(long)]
    duration: Option<i32>,
    /// Alarms a week that somebody is willing to look at.
    #[arg(long, default_value_t = 1.0)]
    tolerate: f64,
    /// The ARN of a group or of all things; all things otherwise.
    #[arg(long)]
    target: Option<String>,
    #[command(flatten)]
    server: Server,
}

impl Suggest {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let input = super::input([
            ("MetricName", Some(json!(self.metric))),
            ("ComparisonOperator", Some(json!(self.operator))),
            ("ToleratedAlarmsAWeek", Some(json!(self.tolerate))),
            ("DurationSeconds", self.duration.map(|seconds| json!(seconds))),
            ("SecurityProfileTargetArn", self.target.as_ref().map(|target| json!(target))),
        ]);
        let answer = self.server.connect()?.post("/v1/device/suggest", &input)?;
        if format == Format::Json {
            output::json(&answer);
            return Ok(Done::Well);
        }
        let of = |member: &str| output::cell(&answer, member);
        if answer.get("Threshold").is_none() {
            output::line(&format!("nothing of {} was recorded yet, so there is nothing to suggest", self.metric));
            return Ok(Done::Well);
        }
        output::line(&format!("{} {} {}", self.metric, self.operator, of("Threshold")));
        let alarms = answer.get("AlarmsAWeek").and_then(serde_json::Value::as_f64).unwrap_or_default();
        output::line(&format!("would have raised {alarms:.1} alarms a week, of {} values", of("Judged")));
        Ok(Done::Well)
    }
}
