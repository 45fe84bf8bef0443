//! `bartizan web rule-set`

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::{Format, Server};
use crate::exit::{Done, Outcome};
use crate::output;

/// Managed rule sets.
#[derive(Debug, clap::Args)]
pub(crate) struct RuleSet {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an empty managed rule set for a vendor, who then publishes versions with PutManagedRuleSetVersions.
    Create(Create),
}

#[derive(Debug, clap::Args)]
struct Create {
    /// Its name, which is the managed rule group's for customers.
    name: String,
    /// Whose it is.
    #[arg(long)]
    vendor: String,
    /// REGIONAL or CLOUDFRONT.
    #[arg(long, default_value = "REGIONAL")]
    scope: String,
    /// What it is for.
    #[arg(long)]
    description: Option<String>,
    /// What stands before the labels of its rules; made of vendor and name otherwise.
    #[arg(long)]
    label_namespace: Option<String>,
    /// The topic where news of its versions are told, if not the vendor's.
    #[arg(long)]
    sns_topic: Option<String>,
    /// Customers cannot choose among versions.
    #[arg(long)]
    unversioned: bool,
    #[command(flatten)]
    server: Server,
}

impl RuleSet {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let Command::Create(create) = &self.command;
        let mut input = json!({
            "Name": create.name,
            "VendorName": create.vendor,
            "Scope": create.scope,
            "VersioningSupported": !create.unversioned,
        });
        let optional = [
            ("Description", &create.description),
            ("LabelNamespace", &create.label_namespace),
            ("SnsTopicArn", &create.sns_topic),
        ];
        for (member, value) in optional {
            if let (Some(members), Some(value)) = (input.as_object_mut(), value) {
                members.insert(member.to_owned(), Value::String(value.clone()));
            }
        }
        let answer = create.server.connect()?.post("/v1/web/rule-sets", &input)?;
        let summary = answer.get("Summary").cloned().unwrap_or_default();
        match format {
            Format::Json => output::json(&summary),
            Format::Table => {
                for member in ["Name", "Id", "ARN", "LockToken", "LabelNamespace"] {
                    output::line(&format!("{member:<16}{}", output::cell(&summary, member)));
                }
            }
        }
        Ok(Done::Well)
    }
}
