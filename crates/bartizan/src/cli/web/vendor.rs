//! `bartizan web vendor`

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// Vendors of managed rule sets.
#[derive(Debug, clap::Args)]
pub(crate) struct Vendor {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Register who may publish managed rule sets.
    Register(Register),
}

#[derive(Debug, clap::Args)]
struct Register {
    /// As customers name it, such as "Acme Labs".
    name: String,
    /// As labels name it; made of the name otherwise.
    #[arg(long)]
    label_slug: Option<String>,
    /// The topic where news of its versions are told.
    #[arg(long)]
    sns_topic: Option<String>,
    #[command(flatten)]
    server: Server,
}

impl Vendor {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let Command::Register(register) = &self.command;
        let mut input = json!({ "VendorName": register.name });
        for (member, value) in [("LabelSlug", &register.label_slug), ("SnsTopicArn", &register.sns_topic)] {
            if let (Some(members), Some(value)) = (input.as_object_mut(), value) {
                members.insert(member.to_owned(), Value::String(value.clone()));
            }
        }
        let answer = register.server.connect()?.post("/v1/web/vendors", &input)?;
        let vendor = answer.get("Vendor").cloned().unwrap_or_default();
        match format {
            Format::Json => output::json(&vendor),
            Format::Table => output::line(&format!(
                "{} is registered; its labels start with awswaf:managed:{}:",
                output::cell(&vendor, "VendorName"),
                output::cell(&vendor, "LabelSlug")
            )),
        }
        Ok(Done::Well)
    }
}
