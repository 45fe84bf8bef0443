//! What web ACLs have beside rules.

use std::collections::BTreeMap;

use super::{Bodies, blocking, handling, visibility};
use crate::complaint::Complaint;
use crate::document::{
    AssociationConfig, ChallengeConfig, DataProtectionConfig, DefaultAction, FieldToProtectType, VisibilityConfig,
};

/// Domains whose tokens count, at most [WAF quotas].
const TOKEN_DOMAINS_MAX: usize = 10;
/// A passed challenge counts for so many seconds at least.
const CHALLENGE_SECONDS_MIN: i64 = 300;
/// Resources whose bodies can be inspected further.
const RESOURCE_TYPES: [&str; 5] =
    ["CLOUDFRONT", "API_GATEWAY", "COGNITO_USER_POOL", "APP_RUNNER_SERVICE", "VERIFIED_ACCESS_INSTANCE"];

/// The parts of a web ACL that stand beside its rules.
#[derive(Debug, Clone, Copy)]
pub struct WebAclParts<'a> {
    /// `DefaultAction`.
    pub default_action: &'a DefaultAction,
    /// `VisibilityConfig`.
    pub visibility_config: &'a VisibilityConfig,
    /// `CustomResponseBodies`.
    pub bodies: Option<&'a Bodies>,
    /// `ChallengeConfig`.
    pub challenge_config: Option<&'a ChallengeConfig>,
    /// `TokenDomains`.
    pub token_domains: &'a [String],
    /// `AssociationConfig`.
    pub association_config: Option<&'a AssociationConfig>,
    /// `DataProtectionConfig`.
    pub data_protection_config: Option<&'a DataProtectionConfig>,
}

/// What is wrong with them.
#[must_use]
pub fn web_acl(parts: WebAclParts<'_>) -> Vec<Complaint> {
    let mut out = Vec::new();
    match parts.default_action {
        DefaultAction::Block(block) => blocking(block, parts.bodies, &mut out),
        DefaultAction::Allow(allow) => handling(allow.custom_request_handling.as_ref(), &mut out),
    }
    visibility(parts.visibility_config, &mut out);
    immunity(parts.challenge_config, &mut out);
    if parts.token_domains.len() > TOKEN_DOMAINS_MAX {
        let reason = format!("There may be at most {TOKEN_DOMAINS_MAX} domains.");
        out.push(Complaint::new("TOKEN_DOMAIN", "TokenDomains", reason));
    }
    out.extend(parts.token_domains.iter().filter_map(|domain| token_domain(domain)));
    let none = BTreeMap::new();
    let bodies = parts.association_config.and_then(|config| config.request_body.as_ref()).unwrap_or(&none);
    for kind in bodies.keys().filter(|kind| !RESOURCE_TYPES.contains(&kind.as_str())) {
        let reason = format!("Use one of {}.", RESOURCE_TYPES.join(", "));
        out.push(Complaint::new("ASSOCIATED_RESOURCE_TYPE", kind.clone(), reason));
    }
    for protection in parts.data_protection_config.iter().flat_map(|config| &config.data_protections) {
        let whole = matches!(protection.field.field_type, FieldToProtectType::QueryString | FieldToProtectType::Body);
        let named = protection.field.field_keys.as_ref().is_some_and(|keys| !keys.is_empty());
        if whole == named {
            let reason = "Single headers, cookies and arguments are protected by their names, others as a whole.";
            out.push(Complaint::new("DATA_PROTECTION_CONFIG", protection.field.field_type.as_wire(), reason));
        }
    }
    out
}

/// What is wrong with the time for which a challenge counts.
pub(crate) fn immunity(config: Option<&ChallengeConfig>, out: &mut Vec<Complaint>) {
    let time = config.and_then(|config| config.immunity_time_property.as_ref()).map(|property| property.immunity_time);
    if let Some(time) = time.filter(|time| *time < CHALLENGE_SECONDS_MIN) {
        let reason = format!("A passed challenge counts for at least {CHALLENGE_SECONDS_MIN} seconds.");
        out.push(Complaint::new("CHALLENGE_CONFIG", time.to_string(), reason));
    }
}

/// What is wrong with a domain whose tokens count, if anything.
pub(crate) fn token_domain(domain: &str) -> Option<Complaint> {
    let labels = domain.split('.').count();
    let good = labels > 1 && domain.split('.').all(|label| !label.is_empty()) && !domain.contains('/');
    (!good).then(|| {
        Complaint::new("TOKEN_DOMAIN", domain, "Write a domain with at least two parts, such as `example.com`.")
    })
}
