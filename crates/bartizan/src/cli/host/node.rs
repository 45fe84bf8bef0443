//! Which host a command is about.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::Server;
use crate::connection::Connection;
use crate::exit::Failure;
use crate::output;

/// A host, and the server that knows it.
#[derive(Debug, clap::Args)]
pub(crate) struct Node {
    /// The managed node, such as mi-0123456789abcdef0; this machine if absent.
    #[arg(long)]
    instance: Option<String>,
    #[command(flatten)]
    server: Server,
}

impl Node {
    /// Connects and finds out which host is meant.
    pub(crate) fn find(&self) -> Result<(Connection, String), Failure> {
        let connection = self.server.connect()?;
        if let Some(instance) = &self.instance {
            return Ok((connection, instance.clone()));
        }
        if let Some(instance) = own(&self.server.data().join("agent")) {
            return Ok((connection, instance));
        }
        let nodes = all(&connection)?;
        match nodes.as_slice() {
            [only] => Ok((connection, output::cell(only, "InstanceId"))),
            [] => Err(Failure::Refused("no host has reported yet: run `bartizan agent` on one".to_owned())),
            several => Err(Failure::Refused(format!(
                "{} hosts have reported: say which one with --instance; `bartizan host list` names them",
                several.len()
            ))),
        }
    }
}

/// The node that this machine's own agent is registered as. The agent holds its folder, so that it is only looked into.
fn own(folder: &Path) -> Option<String> {
    let credential: Value = serde_json::from_slice(&std::fs::read(folder.join("credential.json")).ok()?).ok()?;
    Some(credential.get("InstanceId")?.as_str()?.to_owned())
}

/// Every host that has reported.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Value>, Failure> {
    let mut nodes = Vec::new();
    let mut input = json!({ "MaxResults": 50 });
    loop {
        let answer = connection.call("ssm:DescribeInstanceInformation", &input)?;
        nodes.extend_from_slice(output::list(&answer, "InstanceInformationList"));
        match answer.get("NextToken") {
            Some(next) => input = json!({ "MaxResults": 50, "NextToken": next }),
            None => return Ok(nodes),
        }
    }
}
