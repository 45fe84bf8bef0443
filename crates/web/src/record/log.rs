//! Log records in the vendor's form [WAF developer guide, log fields].

use serde_json::{Value, json};

use super::Redaction;
use super::sampled::LABELS_MAX;
use crate::engine::{Counted, Detail, Judgment, Oversize, Plan, Request, RuleRef, TokenOutcome};

/// What stands in records for requests that no rule ended.
const DEFAULT_ACTION: &str = "Default_Action";

/// Where a request came in.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// `ALB` for a gateway of ours.
    pub name: &'a str,
    /// The resource.
    pub id: &'a str,
    /// Of the request.
    pub request_id: &'a str,
    /// The status that was answered, if a rule ended the request.
    pub status: Option<u16>,
}

/// The record of a request.
#[must_use]
pub fn log(
    plan: &Plan,
    request: &Request<'_>,
    judgment: &Judgment,
    source: &Source<'_>,
    redaction: &Redaction,
) -> Value {
    let name = |rule: RuleRef| plan.rule(rule).map_or("", |facts| facts.name.as_ref());
    let kind = judgment.by.map_or("REGULAR", |by| plan.kind(by.rule).name());
    let counted = |one: &Counted| non_terminating(name(one.rule), one);
    let groups = judgment.groups.iter().map(|group| {
        let terminating = group.terminated.as_ref().map(|ended| {
            let mut rule = json!({
                "ruleId": name(ended.rule), "action": ended.action.name(), "ruleMatchDetails": details(&ended.details),
            });
            put(&mut rule, "overriddenAction", ended.overridden.map(|action| json!(action.name())));
            rule
        });
        let excluded =
            group.excluded.iter().map(|rule| json!({"exclusionType": "EXCLUDED_AS_COUNT", "ruleId": name(*rule)}));
        json!({
            "ruleGroupId": plan.group(group.rule).map_or("", |facts| facts.id.as_ref()),
            "terminatingRule": terminating,
            "nonTerminatingMatchingRules": group.counted.iter().map(counted).collect::<Vec<_>>(),
            "excludedRules": if group.excluded.is_empty() { Value::Null } else { excluded.collect() },
        })
    });
    let limited = judgment.limited.iter().map(|one| {
        let mut rule = json!({
            "rateBasedRuleId": format!("{}/{}", plan.arn(), name(one.rule)),
            "rateBasedRuleName": name(one.rule),
            "limitKey": one.key,
            "maxRateAllowed": one.limit,
            "evaluationWindowSec": one.window_seconds,
        });
        put(&mut rule, "limitValue", one.value.as_ref().map(|value| json!(value)));
        let parts = one.parts.iter().map(|part| {
            let mut value = json!({"key": part.key, "value": part.value});
            put(&mut value, "name", part.name.as_ref().map(|name| json!(name)));
            value
        });
        put(&mut rule, "customValues", (!one.parts.is_empty()).then(|| parts.collect()));
        rule
    });
    let inserted = judgment.inserted.iter().map(|one| json!({"name": one.name, "value": one.value}));
    let place = request.atlas.place(request.client);
    let country =
        place.country.map_or_else(|| "-".to_owned(), |letters| String::from_utf8_lossy(&letters).into_owned());
    let headers = request.headers.iter().map(|header| {
        json!({"name": String::from_utf8_lossy(header.name), "value": redaction.value(header.name, header.value)})
    });
    let host = request.header(b"host").next().map(|value| String::from_utf8_lossy(value));
    let mut record = json!({
        "timestamp": request.at.0,
        "formatVersion": 1,
        "webaclId": plan.arn(),
        "terminatingRuleId": judgment.by.map_or(DEFAULT_ACTION, name),
        "terminatingRuleType": kind,
        "action": judgment.ending.name(),
        "terminatingRuleMatchDetails": details(&judgment.details),
        "httpSourceName": source.name,
        "httpSourceId": source.id,
        "ruleGroupList": groups.collect::<Vec<_>>(),
        "rateBasedRuleList": limited.collect::<Vec<_>>(),
        "nonTerminatingMatchingRules": judgment.counted.iter().map(counted).collect::<Vec<_>>(),
        "requestHeadersInserted": if judgment.inserted.is_empty() { Value::Null } else { inserted.collect() },
        "responseCodeSent": source.status,
        "httpRequest": {
            "clientIp": request.client.to_string(),
            "country": country,
            "headers": headers.collect::<Vec<_>>(),
            "uri": redaction.path(request.path),
            "args": redaction.query(request.query.unwrap_or_default()),
            "httpVersion": request.version,
            "httpMethod": redaction.method(request.method),
            "requestId": source.request_id,
            "host": host,
        },
    });
    let labels = judgment.labels.iter().take(LABELS_MAX).map(|label| json!({"name": label.as_ref()}));
    put(&mut record, "labels", (!judgment.labels.is_empty()).then(|| labels.collect()));
    put(&mut record, "captchaResponse", judgment.captcha.as_ref().map(|outcome| token(outcome, 405)));
    put(&mut record, "challengeResponse", judgment.challenge.as_ref().map(|outcome| token(outcome, 202)));
    put(&mut record, "oversizeFields", oversize(judgment.oversize));
    put(&mut record, "clientAsn", place.asn.map(|asn| json!(asn)));
    let print = |print: Option<&[u8]>| print.map(|print| json!(String::from_utf8_lossy(print)));
    put(&mut record, "ja3Fingerprint", print(request.ja3));
    put(&mut record, "ja4Fingerprint", print(request.ja4));
    put(&mut record, "requestBodySize", request.body.length.map(|length| json!(length)));
    put(&mut record, "requestBodySizeInspectedByWAF", Some(json!(request.body.inspected.len())));
    record
}

