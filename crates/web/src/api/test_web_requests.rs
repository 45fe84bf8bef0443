//! `POST /v1/web/test`: what a web ACL says of requests that nobody has sent.

use std::net::{IpAddr, Ipv4Addr};

use bartizan_ledger::Revision;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Blob, Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::BODY_BYTES_MAX;
use crate::document::{HttpHeader, WebAcl};
use crate::engine::{
    Asked, Body, Header, Judgment, NoAtlas, Plan, Request, State, Token, Verdict, compile, judge_with,
};
use crate::errors::WebError;
use crate::gather;
use crate::identity::{Named, Resource};
use crate::kind::WebAcls;
use crate::room::WebRoom;

/// Judges requests.
#[derive(Debug)]
pub struct TestWebRequests;

/// Which requests, by which web ACL.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "TestWebRequestsRequest")]
pub struct Input {
    /// The web ACL.
    #[serde(rename = "WebACLArn")]
    #[shape(length = 20..=2048)]
    pub web_acl_arn: String,
    /// A revision of it; the newest if absent. What it refers to is as it is now.
    #[shape(range = 1..)]
    pub revision: Option<i64>,
    /// In the order in which they come; rate-based rules count them.
    #[shape(length = 1..=1000)]
    pub requests: Vec<TestRequest>,
}

/// A request.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
pub struct TestRequest {
    /// `GET` if absent.
    #[shape(length = 1..=64)]
    pub method: Option<String>,
    /// Path and query, as they stand in the first line.
    #[shape(length = 1..=65536)]
    pub uri: String,
    /// In their order.
    pub headers: Option<Vec<HttpHeader>>,
    /// The body.
    pub body: Option<Blob>,
    /// Of the client; 127.0.0.1 if absent.
    #[serde(rename = "ClientIP")]
    #[shape(length = 2..=45)]
    pub client_ip: Option<String>,
    /// Such as `HTTP/2.0`.
    #[serde(rename = "HTTPVersion")]
    #[shape(length = 1..=16)]
    pub http_version: Option<String>,
    /// When it comes; now if absent.
    #[serde(with = "bartizan_wire::time::wire_seconds::option")]
    pub timestamp: Option<Timestamp>,
}

/// What the web ACL says.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "TestWebRequestsResponse")]
pub struct Output {
    /// The web ACL.
    #[serde(rename = "WebACLArn")]
    pub web_acl_arn: String,
    /// The revision that judged.
    pub revision: i64,
    /// In the order of the requests.
    pub results: Vec<TestResult>,
}

/// What is done with a request, and why.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TestResult {
    /// `ALLOW`, `BLOCK`, `CAPTCHA` or `CHALLENGE`; `EXHAUSTED` if it would cost too much to judge.
    pub action: String,
    /// The rule that ended it; absent for the default action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The status that is answered instead of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    /// Rules that matched and did not end it.
    pub counted: Vec<String>,
    /// Labels in full.
    pub labels: Vec<String>,
    /// What every statement said that was asked.
    pub statements: Vec<TestStatement>,
}

/// What a statement said.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TestStatement {
    /// Its rule, with the rule of the group behind a slash.
    pub rule: String,
    /// Where it stands in the rule.
    pub statement: String,
    /// `MATCH`, `NO_MATCH` or `NOT_APPLICABLE`.
    pub verdict: String,
}

impl Operation for TestWebRequests {
    const NAME: &'static str = "TestWebRequests";
    const ACTION: &'static str = "bartizan:TestWebRequests";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/web/test",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    const WRITES: &'static [&'static str] = &[];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        input.web_acl_arn.parse().map_or_else(|_| ResourceName::any(), |arn: bartizan_wire::Arn| arn.into())
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let (acl, named, revision) = find(cx, &input).await?;
        let library = gather::library(cx, &acl, named.scope).await?;
        let plan = compile(&acl, &library).map_err(|error| WebError::InvalidOperation(error.to_string()))?;
        let mut state = State::new(&plan);
        let judged = |request| result(&plan, &judged(&plan, &mut state, request, cx.now));
        let results = input.requests.iter().map(judged).collect();
        Ok(Output { web_acl_arn: input.web_acl_arn.clone(), revision, results })
    }
}

