//! `bartizan history`

use serde_json::{Value, json};

use super::{Format, Server};
use crate::connection::Connection;
use crate::exit::{Done, Failure, Outcome};
use crate::output;

/// Lists entries, oldest first.
#[derive(Debug, clap::Args)]
pub(crate) struct History {
    /// The document, such as a baseline's id; all documents if absent.
    name: Option<String>,
    /// Kind of the document.
    #[arg(long, default_value = "host/patch-baseline")]
    kind: String,
    /// Only the last this many entries.
    #[arg(long, default_value_t = 50)]
    last: usize,
    #[command(flatten)]
    server: Server,
}

impl History {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let connection = self.server.connect()?;
        let mut entries = collect(&connection, self.name.as_deref().map(|name| (self.kind.as_str(), name)))?;
        let surplus = entries.len().saturating_sub(self.last);
        entries.drain(..surplus);
        match format {
            Format::Json => output::json(&json!({ "Entries": entries })),
            Format::Table => print(&entries),
        }
        Ok(Done::Well)
    }
}

fn collect(connection: &Connection, document: Option<(&str, &str)>) -> Result<Vec<Value>, Failure> {
    let mut entries = Vec::new();
    let mut after = 0_i64;
    loop {
        let mut query = vec![("Limit", "1000".to_owned()), ("After", after.to_string())];
        if let Some((kind, name)) = document {
            query.extend([("Kind", kind.to_owned()), ("Name", name.to_owned())]);
        }
        let answer = connection.get("/v1/history", &query)?;
        entries.extend_from_slice(output::list(&answer, "Entries"));
        match answer.get("Next").and_then(Value::as_i64) {
            Some(next) => after = next,
            None => return Ok(entries),
        }
    }
}

fn print(entries: &[Value]) {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let at = entry.get("At").and_then(Value::as_f64).unwrap_or_default();
            vec![
                output::cell(entry, "Revision"),
                crate::output::time(at),
                output::cell(entry, "Principal"),
                output::cell(entry, "Action"),
                format!("{}/{}", output::cell(entry, "Kind"), output::cell(entry, "Name")),
                output::cell(entry, "Preview"),
                output::cell(entry, "Reason"),
            ]
        })
        .collect();
    output::table(&["REVISION", "AT", "BY", "ACTION", "DOCUMENT", "PREVIEW", "REASON"], &rows);
}
