//! Stored logging configurations.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Violations};

use super::report;
use crate::complaint::Complaint;
use crate::document::{FieldToMatch, LogScope, LoggingConfiguration};

/// How the name of a destination starts.
const DESTINATION_PREFIX: &str = "aws-waf-logs-";

/// The kind of logging configurations: `<SCOPE>/<web ACL>/<LogScope>`.
#[derive(Debug)]
pub struct LoggingConfigurations;

impl Kind for LoggingConfigurations {
    const NAME: &'static str = "web/logging-configuration";
    type Document = LoggingConfiguration;
    type Plan = ();

    fn review(next: &LoggingConfiguration, _prior: Option<&LoggingConfiguration>, out: &mut Violations) {
        report(review(next), out);
    }

    fn compile(_document: &Checked<LoggingConfiguration>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// Under which name the configuration of a web ACL is stored.
#[must_use]
pub fn stored(web_acl: &str, scope: LogScope) -> String {
    format!("{web_acl}/{}", scope.as_wire())
}

/// What is wrong with a configuration.
#[must_use]
pub fn review(configuration: &LoggingConfiguration) -> Vec<Complaint> {
    let mut found = Vec::new();
    for destination in &configuration.log_destination_configs {
        if !is_destination(destination) {
            let reason = format!(
                "A destination is a CloudWatch log group, an S3 bucket or a Firehose delivery stream whose name starts with \
                 {DESTINATION_PREFIX}."
            );
            found.push(Complaint::new("LOG_DESTINATION", destination.clone(), reason));
        }
    }
    for field in configuration.redacted_fields.iter().flatten() {
        let good = matches!(
            field,
            FieldToMatch::UriPath(_)
                | FieldToMatch::QueryString(_)
                | FieldToMatch::SingleHeader(_)
                | FieldToMatch::Method(_)
        );
        if !good {
            let reason = "Paths, query strings, methods and single headers can be left out of logs.";
            found.push(Complaint::new("FIELD_TO_MATCH", field.member(), reason));
        }
    }
    let conditions =
        configuration.logging_filter.iter().flat_map(|filter| &filter.filters).flat_map(|one| &one.conditions);
    for condition in conditions {
        if let crate::document::Condition::Label(label) = condition
            && !label.label_name.starts_with("awswaf:")
        {
            let reason = "A filter names labels in full, from `awswaf:` on.";
            found.push(Complaint::new("FILTER_CONDITION", label.label_name.clone(), reason));
        }
    }
    found
}

/// True for the ARN of something that takes logs.
fn is_destination(arn: &str) -> bool {
    let mut parts = arn.splitn(6, ':');
    let (scheme, _partition, service) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    let (_region, _account, resource) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    let name = match service {
        "firehose" => resource.strip_prefix("deliverystream/"),
        "logs" => resource.strip_prefix("log-group:"),
        "s3" => Some(resource),
        _ => None,
    };
    scheme == Some("arn") && name.is_some_and(|name| name.starts_with(DESTINATION_PREFIX))
}

#[cfg(test)]
mod tests {
    use super::is_destination;

    #[test]
    fn a_destination_is_named_for_it() {
        for good in [
            "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-edge",
            "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-edge:*",
            "arn:aws:s3:::aws-waf-logs-edge/prefix",
            "arn:aws:firehose:us-east-1:123456789012:deliverystream/aws-waf-logs-edge",
        ] {
            assert!(is_destination(good), "{good}");
        }
        for wrong in [
            "arn:aws:s3:::logs-edge",
            "arn:aws:sns:us-east-1:123456789012:aws-waf-logs-edge",
            "aws-waf-logs-edge-and-more",
            "arn:aws:logs:us-east-1:123456789012:aws-waf-logs-edge",
        ] {
            assert!(!is_destination(wrong), "{wrong}");
        }
    }
}
