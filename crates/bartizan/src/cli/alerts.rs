//! `bartizan alerts`

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Format, Server};
use crate::connection::{Connection, escape};
use crate::exit::{Done, Failure, Outcome};
use crate::output;

/// Dead letters that are asked for at once.
const PAGE: &str = "500";

/// Alerts that could not be delivered.
#[derive(Debug, clap::Args)]
pub(crate) struct Alerts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List alerts that were given up, oldest first, with the reason.
    Dead(Dead),
    /// Have alerts that were given up tried again.
    Retry(Retry),
}

#[derive(Debug, clap::Args)]
struct Dead {
    /// Show at most this many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, clap::Args)]
struct Retry {
    /// Ids, as `bartizan alerts dead` lists them.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<String>,
    /// All of them.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    server: Server,
}

impl Alerts {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        match &self.command {
            Command::Dead(command) => command.run(format),
            Command::Retry(command) => command.run(format),
        }
    }
}

impl Dead {
    fn run(&self, format: Format) -> Outcome {
        let letters = collect(&self.server.connect()?, self.limit)?;
        match format {
            Format::Json => output::json(&json!({ "DeadLetters": letters })),
            Format::Table => print(&letters),
        }
        Ok(Done::Well)
    }
}

impl Retry {
    fn run(&self, format: Format) -> Outcome {
        let connection = self.server.connect()?;
        let ids = if self.all {
            collect(&connection, usize::MAX)?.iter().map(|letter| output::cell(letter, "Id")).collect()
        } else {
            self.ids.clone()
        };
        for id in &ids {
            connection.post(&format!("/v1/notify/dead/{}/retry", escape(id)), &json!({}))?;
        }
        match format {
            Format::Json => output::json(&json!({ "Retried": ids })),
            Format::Table => output::line(&format!("{} tried again", ids.len())),
        }
        Ok(Done::Well)
    }
}

fn collect(connection: &Connection, limit: usize) -> Result<Vec<Value>, Failure> {
    let mut letters = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut query = vec![("Limit", PAGE.to_owned())];
        query.extend(after.take().map(|after| ("After", after)));
        let answer = connection.get("/v1/notify/dead", &query)?;
        letters.extend_from_slice(output::list(&answer, "DeadLetters"));
        after = answer.get("Next").and_then(Value::as_str).map(ToOwned::to_owned);
        if after.is_none() || letters.len() >= limit {
            letters.truncate(limit);
            return Ok(letters);
        }
    }
}

fn print(letters: &[Value]) {
    if letters.is_empty() {
        return output::line("every alert was delivered, or still waits for its delivery");
    }
    let rows: Vec<Vec<String>> = letters
        .iter()
        .map(|letter| {
            let at = letter.get("At").and_then(Value::as_f64).unwrap_or_default();
            vec![
                output::cell(letter, "Id"),
                crate::output::time(at),
                output::cell(letter, "Target"),
                output::cell(letter, "Attempts"),
                output::cell(letter, "Reason"),
            ]
        })
        .collect();
    output::table(&["ID", "HAPPENED", "TARGET", "ATTEMPTS", "REASON"], &rows);
}
