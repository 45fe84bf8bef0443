//! In which form a receiver reads alerts.

use std::borrow::Cow;

use bartizan_policy::Alert;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// In which form a receiver reads alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Form {
    /// The vendor's document, as it would be a topic's message.
    #[default]
    Alert,
    /// A Detection Finding of the Open Cybersecurity Schema Framework.
    Ocsf,
}

impl Form {
    /// An alert in this form, as JSON text. A message of plain text comes with its subject and attributes, in every form.
    pub(crate) fn of(self, alert: &Alert) -> Cow<'_, str> {
        if let Some(heading) = &alert.heading {
            let attribute =
                |(name, value): (&String, &String)| (name.clone(), json!({ "Type": "String", "Value": value }));
            let attributes: Map<String, Value> = heading.attributes.iter().map(attribute).collect();
            let document = json!({
                "TopicArn": alert.target,
                "Subject": heading.subject,
                "Message": alert.message,
                "Timestamp": alert.at.to_iso8601(),
                "MessageAttributes": attributes,
            });
            return Cow::Owned(document.to_string());
        }
        Cow::Borrowed(match self {
            Self::Alert => &alert.message,
            Self::Ocsf => &alert.finding,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bartizan_policy::Alert;
    use bartizan_policy::alert::Heading;
    use bartizan_wire::Timestamp;
    use serde_json::{Value, json};

    use super::Form;

    #[test]
    fn plain_text_comes_with_its_heading_in_every_form() {
        let attributes = BTreeMap::from([("managed_rule_group".to_owned(), "web-core".to_owned())]);
        let alert = Alert {
            id: "1".to_owned(),
            target: "arn:aws:sns:us-east-1:123456789012:news".to_owned(),
            stream: "web-core".to_owned(),
            at: Timestamp(0),
            message: "It can be \"chosen\".".to_owned(),
            finding: String::new(),
            heading: Some(Heading { subject: "New version".to_owned(), attributes }),
        };
        for form in [Form::Alert, Form::Ocsf] {
            let document: Value = serde_json::from_str(&form.of(&alert)).unwrap();
            assert_eq!(
                document,
                json!({
                    "TopicArn": alert.target,
                    "Subject": "New version",
                    "Message": alert.message,
                    "Timestamp": "1970-01-01T00:00:00Z",
                    "MessageAttributes": { "managed_rule_group": { "Type": "String", "Value": "web-core" } },
                })
            );
        }
        let plain = Alert { heading: None, finding: "{}".to_owned(), ..alert };
        assert_eq!((Form::Alert.of(&plain), Form::Ocsf.of(&plain)), (plain.message.as_str().into(), "{}".into()));
    }
}
