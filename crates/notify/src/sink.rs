//! [`Sinks`]: which receiver stands behind an ARN.

mod config;
mod file;
mod form;
mod pattern;
mod sns;
mod webhook;

use bartizan_policy::Alert;
use bartizan_wire::Timestamp;

use crate::queue::Outcome;
use file::FileSink;
use form::Form;
use pattern::Pattern;
use sns::SnsSink;
use webhook::WebhookSink;

pub use config::SinksError;
pub use webhook::signature;

/// A receiver.
#[derive(Debug)]
enum Sink {
    Sns(SnsSink),
    Webhook(WebhookSink),
    File(FileSink),
    /// The program's own log.
    Log(Form),
}

/// Receivers by ARN: the first whose pattern fits.
#[derive(Debug, Default)]
pub struct Sinks {
    sinks: Vec<(Pattern, Sink)>,
}

impl Sinks {
    /// Reads a configuration; see the README for its form.
    ///
    /// # Errors
    /// It is not in that form, or a value in it cannot be used; the text says which.
    pub fn parse(text: &[u8]) -> Result<Self, SinksError> {
        config::parse(text)
    }

    /// Tries once to hand an alert over.
    pub async fn deliver(&self, alert: &Alert, now: Timestamp) -> Outcome {
        let Some((_, sink)) = self.sinks.iter().find(|(pattern, _)| pattern.fits(&alert.target)) else {
            return Outcome::Never(format!(
                "no sink is configured for `{}`: add one whose `Arn` fits to `notify.json` in the data folder, start the \
                 server again, and have this alert tried again",
                alert.target
            ));
        };
        match sink {
            Sink::Sns(sink) => sink.deliver(alert, now).await,
            Sink::Webhook(sink) => sink.deliver(alert, now).await,
            Sink::File(sink) => sink.deliver(alert).await,
            Sink::Log(form) => {
                tracing::warn!(target = alert.target, id = alert.id, "{}", form.of(alert));
                Outcome::Delivered
            }
        }
    }
}
