//! `bartizan rollback`

use serde_json::json;

use super::preview::print_preview;
use super::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// Makes an earlier revision the next one. History is added to, never rewritten.
#[derive(Debug, clap::Args)]
pub(crate) struct Rollback {
    /// The document, such as a baseline's id.
    name: String,
    /// The revision to restore.
    revision: u64,
    /// Kind of the document.
    #[arg(long, default_value = "host/patch-baseline")]
    kind: String,
    /// Only show what it would do.
    #[arg(long)]
    preview: bool,
    #[command(flatten)]
    server: Server,
}

impl Rollback {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let connection = self.server.connect()?;
        let input = json!({ "Kind": self.kind, "Name": self.name, "Revision": self.revision });
        if self.preview {
            let answer = connection.preview("bartizan:RollBack", &input)?;
            print_preview(&answer, format);
            return Ok(Done::Well);
        }
        let answer = connection.post("/v1/rollback", &input)?;
        match (format, answer.get("Entry")) {
            (Format::Table, Some(entry)) => {
                output::line(&format!(
                    "{} is at revision {}, which has the document of revision {}",
                    self.name,
                    output::cell(entry, "Revision"),
                    self.revision
                ));
            }
            _ => output::json(&answer),
        }
        Ok(Done::Well)
    }
}