/// The web ACL as it is, or was.
async fn find(cx: &Cx, input: &Input) -> Result<(WebAcl, Named, i64), WebError> {
    let absent = || WebError::nonexistent(Resource::WebAcl.said(), &input.web_acl_arn);
    let named = Named::read(&cx.realm, &input.web_acl_arn)?;
    let head = lifecycle::find::<WebAcls>(cx, &named.stored()).await?;
    let head = head.filter(|_| named.resource == Resource::WebAcl).ok_or_else(absent)?;
    let held = match input.revision.and_then(|revision| u64::try_from(revision).ok()) {
        None => head,
        Some(revision) => {
            let entry = cx.ledger.at(&head.entry.key, Revision(revision)).await?.ok_or_else(absent)?;
            lifecycle::open::<WebAcls>(entry)?.ok_or_else(absent)?
        }
    };
    let revision = i64::try_from(held.entry.revision.0).unwrap_or(i64::MAX);
    Ok((held.document.into_inner(), named, revision))
}

fn judged(plan: &Plan, state: &mut State, sent: &TestRequest, now: Timestamp) -> Judgment {
    let headers: Vec<Header<'_>> = sent
        .headers
        .iter()
        .flatten()
        .map(|header| Header {
            name: header.name.as_deref().unwrap_or_default().as_bytes(),
            value: header.value.as_deref().unwrap_or_default().as_bytes(),
        })
        .collect();
    let (uri, fragment) = sent.uri.split_once('#').map_or((sent.uri.as_str(), None), |(uri, rest)| (uri, Some(rest)));
    let (path, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
    let body = sent.body.as_ref().map(|blob| blob.0.as_slice()).unwrap_or_default();
    let client = sent.client_ip.as_deref().and_then(|text| text.parse().ok());
    let request = Request {
        at: sent.timestamp.unwrap_or(now),
        client: client.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        method: sent.method.as_deref().unwrap_or("GET").as_bytes(),
        path: path.as_bytes(),
        query: query.map(str::as_bytes),
        fragment: fragment.map(str::as_bytes),
        version: sent.http_version.as_deref().unwrap_or("HTTP/1.1"),
        headers: &headers,
        joined: false,
        body: Body { inspected: body, length: u64::try_from(body.len()).ok(), more: false },
        ja3: None,
        ja4: None,
        atlas: &NoAtlas,
        token: Token::Missing,
    };
    judge_with(plan, &mut state.scratch, &mut state.rates, &request, Asked { trace: true })
}

fn result(plan: &Plan, judgment: &Judgment) -> TestResult {
    let name = |rule| plan.rule(rule).map_or_else(String::new, |facts| facts.name.as_ref().to_owned());
    let full = |rule: crate::engine::RuleRef| match rule.member {
        None => name(rule),
        Some(_) => format!("{}/{}", name(crate::engine::RuleRef { member: None, ..rule }), name(rule)),
    };
    let ended = judgment.by.map(|by| {
        let group = judgment.groups.iter().find(|group| group.rule == by.rule);
        group.and_then(|group| group.terminated.as_ref()).map_or_else(|| name(by), |ended| full(ended.rule))
    });
    let groups = judgment.groups.iter().flat_map(|group| &group.counted);
    let counted = judgment.counted.iter().chain(groups).map(|one| full(one.rule)).collect();
    let statements = judgment.traced.iter().map(|traced| TestStatement {
        rule: full(traced.rule),
        statement: traced.path.clone(),
        verdict: match traced.verdict {
            Verdict::Yes => "MATCH",
            Verdict::No => "NO_MATCH",
            Verdict::NotApplicable => "NOT_APPLICABLE",
        }
        .to_owned(),
    });
    TestResult {
        action: if judgment.exhausted { "EXHAUSTED" } else { judgment.ending.name() }.to_owned(),
        rule: ended,
        status: judgment.response.as_ref().map(|response| i32::from(response.status)),
        counted,
        labels: judgment.labels.iter().map(|label| label.as_ref().to_owned()).collect(),
        statements: statements.collect(),
    }
}
