//! The web room's engine: judging requests by web ACLs of many sizes, compiling those, and replaying what was recorded.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use bartizan_web::document::{RegexPatternSet, WebAcl};
use bartizan_web::engine::{Body, Ending, Header, Library, NoAtlas, Plan, Request, State, Token, compile, judge};
use bartizan_web::recorded::{self, Recorded};
use bartizan_wire::{Checked, Json, Shape, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{Failure, clock};

const AT_LEAST: Duration = Duration::from_millis(300);
/// Requests of one pass at least: reading the clock takes as long as judging some.
const PASS_REQUESTS: usize = 2_000;
/// A plan is compiled so often.
const COMPILE_AT_LEAST: Duration = Duration::from_millis(50);
/// Requests of one replay.
const REPLAYED: usize = 20_000;

/// What `measure_web.py` writes.
#[derive(Debug, Deserialize)]
struct Input {
    acls: BTreeMap<String, Acl>,
    requests: BTreeMap<String, Vec<Sent>>,
    /// The requests that are recorded, and the web ACLs before and after.
    replay: (Vec<String>, String, String),
}

/// A web ACL with the regex pattern sets that it refers to, as the API shows them.
#[derive(Debug, Deserialize)]
struct Acl {
    web_acl: Value,
    #[serde(default)]
    regex_sets: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Sent {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
}

impl Sent {
    fn with<R>(&self, act: impl FnOnce(&Request<'_>) -> R) -> R {
        let (path, query) =
            self.uri.split_once('?').map_or((self.uri.as_str(), None), |(path, query)| (path, Some(query)));
        let header = |(name, value): &'_ (String, String)| (name.clone(), value.clone());
        let owned: Vec<(String, String)> = self.headers.iter().map(header).collect();
        let headers: Vec<Header<'_>> =
            owned.iter().map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() }).collect();
        act(&Request {
            at: Timestamp(1_790_000_000_000),
            client: IpAddr::from([192, 0, 2, 1]),
            method: self.method.as_bytes(),
            path: path.as_bytes(),
            query: query.map(str::as_bytes),
            fragment: None,
            version: "HTTP/1.1",
            headers: &headers,
            joined: false,
            body: Body { inspected: self.body.as_bytes(), length: Some(self.body.len() as u64), more: false },
            ja3: None,
            ja4: None,
            atlas: &NoAtlas,
            token: Token::Missing,
        })
    }
}

/// Prints, by web ACL and kind of request, microseconds of processor time a request, how many of them are blocked, and how
/// long the web ACL takes to compile.
///
/// # Errors
/// The file is not as `measure_web.py` writes it, or a web ACL cannot be compiled.
pub(crate) fn measure(file: &Path) -> Result<Value, Failure> {
    let Input { acls, requests, replay: (replayed, from, to) } = serde_json::from_slice(&std::fs::read(file)?)?;
    let mut out = Map::new();
    let mut plans = BTreeMap::new();
    for (name, acl) in &acls {
        let web_acl: WebAcl = read(&acl.web_acl)?;
        let mut library = Library::default();
        for set in &acl.regex_sets {
            let set: RegexPatternSet = read(set)?;
            library.regex_sets.insert(set.arn.clone().unwrap_or_default(), set);
        }
        let (time, compiled) = clock::median(COMPILE_AT_LEAST, || compile(&web_acl, &library))?;
        let plan = compiled?;
        let mut own = Map::new();
        own.insert("compile_ms".to_owned(), json!(time.as_secs_f64() * 1e3));
        for (set, requests) in &requests {
            own.insert(set.clone(), judged(&plan, requests)?);
        }
        out.insert(name.clone(), Value::Object(own));
        plans.insert(name, plan);
    }
    let recorded: Vec<&Sent> = replayed.iter().filter_map(|name| requests.get(name)).flatten().collect();
    let plan = |name| plans.get(name).ok_or("a web ACL of the replay is missing");
    out.insert("replay".to_owned(), replay(plan(&from)?, plan(&to)?, &recorded)?);
    Ok(Value::Object(out))
}

fn read<T: Shape>(value: &Value) -> Result<T, Failure> {
    let json = Json::parse(value.to_string().as_bytes(), Json::DEPTH_MAX).map_err(|error| error.to_string())?;
    Ok(Checked::decode(&json).map(Checked::into_inner).map_err(|violations| violations.render())?)
}

fn judged(plan: &Plan, requests: &[Sent]) -> Result<Value, Failure> {
    let mut state = State::new(plan);
    let times = PASS_REQUESTS.div_ceil(requests.len().max(1));
    let mut blocked = 0;
    let mut slowest = Duration::ZERO;
    let mut total = Duration::ZERO;
    for sent in requests {
        let (time, blocks) = sent.with(|request| {
            clock::median(AT_LEAST / u32::try_from(requests.len()).unwrap_or(u32::MAX), || {
                (0..times)
                    .filter(|_| judge(plan, &mut state, std::hint::black_box(request)).ending == Ending::Block)
                    .count()
            })
        })?;
        let each = time / u32::try_from(times).unwrap_or(u32::MAX);
        total += each;
        slowest = slowest.max(each);
        blocked += usize::from(blocks > 0);
    }
    #[expect(clippy::cast_precision_loss, reason = "some dozens of requests")]
    let count = requests.len() as f64;
    Ok(json!({
        "us": total.as_secs_f64() * 1e6 / count, "slowest_us": slowest.as_secs_f64() * 1e6,
        "blocked": blocked, "requests": requests.len(),
    }))
}

/// Requests as they are on the tape, read and judged by two web ACLs, as a preview does.
fn replay(from: &Plan, to: &Plan, sent: &[&Sent]) -> Result<Value, Failure> {
    let tape: Vec<Vec<u8>> = sent.iter().cycle().take(REPLAYED).map(|sent| sent.with(recorded::write)).collect();
    let (mut before, mut after) = (State::new(from), State::new(to));
    let (time, differ) = clock::median(AT_LEAST, || {
        let recorded = tape.iter().filter_map(|bytes| Recorded::read(Timestamp(1_790_000_000_000), bytes));
        recorded
            .filter(|recorded| {
                recorded
                    .with(|request| judge(from, &mut before, request).ending != judge(to, &mut after, request).ending)
            })
            .count()
    })?;
    #[expect(clippy::cast_precision_loss, reason = "some thousand requests")]
    let rate = tape.len() as f64 / time.as_secs_f64();
    Ok(json!({"per_second": rate, "differ": differ, "requests": tape.len()}))
}
