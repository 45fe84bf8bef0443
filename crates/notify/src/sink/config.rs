//! How sinks are configured.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bartizan_courier::{AccessKey, Courier, Trust};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::file::FileSink;
use super::form::Form;
use super::pattern::Pattern;
use super::sns::SnsSink;
use super::webhook::{Secret, WebhookSink};
use super::{Sink, Sinks};

/// How long an attempt may take where nobody says otherwise, in seconds.
const TIMEOUT_SECONDS: u64 = 15;
/// And at most.
const TIMEOUT_SECONDS_MAX: u64 = 120;
/// What a webhook's secret begins with.
const SECRET_PREFIX: &str = "whsec_";
/// Bytes that the specification asks of a secret.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the configuration of sinks cannot be used: {0}")]
pub struct SinksError(String);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    sinks: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    arn: String,
    // Exactly one of these.
    sns: Option<Sns>,
    webhook: Option<Webhook>,
    file: Option<File>,
    log: Option<Log>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Sns {
    endpoint: String,
    access_key_id: String,
    secret_access_key: String,
    region: Option<String>,
    ca_file: Option<PathBuf>,
    timeout_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Webhook {
    url: String,
    secret: String,
    #[serde(default)]
    form: Form,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    ca_file: Option<PathBuf>,
    timeout_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct File {
    path: PathBuf,
    #[serde(default)]
    form: Form,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Log {
    #[serde(default)]
    form: Form,
}

pub(super) fn parse(text: &[u8]) -> Result<Sinks, SinksError> {
    let document: Document = serde_json::from_slice(text).map_err(|error| SinksError(error.to_string()))?;
    let sinks = document.sinks.into_iter().enumerate().map(|(index, entry)| {
        let (arn, sink) = (Pattern::new(&entry.arn), sink(entry));
        let sink = sink.map_err(|why| SinksError(format!("Sinks[{index}]: {why}")))?;
        Ok((arn, sink))
    });
    Ok(Sinks { sinks: sinks.collect::<Result<_, _>>()? })
}

fn sink(entry: Entry) -> Result<Sink, String> {
    match (entry.sns, entry.webhook, entry.file, entry.log) {
        (Some(sns), None, None, None) => Ok(Sink::Sns(SnsSink {
            courier: courier(sns.ca_file),
            url: format!("{}/", address("Endpoint", &sns.endpoint)?.trim_end_matches('/')),
            key: AccessKey { access_key_id: sns.access_key_id, secret_access_key: sns.secret_access_key },
            region: sns.region,
            timeout: timeout(sns.timeout_seconds)?,
        })),
        (None, Some(webhook), None, None) => Ok(Sink::Webhook(WebhookSink {
            courier: courier(webhook.ca_file),
            url: address("Url", &webhook.url)?.to_owned(),
            secret: secret(&webhook.secret)?,
            headers: webhook.headers.into_iter().collect(),
            form: webhook.form,
            timeout: timeout(webhook.timeout_seconds)?,
        })),
        (None, None, Some(file), None) => {
            Ok(Sink::File(FileSink { path: file.path, form: file.form, turn: Arc::default() }))
        }
        (None, None, None, Some(log)) => Ok(Sink::Log(log.form)),
        _ => Err("write exactly one of `Sns`, `Webhook`, `File` and `Log` beside `Arn`".to_owned()),
    }
}

fn courier(ca_file: Option<PathBuf>) -> Arc<Courier> {
    Arc::new(Courier::new(ca_file.map_or(Trust::Host, Trust::File)))
}

fn address<'a>(member: &str, text: &'a str) -> Result<&'a str, String> {
    let known = ["http://", "https://"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    let clean = known && !text.contains(|character: char| character.is_whitespace() || character.is_control());
    clean.then_some(text).ok_or_else(|| format!("`{member}` must be an address that begins with http:// or https://"))
}

fn timeout(seconds: Option<u64>) -> Result<Duration, String> {
    let seconds = seconds.unwrap_or(TIMEOUT_SECONDS);
    let fits = (1..=TIMEOUT_SECONDS_MAX).contains(&seconds);
    fits.then(|| Duration::from_secs(seconds))
        .ok_or_else(|| format!("`TimeoutSeconds` must be from 1 to {TIMEOUT_SECONDS_MAX}"))
}

fn secret(text: &str) -> Result<Secret, String> {
    let decoded = text.strip_prefix(SECRET_PREFIX).and_then(|text| STANDARD.decode(text).ok());
    decoded.filter(|bytes| SECRET_BYTES.contains(&bytes.len())).map(Secret).ok_or_else(|| {
        format!(
            "`Secret` must be `{SECRET_PREFIX}` and {} to {} bytes in base64, such as the output of \
             `openssl rand -base64 32`",
            SECRET_BYTES.start(),
            SECRET_BYTES.end()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn every_kind_of_sink_is_read_and_the_first_that_fits_is_used() {
        let text = r#"{"Sinks":[
            {"Arn":"arn:aws:sns:*:*:ops","Webhook":{"Url":"https://hooks.example/x","Secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","Form":"Ocsf","Headers":{"authorization":"Splunk x"}}},
            {"Arn":"arn:aws:sns:*","Sns":{"Endpoint":"http://127.0.0.1:4566","AccessKeyId":"a","SecretAccessKey":"b"}},
            {"Arn":"*:file","File":{"Path":"alerts.jsonl"}},
            {"Arn":"*","Log":{}}]}"#;
        let sinks = parse(text.as_bytes()).unwrap();
        let found = |arn: &str| sinks.sinks.iter().position(|(pattern, _)| pattern.fits(arn));
        assert_eq!(found("arn:aws:sns:us-east-1:123456789012:ops"), Some(0));
        assert_eq!(found("arn:aws:sns:us-east-1:123456789012:other"), Some(1));
        assert_eq!(found("arn:aws:sqs:us-east-1:123456789012:file"), Some(2));
        assert_eq!(found("anything"), Some(3));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let webhook = |members: &str| refused(&format!(r#"{{"Sinks":[{{"Arn":"*","Webhook":{{{members}}}}}]}}"#));
        let good = r#""Secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw""#;
        assert!(webhook(r#""Url":"https://x","Secret":"abc""#).contains("openssl rand"));
        assert!(webhook(&format!(r#""Url":"ftp://x",{good}"#)).contains("Sinks[0]: `Url`"));
        assert!(webhook(&format!(r#""Url":"https://x",{good},"TimeoutSeconds":0"#)).contains("from 1 to 120"));
        assert!(webhook(&format!(r#""Url":"https://x",{good},"Colour":1"#)).contains("Colour"));
        assert!(refused(r#"{"Sinks":[{"Arn":"*"}]}"#).contains("exactly one"));
        assert!(refused(r#"{"Sinks":[{"Arn":"*","Log":{},"File":{"Path":"x"}}]}"#).contains("exactly one"));
        assert!(refused("[]").contains("cannot be used"));
    }
}
