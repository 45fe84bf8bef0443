//! Single statements.

use std::collections::BTreeSet;

use crate::complaint::Complaint;
use crate::document::{
    ByteMatchStatement, FieldToMatch, PositionalConstraint, RateBasedStatement, RateBasedStatementAggregateKeyType,
    RateBasedStatementCustomKey, Statement, TextTransformation,
};
use crate::regex_dialect;
use crate::walk::{self, Looks};

/// Bytes of a search string at most.
const SEARCH_BYTES_MAX: usize = 200;
/// Transformations of one statement at most [WAF quotas].
const TRANSFORMATIONS_MAX: usize = 10;
/// Countries of one statement at most [WAF quotas].
const COUNTRIES_MAX: usize = 50;
/// The windows of rate-based rules, in seconds.
const WINDOWS: [i64; 4] = [60, 120, 300, 600];
/// Statements that belong together at least.
const TOGETHER_MIN: usize = 2;

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is a rule's own.
    Top,
    /// It stands in another, or narrows another down.
    Inside,
}

/// Which statements stand in which, all the way down.
pub(super) fn review(statement: &Statement, place: Place, out: &mut Vec<Complaint>) {
    let alone = matches!(
        statement,
        Statement::RateBased(_) | Statement::RuleGroupReference(_) | Statement::ManagedRuleGroup(_)
    );
    if alone && place == Place::Inside {
        let reason = format!("A {} stands at the top of a rule only.", statement.member());
        out.push(Complaint::new("STATEMENT", statement.member(), reason));
    }
    for inner in walk::inside(statement) {
        review(inner, Place::Inside, out);
    }
}

/// What is wrong with one statement, leaving out those inside.
pub(super) fn review_one(statement: &Statement, out: &mut Vec<Complaint>) {
    if let Some(looks) = walk::looks(statement) {
        review_looks(statement, looks, out);
    }
    match statement {
        Statement::ByteMatch(bytes) => review_bytes(bytes, out),
        Statement::RegexMatch(regex) => out.extend(regex_dialect::review(&regex.regex_string, "STATEMENT")),
        Statement::GeoMatch(geo) => match geo.country_codes.as_deref().map(<[_]>::len) {
            None => {
                out.push(Complaint::new("GEO_MATCH_STATEMENT", "CountryCodes", "There must be at least one country."))
            }
            Some(count) if count > COUNTRIES_MAX => {
                let reason = format!("There may be at most {COUNTRIES_MAX} countries.");
                out.push(Complaint::new("GEO_MATCH_STATEMENT", "CountryCodes", reason));
            }
            Some(_) => {}
        },
        Statement::And(all) if all.statements.len() < TOGETHER_MIN => {
            out.push(too_few("AND_STATEMENT", "AndStatement"))
        }
        Statement::Or(any) if any.statements.len() < TOGETHER_MIN => out.push(too_few("OR_STATEMENT", "OrStatement")),
        Statement::RateBased(rate) => review_rate(rate, out),
        _ => {}
    }
}

fn too_few(field: &'static str, parameter: &str) -> Complaint {
    let reason = "You haven't met a minimum requirement for a threshold setting. At least two statements belong here.";
    Complaint::new(field, parameter, reason)
}

fn review_looks(statement: &Statement, looks: Looks<'_>, out: &mut Vec<Complaint>) {
    transformations(looks.transformations, out);
    let fingerprint = matches!(looks.field, FieldToMatch::Ja3Fingerprint(_) | FieldToMatch::Ja4Fingerprint(_));
    let exact = matches!(
        statement,
        Statement::ByteMatch(bytes) if bytes.positional_constraint == PositionalConstraint::Exactly
    );
    if fingerprint && !exact {
        let reason = "Fingerprints are compared by a ByteMatchStatement with EXACTLY only.";
        out.push(Complaint::new("FIELD_TO_MATCH", looks.field.member(), reason));
    }
    if looks.before.is_empty() {
        return;
    }
    if !matches!(looks.field, FieldToMatch::SingleQueryArgument(_) | FieldToMatch::AllQueryArguments(_)) {
        let reason = "Query strings are transformed before they are taken apart for SingleQueryArgument and \
                      AllQueryArguments only.";
        out.push(Complaint::new("TEXT_TRANSFORMATION", "PreParseTextTransformations", reason));
    }
    let mut priorities = BTreeSet::new();
    let unique = looks.before.iter().all(|one| priorities.insert(one.priority));
    count_and_priorities(looks.before.len(), unique, out);
}

