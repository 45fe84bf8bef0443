//! An endpoint that speaks the API of Amazon SNS: AWS itself, or one that is compatible.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>

use std::sync::Arc;
use std::time::Duration;

use bartizan_courier::{AccessKey, Answer, Courier, Method, Request, Signing};
use bartizan_policy::Alert;
use bartizan_wire::Timestamp;
use bytes::Bytes;
use form_urlencoded::Serializer;

use super::webhook::{ANSWER_BYTES_MAX, asked_for, unanswered};
use crate::queue::Outcome;

/// The service in a signature's scope.
const SERVICE: &str = "sns";
/// The version of the API.
const VERSION: &str = "2010-03-31";
/// What ends the name of a topic that keeps an order.
const FIFO: &str = ".fifo";

/// Publishes to the topic that an alert names.
#[derive(Debug)]
pub(super) struct SnsSink {
    pub(super) courier: Arc<Courier>,
    /// With a slash at its end.
    pub(super) url: String,
    pub(super) key: AccessKey,
    /// If it is not the topic's.
    pub(super) region: Option<String>,
    pub(super) timeout: Duration,
}

impl SnsSink {
    pub(super) async fn deliver(&self, alert: &Alert, now: Timestamp) -> Outcome {
        let of_topic = alert.target.split(':').nth(3).filter(|region| !region.is_empty());
        let request = Request {
            method: Method::Post,
            url: &self.url,
            headers: &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: Bytes::from(form(alert)),
            signing: Some(Signing {
                key: &self.key,
                region: self.region.as_deref().or(of_topic).unwrap_or("us-east-1"),
                service: SERVICE,
                at: now,
            }),
            timeout: self.timeout,
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        match self.courier.send(&request).await {
            Err(error) => unanswered(&error),
            Ok(answer) if answer.is_success() => Outcome::Delivered,
            Ok(answer) => refused(&answer),
        }
    }
}

fn form(alert: &Alert) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", "Publish").append_pair("TopicArn", &alert.target);
    form.append_pair("Message", &alert.message);
    if let Some(heading) = &alert.heading {
        form.append_pair("Subject", &heading.subject);
        for (place, (name, value)) in heading.attributes.iter().enumerate() {
            let entry = format!("MessageAttributes.entry.{}", place.saturating_add(1));
            form.append_pair(&format!("{entry}.Name"), name);
            form.append_pair(&format!("{entry}.Value.DataType"), "String");
            form.append_pair(&format!("{entry}.Value.StringValue"), value);
        }
    }
    if alert.target.ends_with(FIFO) {
        form.append_pair("MessageGroupId", &alert.stream).append_pair("MessageDeduplicationId", &alert.id);
    }
    form.append_pair("Version", VERSION).finish()
}

/// A topic or key that is wrong can be put right, so that only a message that SNS cannot take is given up at once.
fn refused(answer: &Answer) -> Outcome {
    let text = String::from_utf8_lossy(&answer.body);
    let of = |tag: &str| {
        let (_, rest) = text.split_once(&format!("<{tag}>"))?;
        rest.split_once(&format!("</{tag}>")).map(|(inner, _)| inner.trim())
    };
    let code = of("Code").unwrap_or_default();
    let why = format!("SNS answers {} {code}: {}", answer.status, of("Message").unwrap_or_default());
    match code {
        "InvalidParameter" | "ParameterValueInvalid" | "InvalidParameterValue" => Outcome::Never(why),
        _ => Outcome::Later { why, away: true, after: asked_for(answer) },
    }
}
