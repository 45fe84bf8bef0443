//! [`Complaint`]: what the service checks beyond the constraints of its model, with the vendor's name for the field.

use std::fmt;

use bartizan_wire::{Path, Rule, Violation, Violations};

/// One member of a one-of object too few or too many, in the vendor's words.
const EXACTLY_ONE: &str = "You have used none or multiple values for a field that requires exactly one value.";

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// One of the vendor's `ParameterExceptionField`.
    pub field: &'static str,
    /// Which member, or which value.
    pub parameter: String,
    /// Why, as a sentence.
    pub reason: String,
}

impl Complaint {
    /// About a member or value of a field.
    #[must_use]
    pub fn new(field: &'static str, parameter: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field, parameter: parameter.into(), reason: reason.into() }
    }

    /// A violation that stands beyond the model. What does not name its field says by its place what it is about.
    #[must_use]
    pub fn of(violation: &Violation) -> Self {
        match &violation.rule {
            Rule::Parameter { field, parameter, reason } => Self::new(field, parameter.clone(), reason.clone()),
            other => {
                let (field, parameter) = field_at(&violation.at);
                let text = match other {
                    Rule::Review(text) => text.as_str(),
                    _ => "",
                };
                Self::new(field, parameter, format!("{EXACTLY_ONE} Here, {text}."))
            }
        }
    }

    /// Reports it.
    pub fn push(self, at: &Path, out: &mut Violations) {
        out.parameter(at, self.field, self.parameter, self.reason);
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error reason: {}, field: {}, parameter: {}", self.reason, self.field, self.parameter)
    }
}

/// The field of a one-of object at a place, by the last name on the way there.
fn field_at(place: &str) -> (&'static str, &'static str) {
    let mut steps = place.rsplit('.').filter(|step| *step != "member" && step.parse::<usize>().is_err());
    let last = steps.next().unwrap_or_default();
    match last {
        "fieldToMatch" | "redactedFields" => ("FIELD_TO_MATCH", "FieldToMatch"),
        "action" | "actionToUse" => ("RULE_ACTION", "RuleAction"),
        "overrideAction" => ("OVERRIDE_ACTION", "OverrideAction"),
        "defaultAction" => ("DEFAULT_ACTION", "DefaultAction"),
        "matchPattern" => match steps.next() {
            Some("headers") => ("HEADER_MATCH_PATTERN", "HeaderMatchPattern"),
            Some("cookies") => ("COOKIE_MATCH_PATTERN", "CookieMatchPattern"),
            _ => ("JSON_MATCH_PATTERN", "JsonMatchPattern"),
        },
        "customKeys" => ("CUSTOM_KEYS", "CustomKeys"),
        "conditions" => ("FILTER_CONDITION", "Condition"),
        "responseInspection" => ("ATP_RULE_SET_RESPONSE_INSPECTION", "ResponseInspection"),
        "firewallManagerStatement" => ("FIREWALL_MANAGER_STATEMENT", "FirewallManagerStatement"),
        _ => ("STATEMENT", "Statement"),
    }
}

#[cfg(test)]
mod tests {
    use super::field_at;

    #[test]
    fn the_place_says_the_field() {
        for (place, field) in [
            ("rules.1.member.statement", "STATEMENT"),
            ("rules.1.member.statement.andStatement.statements.2.member", "STATEMENT"),
            ("rules.1.member.statement.byteMatchStatement.fieldToMatch", "FIELD_TO_MATCH"),
            ("rules.1.member.statement.xssMatchStatement.fieldToMatch.cookies.matchPattern", "COOKIE_MATCH_PATTERN"),
            ("rules.1.member.statement.xssMatchStatement.fieldToMatch.jsonBody.matchPattern", "JSON_MATCH_PATTERN"),
            ("defaultAction", "DEFAULT_ACTION"),
            ("rules.1.member.statement.rateBasedStatement.customKeys.1.member", "CUSTOM_KEYS"),
        ] {
            assert_eq!(field_at(place).0, field, "{place}");
        }
    }
}