fn put(into: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(members), Some(value)) = (into.as_object_mut(), value) {
        members.insert(name.to_owned(), value);
    }
}

fn non_terminating(name: &str, one: &Counted) -> Value {
    let mut rule = json!({"ruleId": name, "action": one.action.name(), "ruleMatchDetails": details(&one.details)});
    put(&mut rule, "overriddenAction", one.overridden.map(|action| json!(action.name())));
    if let Some(given) = one.token {
        let response = json!({"responseCode": 0, "solveTimestamp": given.0.div_euclid(1_000)});
        let member = if one.action.name() == "CAPTCHA" { "captchaResponse" } else { "challengeResponse" };
        put(&mut rule, member, Some(response));
    }
    rule
}

fn details(details: &[Detail]) -> Value {
    let one = |detail: &Detail| {
        let mut told = json!({
            "conditionType": detail.condition,
            "location": detail.location,
            "matchedData": detail.matched.iter().map(|token| String::from_utf8_lossy(token)).collect::<Vec<_>>(),
            "matchedFieldName": detail.field,
        });
        put(&mut told, "sensitivityLevel", detail.sensitivity.map(|level| json!(level)));
        told
    };
    details.iter().map(one).collect()
}

fn token(outcome: &TokenOutcome, status: u16) -> Value {
    let mut told = json!({"responseCode": if outcome.failure.is_some() { status } else { 0 }});
    put(&mut told, "solveTimestamp", outcome.given.map(|at| json!(at.0.div_euclid(1_000))));
    put(&mut told, "failureReason", outcome.failure.map(|failure| json!(failure.name())));
    told
}

fn oversize(oversize: Oversize) -> Option<Value> {
    let named = [
        (oversize.body, "REQUEST_BODY"),
        (oversize.json_body, "REQUEST_JSON_BODY"),
        (oversize.headers, "REQUEST_HEADERS"),
        (oversize.cookies, "REQUEST_COOKIES"),
    ];
    let names: Vec<&str> = named.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
    (!names.is_empty()).then(|| json!(names))
}
