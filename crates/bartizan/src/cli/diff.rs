//! `bartizan diff`

use serde_json::Value;

use super::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// Shows how two revisions of one document differ.
#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// The document, such as a baseline's id.
    name: String,
    /// The earlier revision; the one before the later if absent.
    from: Option<u64>,
    /// The later revision; the latest if absent.
    to: Option<u64>,
    /// Kind of the document.
    #[arg(long, default_value = "host/patch-baseline")]
    kind: String,
    /// Exit with 4 if there are differences.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    server: Server,
}

impl Diff {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let mut query = vec![("Kind", self.kind.clone()), ("Name", self.name.clone())];
        query.extend(self.from.map(|revision| ("From", revision.to_string())));
        query.extend(self.to.map(|revision| ("To", revision.to_string())));
        let answer = self.server.connect()?.get("/v1/diff", &query)?;
        match format {
            Format::Json => output::json(&answer),
            Format::Table => differences(output::list(&answer, "Differences")),
        }
        let differs = self.exit_code && !output::list(&answer, "Differences").is_empty();
        Ok(if differs { Done::Differs } else { Done::Well })
    }
}

/// Prints differences, one place a row.
pub(crate) fn differences(list: &[Value]) {
    if list.is_empty() {
        output::line("no differences");
        return;
    }
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|difference| {
            vec![output::cell(difference, "At"), output::cell(difference, "From"), output::cell(difference, "To")]
        })
        .collect();
    output::table(&["AT", "FROM", "TO"], &rows);
}
