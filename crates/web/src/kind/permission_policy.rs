//! Stored permission policies of rule groups: who else may use them.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Violations};
use serde::Serialize;
use serde_json::Value;

/// What a policy must permit.
const ACTIONS: [&str; 3] = ["wafv2:CreateWebACL", "wafv2:UpdateWebACL", "wafv2:PutFirewallManagerRuleGroups"];
/// What it may permit beside.
const MORE_ACTIONS: [&str; 1] = ["wafv2:GetRuleGroup"];
/// The version of the language.
const VERSION: &str = "2012-10-17";

/// The kind of permission policies, by the rule group's stored name.
#[derive(Debug)]
pub struct PermissionPolicies;

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PermissionPolicy {
    /// As it was given.
    #[shape(length = 1..=395000, pattern = r".*\S.*")]
    pub policy: String,
}

impl Kind for PermissionPolicies {
    const NAME: &'static str = "web/permission-policy";
    type Document = PermissionPolicy;
    type Plan = ();

    fn compile(_document: &Checked<PermissionPolicy>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// What is wrong with a policy, if anything [WAFV2 API reference, `PutPermissionPolicy`].
#[must_use]
pub fn review(policy: &str) -> Option<String> {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return Some("the policy is not JSON".to_owned()) };
    if policy.get("Version").and_then(Value::as_str) != Some(VERSION) {
        return Some(format!("the policy's Version must be {VERSION}"));
    }
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.iter().collect(),
        Some(statement @ Value::Object(_)) => vec![statement],
        _ => return Some("the policy must have a Statement".to_owned()),
    };
    statements.into_iter().find_map(review_statement)
}

fn review_statement(statement: &Value) -> Option<String> {
    if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
        return Some("a statement's Effect must be Allow".to_owned());
    }
    if statement.get("Principal").is_none_or(Value::is_null) {
        return Some("a statement must have a Principal".to_owned());
    }
    if statement.get("Resource").is_some() {
        return Some("a statement has no Resource: it is about the rule group that it is attached to".to_owned());
    }
    let actions: Vec<&str> = match statement.get("Action") {
        Some(Value::Array(actions)) => actions.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(action)) => vec![action],
        _ => return Some("a statement must have an Action".to_owned()),
    };
    let is = |known: &&&str, action: &str| known.eq_ignore_ascii_case(action);
    if let Some(other) =
        actions.iter().find(|action| !ACTIONS.iter().chain(&MORE_ACTIONS).any(|known| is(&known, action)))
    {
        return Some(format!("a statement cannot permit `{other}`"));
    }
    let lacking = ACTIONS.iter().find(|known| !actions.iter().any(|action| is(known, action)))?;
    Some(format!("a statement must permit `{lacking}`"))
}

#[cfg(test)]
mod tests {
    use super::review;

    fn policy(statement: &str) -> String {
        format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
    }

    #[test]
    fn what_a_policy_must_have() {
        let actions = r#"["wafv2:CreateWebACL","wafv2:UpdateWebACL","wafv2:PutFirewallManagerRuleGroups"]"#;
        let good = format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"111122223333"}},"Action":{actions}}}"#);
        assert_eq!(review(&policy(&good)), None);
        assert_eq!(review(&policy(&good.replace("]", r#","wafv2:GetRuleGroup"]"#))), None);
        for wrong in [
            "not json".to_owned(),
            policy(&good).replace("2012-10-17", "2008-10-17"),
            policy(&good.replace("Allow", "Deny")),
            policy(&good.replace("Principal", "Principals")),
            policy(&good.replace(r#""wafv2:CreateWebACL","#, "")),
            policy(&good.replace("wafv2:CreateWebACL", "wafv2:*")),
            policy(&good.replace(r#""Effect""#, r#""Resource":"*","Effect""#)),
            policy(""),
        ] {
            assert!(review(&wrong).is_some(), "{wrong}");
        }
    }
}
