//! What to try next.

use std::path::Path;

use serde_json::Value;

use crate::output;

/// Where data is kept if nobody says otherwise.
const DATA_DEFAULT: &str = "./bartizan-data";

/// Prints three commands that work when pasted into another terminal in the same folder.
pub(super) fn print(data: &Path, summary: &Value) {
    let program = program();
    let at = if data == Path::new(DATA_DEFAULT) { String::new() } else { format!(" --data '{}'", data.display()) };
    let missing = output::list(summary, "Missing").first().map(|first| output::cell(first, "Id"));
    output::line("\ntry next, in another terminal:");
    if summary.is_null() {
        output::line(&format!("  {program} host list{at}"));
        output::line(&format!("  {program} call ssm:DescribePatchBaselines{at}"));
    } else {
        output::line(&format!("  {program} host explain {}{at}", missing.as_deref().unwrap_or("dpkg")));
        output::line(&format!("  {program} host status --missing 50{at}"));
    }
    let system = if output::cell(summary, "Product").starts_with("Ubuntu") { "UBUNTU" } else { "DEBIAN" };
    output::line(&format!(
        "  {program} call ssm:CreatePatchBaseline --input '{{\"Name\":\"mine\",\"OperatingSystem\":\"{system}\"}}'{at}"
    ));
}

/// This program as it can be typed here.
fn program() -> String {
    let path = std::env::current_exe().unwrap_or_else(|_| "bartizan".into());
    let here = std::env::current_dir().ok();
    match here.and_then(|here| path.strip_prefix(here).map(Path::to_path_buf).ok()) {
        Some(relative) => format!("./{}", relative.display()),
        None => path.display().to_string(),
    }
}
