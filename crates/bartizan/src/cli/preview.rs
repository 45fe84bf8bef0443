//! `bartizan preview`

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::{Format, Server, diff};
use crate::exit::{Done, Failure, Outcome};
use crate::{connection, output};

/// Shows what an update would do: which patches and hosts change, with reasons and evidence. Nothing is committed.
#[derive(Debug, clap::Args)]
pub(crate) struct Preview {
    /// Which operation.
    #[arg(default_value = "ssm:UpdatePatchBaseline")]
    action: String,
    /// The patch baseline to update.
    #[arg(long)]
    baseline: Option<String>,
    /// A file with the operation's input as JSON; `-` reads standard input. Flags are laid over it.
    #[arg(long)]
    file: Option<PathBuf>,
    /// The operation's input as JSON.
    #[arg(long, conflicts_with = "file")]
    input: Option<String>,
    /// Packages approved by name; repeat, or separate by commas.
    #[arg(long, value_delimiter = ',')]
    approved_patches: Option<Vec<String>>,
    /// Whether approved packages may be non-security updates.
    #[arg(long)]
    approved_patches_enable_non_security: Option<bool>,
    /// Packages rejected by name; repeat, or separate by commas.
    #[arg(long, value_delimiter = ',')]
    rejected_patches: Option<Vec<String>>,
    /// What happens to rejected packages.
    #[arg(long, value_parser = ["ALLOW_AS_DEPENDENCY", "BLOCK"])]
    rejected_patches_action: Option<String>,
    /// The approval rules as JSON, in the vendor's form.
    #[arg(long)]
    approval_rules: Option<String>,
    /// The global filters as JSON, in the vendor's form.
    #[arg(long)]
    global_filters: Option<String>,
    /// Exit with 4 if the update would change any patch or host.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    server: Server,
}

impl Preview {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let input = self.whole_input()?;
        let answer = self.server.connect()?.preview(&self.action, &input)?;
        print_preview(&answer, format);
        let changes = answer.pointer("/Preview/Findings/Changes").and_then(Value::as_u64).unwrap_or(0);
        Ok(if self.exit_code && changes > 0 { Done::Differs } else { Done::Well })
    }

    fn whole_input(&self) -> Result<Value, Failure> {
        let Value::Object(mut input) = connection::input(self.input.as_deref(), self.file.as_deref())? else {
            return Err(Failure::Refused("the input is not a JSON object".to_owned()));
        };
        set(&mut input, "BaselineId", self.baseline.as_ref().map(|id| json!(id)));
        set(&mut input, "ApprovedPatches", self.approved_patches.as_ref().map(|list| json!(list)));
        set(&mut input, "ApprovedPatchesEnableNonSecurity", self.approved_patches_enable_non_security.map(Value::Bool));
        set(&mut input, "RejectedPatches", self.rejected_patches.as_ref().map(|list| json!(list)));
        set(&mut input, "RejectedPatchesAction", self.rejected_patches_action.as_ref().map(|action| json!(action)));
        set(&mut input, "ApprovalRules", parsed(self.approval_rules.as_deref())?);
        set(&mut input, "GlobalFilters", parsed(self.global_filters.as_deref())?);
        Ok(Value::Object(input))
    }
}

fn set(input: &mut Map<String, Value>, member: &str, value: Option<Value>) {
    if let Some(value) = value {
        input.insert(member.to_owned(), value);
    }
}

fn parsed(text: Option<&str>) -> Result<Option<Value>, Failure> {
    text.map(|text| connection::input(Some(text), None)).transpose()
}

/// Prints what a preview found.
pub(crate) fn print_preview(answer: &Value, format: Format) {
    if format == Format::Json {
        output::json(answer);
        return;
    }
    let Some(preview) = answer.get("Preview") else { return };
    output::line(&format!("preview {}: nothing has been committed", output::cell(preview, "PreviewId")));
    for change in output::list(preview, "Changes") {
        let base = output::cell(change, "BaseRevision");
        output::line(&format!(
            "\n{}/{}: revision {base} -> {}",
            output::cell(change, "Kind"),
            output::cell(change, "Name"),
            output::cell(change, "NextRevision")
        ));
        diff::differences(output::list(change, "Differences"));
    }
    output::line("");
    for sentence in output::list(preview, "Summary").iter().filter_map(Value::as_str) {
        output::line(sentence);
    }
}
