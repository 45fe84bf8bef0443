//! `bartizan host list`

use serde_json::json;

use super::node;
use crate::cli::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// Every host that has reported.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    server: Server,
}

impl List {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let nodes = node::all(&self.server.connect()?)?;
        match format {
            Format::Json => output::json(&json!({ "Hosts": nodes })),
            Format::Table => {
                let members = ["InstanceId", "ComputerName", "PlatformName", "PlatformVersion", "PingStatus"];
                let rows: Vec<Vec<String>> = nodes
                    .iter()
                    .map(|node| members.iter().map(|member| output::cell(node, member)).collect())
                    .collect();
                output::table(&["INSTANCE", "NAME", "PLATFORM", "VERSION", "PING"], &rows);
            }
        }
        Ok(Done::Well)
    }
}