/// What is wrong with a list of transformations.
fn transformations(list: &[TextTransformation], out: &mut Vec<Complaint>) {
    let mut priorities = BTreeSet::new();
    let unique = list.iter().all(|one| priorities.insert(one.priority));
    count_and_priorities(list.len(), unique, out);
}

fn count_and_priorities(count: usize, unique: bool, out: &mut Vec<Complaint>) {
    if count > TRANSFORMATIONS_MAX {
        let reason = format!("There may be at most {TRANSFORMATIONS_MAX} transformations.");
        out.push(Complaint::new("TEXT_TRANSFORMATION", "TextTransformations", reason));
    }
    if !unique {
        out.push(Complaint::new("TEXT_TRANSFORMATION", "Priority", "Two transformations have the same priority."));
    }
}

fn review_bytes(bytes: &ByteMatchStatement, out: &mut Vec<Complaint>) {
    let complain = |reason: String| Complaint::new("BYTE_MATCH_STATEMENT", "SearchString", reason);
    if bytes.search_string.0.len() > SEARCH_BYTES_MAX {
        out.push(complain(format!("A search string has at most {SEARCH_BYTES_MAX} bytes.")));
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if bytes.positional_constraint == PositionalConstraint::ContainsWord && !bytes.search_string.0.iter().all(is_word) {
        out.push(complain("With CONTAINS_WORD, there are only letters, digits and underscores.".to_owned()));
    }
}

fn review_rate(rate: &RateBasedStatement, out: &mut Vec<Complaint>) {
    let mut complain = |field: &'static str, parameter: &str, reason: &str| {
        out.push(Complaint::new(field, parameter, reason));
    };
    if rate.evaluation_window_sec.is_some_and(|window| !WINDOWS.contains(&window)) {
        let given = rate.evaluation_window_sec.unwrap_or_default().to_string();
        complain("RATE_BASED_STATEMENT", &given, "The window has 60, 120, 300 or 600 seconds.");
    }
    let keys = rate.custom_keys.as_deref().unwrap_or_default();
    let custom = rate.aggregate_key_type == RateBasedStatementAggregateKeyType::CustomKeys;
    if custom == keys.is_empty() {
        complain("CUSTOM_KEYS", "CustomKeys", "There are custom keys with CUSTOM_KEYS, and only with it.");
    }
    let constant = rate.aggregate_key_type == RateBasedStatementAggregateKeyType::Constant;
    if constant && rate.scope_down_statement.is_none() {
        complain("SCOPE_DOWN", "ScopeDownStatement", "With CONSTANT, there must be a ScopeDownStatement.");
    }
    let forwards = |key: &RateBasedStatementCustomKey| matches!(key, RateBasedStatementCustomKey::ForwardedIp(_));
    let forwarded =
        rate.aggregate_key_type == RateBasedStatementAggregateKeyType::ForwardedIp || keys.iter().any(forwards);
    if forwarded && rate.forwarded_ip_config.is_none() {
        complain("FORWARDED_IP_CONFIG", "ForwardedIPConfig", "A forwarded address needs to be told where it stands.");
    }
    let address =
        |key: &RateBasedStatementCustomKey| forwards(key) || matches!(key, RateBasedStatementCustomKey::Ip(_));
    if let [only] = keys
        && address(only)
    {
        complain("CUSTOM_KEYS", "CustomKeys", "An address is not a custom key alone: use IP or FORWARDED_IP instead.");
    }
    let mut once = BTreeSet::new();
    for key in keys {
        let repeatable = matches!(
            key,
            RateBasedStatementCustomKey::Header(_)
                | RateBasedStatementCustomKey::Cookie(_)
                | RateBasedStatementCustomKey::QueryArgument(_)
                | RateBasedStatementCustomKey::LabelNamespace(_)
        );
        if !repeatable && !once.insert(key.member()) {
            complain("CUSTOM_KEYS", key.member(), "This key can be used once.");
        }
    }
    for key in keys {
        match key {
            RateBasedStatementCustomKey::Header(key) => transformations(&key.text_transformations, out),
            RateBasedStatementCustomKey::Cookie(key) => transformations(&key.text_transformations, out),
            RateBasedStatementCustomKey::QueryArgument(key) => transformations(&key.text_transformations, out),
            RateBasedStatementCustomKey::QueryString(key) => transformations(&key.text_transformations, out),
            RateBasedStatementCustomKey::UriPath(key) => transformations(&key.text_transformations, out),
            _ => {}
        }
    }
}
