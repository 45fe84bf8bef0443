//! A webhook: alerts as JSON over HTTP, signed so that the receiver can tell them from forged ones.
//!
//! Signatures follow the public specification "Standard Webhooks", for which there are verifiers in many languages:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>. The README has the recipe.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use bartizan_courier::{Answer, Courier, Method, Request, Unanswered};
use bartizan_policy::Alert;
use bartizan_wire::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::form::Form;
use crate::queue::Outcome;

/// Bytes of the largest answer that is read: nothing in it matters but why it refuses.
pub(super) const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Characters of a refusal that are kept.
const TEXT_CHARS_MAX: usize = 200;

/// Posts to one address.
#[derive(Debug)]
pub(super) struct WebhookSink {
    pub(super) courier: Arc<Courier>,
    pub(super) url: String,
    pub(super) secret: Secret,
    /// Sent along, such as a token that the receiver asks for.
    pub(super) headers: Vec<(String, String)>,
    pub(super) form: Form,
    pub(super) timeout: Duration,
}

/// A key for signatures. Never shown.
#[derive(Clone)]
pub(super) struct Secret(pub(super) Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// The value of the header `webhook-signature`: over the alert's id, the time of the attempt and the body.
#[must_use]
pub fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag.as_ref()))
}

impl WebhookSink {
    pub(super) async fn deliver(&self, alert: &Alert, now: Timestamp) -> Outcome {
        let body = self.form.of(alert);
        let seconds = now.0.div_euclid(1_000);
        let (at, signature) = (seconds.to_string(), signature(&self.secret.0, &alert.id, seconds, &body));
        let mut headers = vec![
            ("content-type", "application/json"),
            ("webhook-id", alert.id.as_str()),
            ("webhook-timestamp", at.as_str()),
            ("webhook-signature", signature.as_str()),
        ];
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let request = Request {
            method: Method::Post,
            url: &self.url,
            headers: &headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
            signing: None,
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

pub(super) fn unanswered(error: &Unanswered) -> Outcome {
    Outcome::Later { why: error.to_string(), away: true, after: None }
}

fn refused(answer: &Answer) -> Outcome {
    let text = String::from_utf8_lossy(&answer.body);
    let text: String = text.chars().take(TEXT_CHARS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let why = format!("the receiver answers {} {text}", answer.status).trim_end().to_owned();
    match answer.status {
        410 => Outcome::Never(format!("{why}: it is gone for good; configure another sink")),
        // This alert is not taken; another one may be.
        400 | 409 | 413 | 415 | 422 => Outcome::Later { why, away: false, after: asked_for(answer) },
        _ => Outcome::Later { why, away: true, after: asked_for(answer) },
    }
}

/// The pause that a receiver asks for, in seconds; the other form, a date, is not read.
pub(super) fn asked_for(answer: &Answer) -> Option<Duration> {
    answer.header("retry-after")?.trim().parse().map(Duration::from_secs).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own test vectors.
    #[test]
    fn signatures_are_the_specification_s() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(format!("{:?}", Secret(b"very secret".to_vec())), "Secret(hidden)");
    }
}
