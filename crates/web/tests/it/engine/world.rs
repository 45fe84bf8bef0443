//! A web ACL and requests, briefly.

use std::net::IpAddr;

use bartizan_inspect::Pair;
use bartizan_web::document::{IpSet, RegexPatternSet, RuleGroup, WebAcl};
use bartizan_web::engine::{
    Asked, Atlas, Body, Judgment, Library, Place, Plan, Request, State, Token, Verdict, compile, judge, judge_with,
};
use bartizan_wire::{Checked, Json, Shape, Timestamp};
use serde_json::{Value, json};

pub(super) const ACCOUNT: &str = "arn:aws:wafv2:us-east-1:111122223333:regional";
pub(super) const ID: &str = "0a1b2c3d-0000-4000-8000-0123456789ab";

pub(super) fn read<T: Shape>(value: &Value) -> T {
    let json = Json::parse(value.to_string().as_bytes(), Json::DEPTH_MAX).unwrap();
    Checked::decode(&json).map(Checked::into_inner).unwrap_or_else(|violations| panic!("{}", violations.render()))
}

pub(super) fn visibility(metric: &str) -> Value {
    json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": metric})
}

/// A rule; `more` are its members beside the usual ones.
pub(super) fn rule(name: &str, priority: i32, statement: Value, more: Value) -> Value {
    let mut rule =
        json!({"Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": visibility(name)});
    let members = rule.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    rule
}

pub(super) fn block() -> Value {
    json!({"Action": {"Block": {}}})
}

pub(super) fn web_acl(rules: Value) -> WebAcl {
    read(&json!({
        "Name": "edge", "Id": ID, "ARN": format!("{ACCOUNT}/webacl/edge/{ID}"), "DefaultAction": {"Allow": {}},
        "VisibilityConfig": visibility("edge"), "Rules": rules,
        "CustomResponseBodies": {"sorry": {"ContentType": "TEXT_PLAIN", "Content": "no"}},
    }))
}

pub(super) fn none() -> Value {
    json!([{"Priority": 0, "Type": "NONE"}])
}

/// Looks for bytes.
pub(super) fn bytes(field: Value, text: &str, position: &str) -> Value {
    json!({"ByteMatchStatement": {"SearchString": base64(text.as_bytes()), "FieldToMatch": field,
        "TextTransformations": none(), "PositionalConstraint": position}})
}

pub(super) fn base64(bytes: &[u8]) -> String {
    bartizan_wire::Blob(bytes.to_vec()).to_base64()
}

pub(super) fn path_has(text: &str) -> Value {
    bytes(json!({"UriPath": {}}), text, "CONTAINS")
}

pub(super) fn library() -> Library {
    let mut library = Library::default();
    for (name, version, addresses) in
        [("some", "IPV4", json!(["192.0.2.0/24", "198.51.100.7/32"])), ("six", "IPV6", json!(["2001:db8::/32"]))]
    {
        let arn = format!("{ACCOUNT}/ipset/{name}/{ID}");
        let set: IpSet =
            read(&json!({"Name": name, "Id": ID, "ARN": arn, "IPAddressVersion": version, "Addresses": addresses}));
        library.ip_sets.insert(arn, set);
    }
    let arn = format!("{ACCOUNT}/regexpatternset/some/{ID}");
    let set: RegexPatternSet = read(&json!({"Name": "some", "Id": ID, "ARN": arn,
        "RegularExpressionList": [{"RegexString": "a+b"}, {"RegexString": "^/x"}]}));
    library.regex_sets.insert(arn, set);
    library
}

pub(super) fn add_group(library: &mut Library, name: &str, rules: &Value) -> String {
    let arn = format!("{ACCOUNT}/rulegroup/{name}/{ID}");
    let group: RuleGroup = read(&json!({"Name": name, "Id": ID, "ARN": arn, "Capacity": 100, "Rules": rules,
        "VisibilityConfig": visibility(name)}));
    library.rule_groups.insert(arn.clone(), group);
    arn
}

pub(super) fn plan(rules: Value) -> Plan {
    compile(&web_acl(rules), &library()).unwrap()
}

/// Some addresses are somewhere.
#[derive(Debug)]
pub(super) struct Map;

impl Atlas for Map {
    fn place(&self, address: IpAddr) -> Place {
        match address.to_string().as_str() {
            "192.0.2.1" => Place { country: Some(*b"NZ"), region: Some(*b"AUK"), asn: Some(64_496) },
            "192.0.2.2" => Place { country: Some(*b"DE"), region: None, asn: None },
            _ => Place::default(),
        }
    }
}

/// A request in owned pieces.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) at: i64,
    pub(super) client: String,
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// How much of the body is inspected.
    pub(super) limit: usize,
    pub(super) length_known: bool,
    pub(super) ja3: Option<String>,
    pub(super) token: Token,
}

pub(super) fn get(uri: &str) -> Sent {
    Sent {
        at: 1_000_000,
        client: "192.0.2.1".to_owned(),
        method: "GET".to_owned(),
        uri: uri.to_owned(),
        headers: vec![("Host".to_owned(), "example.com".to_owned())],
        body: Vec::new(),
        limit: 8_192,
        length_known: true,
        ja3: None,
        token: Token::Missing,
    }
}

impl Sent {
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn with<R>(&self, act: impl FnOnce(&Request<'_>) -> R) -> R {
        let (before, fragment) = self.uri.split_once('#').map_or((self.uri.as_str(), None), |(a, b)| (a, Some(b)));
        let (path, query) = before.split_once('?').map_or((before, None), |(a, b)| (a, Some(b)));
        let headers: Vec<Pair<'_>> =
            self.headers.iter().map(|(name, value)| Pair { name: name.as_bytes(), value: value.as_bytes() }).collect();
        act(&Request {
            at: Timestamp(self.at),
            client: self.client.parse().unwrap(),
            method: self.method.as_bytes(),
            path: path.as_bytes(),
            query: query.map(str::as_bytes),
            fragment: fragment.map(str::as_bytes),
            version: "HTTP/1.1",
            headers: &headers,
            joined: false,
            body: Body {
                inspected: self.body.get(..self.limit).unwrap_or(&self.body),
                length: self.length_known.then_some(self.body.len() as u64),
                more: self.body.len() > self.limit,
            },
            ja3: self.ja3.as_deref().map(str::as_bytes),
            ja4: None,
            atlas: &Map,
            token: self.token,
        })
    }

    pub(super) fn judged(&self, plan: &Plan) -> Judgment {
        self.judged_by(plan, &mut State::new(plan))
    }

    pub(super) fn judged_by(&self, plan: &Plan, state: &mut State) -> Judgment {
        self.with(|request| judge(plan, state, request))
    }

    /// What the statement says.
    pub(super) fn verdict(&self, statement: &Value) -> Verdict {
        let plan = plan(json!([rule("r", 0, statement.clone(), block())]));
        let mut state = State::new(&plan);
        let asked = Asked { trace: true };
        let judgment = self.with(|request| judge_with(&plan, &mut state.scratch, &mut state.rates, request, asked));
        judgment.traced.first().unwrap().verdict
    }
}
