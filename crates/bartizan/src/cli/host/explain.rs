//! `bartizan host explain`

use serde_json::Value;

use super::node::Node;
use crate::cli::Format;
use crate::connection;
use crate::exit::{Done, Outcome};
use crate::output;

/// Why a package is in the state it is in: which rule, filter, list or date decided, in order.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// A binary package's name; `name.arch` for one architecture of it.
    package: String,
    #[command(flatten)]
    node: Node,
}

impl Explain {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let (connection, instance) = self.node.find()?;
        let package = connection::escape(&self.package);
        let answer = connection.get(&format!("/v1/host/explain/{instance}/{package}"), &[])?;
        match format {
            Format::Json => output::json(&answer),
            Format::Table => {
                let of = |member: &str| output::cell(&answer, member);
                output::line(&format!("{} judged by {} ({})", of("Product"), of("BaselineName"), of("BaselineId")));
                output::list(&answer, "Decisions").iter().for_each(decision);
            }
        }
        Ok(Done::Well)
    }
}

fn decision(decision: &Value) {
    let of = |member: &str| output::cell(decision, member);
    output::line("");
    output::line(&format!(
        "{}.{}: {}{}",
        of("Name"),
        of("Architecture"),
        of("State"),
        decision.get("Version").and_then(Value::as_str).map(|version| format!(" {version}")).unwrap_or_default()
    ));
    for (index, step) in output::list(decision, "Steps").iter().enumerate() {
        let sign = match step.get("Passed").and_then(Value::as_bool) {
            Some(true) => "+",
            Some(false) => "-",
            None => " ",
        };
        let about =
            step.get("Version").and_then(Value::as_str).map(|version| format!("{version}: ")).unwrap_or_default();
        output::line(&format!("{:>4} {sign} {about}{}", index + 1, output::cell(step, "Text")));
    }
}
