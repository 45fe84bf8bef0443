use std::fmt;
use std::sync::Arc;

use bartizan_web::engine::{Judgment, Plan, Request};
use bartizan_wire::Timestamp;

/// Reads the clock, which only a server does.
pub type Clock = fn() -> Timestamp;

/// A request that was judged.
#[derive(Debug)]
pub struct Seen<'a> {
    /// By which plan.
    pub plan: &'a Arc<Plan>,
    /// The request.
    pub request: &'a Request<'a>,
    /// What was decided.
    pub judgment: &'a Judgment,
    /// What stands in logs for the gateway.
    pub resource: &'a str,
    /// A number of its own.
    pub number: u64,
    /// The status that is answered, if the application does not answer.
    pub status: Option<u16>,
}

/// How many requests something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The ARN of the web ACL.
    pub web_acl: String,
    /// The metric of the rule.
    pub rule: Arc<str>,
    /// The vendor's name of what happened, such as `BlockedRequests`.
    pub metric: &'static str,
    /// Requests.
    pub count: u64,
}

/// Is told of every request that was judged, before it is answered. Must be quick: clients wait.
pub trait Watcher: fmt::Debug + Send + Sync {
    /// A request was judged.
    fn seen(&self, seen: &Seen<'_>);

    /// What it has counted, if it counts.
    fn counts(&self) -> Vec<Count> {
        Vec::new()
    }
}
