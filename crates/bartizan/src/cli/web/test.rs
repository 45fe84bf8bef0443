//! `bartizan web test`

mod read;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::{Format, Server};
use crate::exit::{Done, Failure, Outcome};
use crate::output;

/// Requests that are sent to the server at once: they have to fit into one call.
const AT_ONCE: usize = 200;

/// Says what a web ACL does with requests that nobody has sent: one request, or those of a file.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// The web ACL: its ARN, or its name in the regional scope.
    web_acl: String,
    /// A revision of it, as `bartizan history` counts them; the newest otherwise.
    #[arg(long)]
    revision: Option<u64>,
    /// Path and query of one request.
    #[arg(long, conflicts_with = "file", required_unless_present = "file")]
    uri: Option<String>,
    /// The method of that request.
    #[arg(long, default_value = "GET")]
    method: String,
    /// A header of that request, such as "Host: example.com". Repeat for more.
    #[arg(long = "header")]
    headers: Vec<String>,
    /// The body of that request.
    #[arg(long)]
    body: Option<String>,
    /// Whom that request comes from.
    #[arg(long)]
    client: Option<String>,
    /// A file of requests: a HAR file, an access log in the combined form or as JSON lines, or log records of a web ACL. `-` reads
    /// standard input.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Show what every statement says, and not only of requests that a rule matched.
    #[arg(long)]
    statements: bool,
    /// Exit with 4 if any request would not pass.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    server: Server,
}

impl Test {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let (requests, unread) = self.requests()?;
        if requests.is_empty() {
            return Err(Failure::Refused("the file has no request that can be read".to_owned()));
        }
        let connection = self.server.connect()?;
        let arn = if self.web_acl.starts_with("arn:") {
            self.web_acl.clone()
        } else {
            let listed = connection.call("wafv2:ListWebACLs", &json!({"Scope": "REGIONAL", "Limit": 100}))?;
            let mut all = output::list(&listed, "WebACLs").iter();
            let found = all.find(|one| one.get("Name").and_then(Value::as_str) == Some(self.web_acl.as_str()));
            let arn = found.and_then(|one| one.get("ARN")).and_then(Value::as_str).map(ToOwned::to_owned);
            arn.ok_or_else(|| Failure::Refused(format!("there is no web ACL `{}`", self.web_acl)))?
        };
        let mut results = Vec::new();
        for some in requests.chunks(AT_ONCE) {
            let mut input = json!({"WebACLArn": arn, "Requests": some});
            if let (Some(members), Some(revision)) = (input.as_object_mut(), self.revision) {
                members.insert("Revision".to_owned(), revision.into());
            }
            let answer = connection.post("/v1/web/test", &input)?;
            results.extend(output::list(&answer, "Results").iter().cloned());
        }
        let stopped = results.iter().filter(|one| action(one) != "ALLOW").count();
        match format {
            Format::Json => output::json(&json!({"WebACLArn": arn, "Unread": unread, "Results": results})),
            Format::Table => self.show(&requests, &results, stopped, unread),
        }
        Ok(if self.exit_code && stopped > 0 { Done::Differs } else { Done::Well })
    }

    fn requests(&self) -> Result<(Vec<Value>, usize), Failure> {
        if let Some(file) = &self.file {
            let text = if file.as_os_str() == "-" {
                std::io::read_to_string(std::io::stdin())
            } else {
                std::fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            };
            let text =
                text.map_err(|error| Failure::Refused(format!("`{}` cannot be read: {error}", file.display())))?;
            return Ok(read::requests(&text));
        }
        let mut headers = Vec::new();
        for text in &self.headers {
            let (name, value) = text
                .split_once(':')
                .ok_or_else(|| Failure::Refused(format!("`{text}` is no header: write a name, a colon and a value")))?;
            headers.push(json!({"Name": name.trim(), "Value": value.trim()}));
        }
        let uri = self.uri.as_deref().unwrap_or("/");
        let mut request = json!({"Method": self.method, "Uri": uri, "Headers": headers});
        read::put(&mut request, "Body", self.body.as_ref().map(|body| read::base64(body.as_bytes())));
        read::put(&mut request, "ClientIP", self.client.clone());
        Ok((vec![request], 0))
    }

    fn show(&self, requests: &[Value], results: &[Value], stopped: usize, unread: usize) {
        let single = requests.len() == 1;
        let mut rows = Vec::new();
        for (request, result) in requests.iter().zip(results) {
            let counted = strings(result, "Counted");
            if single || action(result) != "ALLOW" || !counted.is_empty() {
                rows.push(vec![
                    action(result).to_owned(),
                    output::cell(result, "Rule"),
                    counted.join(", "),
                    output::cell(request, "Method"),
                    output::cell(request, "Uri"),
                ]);
            }
        }
        if !rows.is_empty() {
            output::table(&["ACTION", "RULE", "COUNTED BY", "METHOD", "URI"], &rows);
        }
        if single || self.statements {
            for (request, result) in requests.iter().zip(results) {
                output::line("");
                output::line(&format!("{} {}", output::cell(request, "Method"), output::cell(request, "Uri")));
                for statement in output::list(result, "Statements") {
                    let (rule, at) = (output::cell(statement, "Rule"), output::cell(statement, "Statement"));
                    output::line(&format!("  {:<14} {rule}: {at}", output::cell(statement, "Verdict")));
                }
            }
        }
        output::line("");
        output::line(&format!("{} of {} requests would not pass", stopped, results.len()));
        if unread > 0 {
            output::line(&format!("{unread} lines could not be read as requests"));
        }
    }
}

fn action(result: &Value) -> &str {
    result.get("Action").and_then(Value::as_str).unwrap_or_default()
}

fn strings(value: &Value, member: &str) -> Vec<String> {
    output::list(value, member).iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}
