//! Samples.

use crate::document::{
    CaptchaResponse, ChallengeResponse, FailureReason, HttpHeader, HttpRequest, Label, SampledHttpRequest,
};
use crate::engine::{Counted, Failure, Judgment, Plan, Request, RuleRef, TokenOutcome};

/// Labels that are told at most [WAF developer guide, labels].
pub(super) const LABELS_MAX: usize = 100;

/// A sample of a rule's requests: what it did with this one. `counted` is there if the rule did not end it.
#[must_use]
pub fn sample(
    plan: &Plan,
    request: &Request<'_>,
    judgment: &Judgment,
    rule: Option<RuleRef>,
    counted: Option<&Counted>,
) -> SampledHttpRequest {
    let redaction = plan.redaction();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let uri = match request.query {
        Some(query) => format!("{}?{}", text(request.path), redaction.query(query)),
        None => text(request.path),
    };
    let headers = request.headers.iter().map(|header| HttpHeader {
        name: Some(text(header.name)),
        value: Some(redaction.value(header.name, header.value).into_owned()),
    });
    let country = request.atlas.place(request.client).country;
    let within = rule.and_then(|rule| {
        let member = plan.rule(rule).filter(|_| rule.member.is_some())?;
        Some(format!("{}{}", plan.group(rule.rule)?.prefix, member.name))
    });
    let inserted =
        judgment.inserted.iter().map(|one| HttpHeader { name: Some(one.name.clone()), value: Some(one.value.clone()) });
    let labels = judgment.labels.iter().take(LABELS_MAX).map(|label| Label { name: label.as_ref().to_owned() });
    let response = |outcome: &TokenOutcome, status: i32| {
        let sent = if outcome.failure.is_some() { status } else { 0 };
        (Some(sent), outcome.given.map(|at| at.0.div_euclid(1_000)), outcome.failure.map(reason))
    };
    SampledHttpRequest {
        request: HttpRequest {
            client_ip: Some(request.client.to_string()),
            country: Some(country.map_or_else(|| "-".to_owned(), |letters| text(&letters))),
            uri: Some(uri),
            method: Some(text(request.method)),
            http_version: Some(request.version.to_owned()),
            headers: Some(headers.collect()),
        },
        weight: 1,
        timestamp: Some(request.at),
        action: Some(counted.map_or(judgment.ending.name(), |one| one.action.name()).to_owned()),
        rule_name_within_rule_group: within,
        request_headers_inserted: (!judgment.inserted.is_empty()).then(|| inserted.collect()),
        response_code_sent: judgment.response.as_ref().filter(|one| one.custom).map(|one| i32::from(one.status)),
        labels: (!judgment.labels.is_empty()).then(|| labels.collect()),
        captcha_response: judgment.captcha.as_ref().map(|outcome| {
            let (response_code, solve_timestamp, failure_reason) = response(outcome, 405);
            CaptchaResponse { response_code, solve_timestamp, failure_reason }
        }),
        challenge_response: judgment.challenge.as_ref().map(|outcome| {
            let (response_code, solve_timestamp, failure_reason) = response(outcome, 202);
            ChallengeResponse { response_code, solve_timestamp, failure_reason }
        }),
        overridden_action: counted.and_then(|one| one.overridden).map(|kind| kind.name().to_owned()),
    }
}

const fn reason(failure: Failure) -> FailureReason {
    match failure {
        Failure::Missing => FailureReason::TokenMissing,
        Failure::Expired => FailureReason::TokenExpired,
        Failure::Invalid => FailureReason::TokenInvalid,
        Failure::OtherDomain => FailureReason::TokenDomainMismatch,
    }
}
