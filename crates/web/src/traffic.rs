//! [`Traffic`]: what is known of requests that passed. Whoever judges them implements it; without one, nothing is known.

use async_trait::async_trait;
use bartizan_ledger::StoreError;
use bartizan_policy::Cx;
use bartizan_wire::Timestamp;

use crate::document::{PathStatistics, SampledHttpRequest};

/// From when to when, both in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant.
    pub from: Timestamp,
    /// The last instant.
    pub to: Timestamp,
}

/// Which samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplesAsked {
    /// Of which web ACL.
    pub web_acl_arn: String,
    /// The rule's metric, the web ACL's for all, `Default_Action` for what no rule ended.
    pub metric: String,
    /// At most three hours back.
    pub window: Window,
    /// At most so many, 1 to 500.
    pub limit: usize,
}

/// Some requests out of many.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples {
    /// The requests.
    pub requests: Vec<SampledHttpRequest>,
    /// Of how many they were taken.
    pub population: u64,
    /// The end of what was looked at, if it is earlier than what was asked for.
    pub until: Option<Timestamp>,
}

/// Which rate-based rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitedAsked {
    /// Of which web ACL.
    pub web_acl_arn: String,
    /// The rule of the web ACL.
    pub rule: String,
    /// The rule of the group that it runs.
    pub group_rule: Option<String>,
}

/// Addresses that are limited now, those with the highest rates first, in CIDR notation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limited {
    /// IPv4, each with `/32`.
    pub v4: Vec<String>,
    /// IPv6, each with `/128`.
    pub v6: Vec<String>,
}

/// Which paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathsAsked {
    /// Of which web ACL.
    pub web_acl_arn: String,
    /// Paths that start so; empty for all.
    pub prefix: String,
    /// From when to when.
    pub window: Window,
}

/// What was asked of paths.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paths {
    /// Most requests first.
    pub paths: Vec<PathStatistics>,
    /// Requests of all paths.
    pub total: u64,
}

/// What is known of requests that passed.
#[async_trait]
pub trait Traffic: Send + Sync + std::fmt::Debug {
    /// Samples of a rule's requests.
    async fn samples(&self, cx: &Cx, asked: &SamplesAsked) -> Result<Samples, StoreError>;
    /// Whom a rate-based rule limits.
    async fn limited(&self, cx: &Cx, asked: &LimitedAsked) -> Result<Limited, StoreError>;
    /// Which paths are asked for most.
    async fn paths(&self, cx: &Cx, asked: &PathsAsked) -> Result<Paths, StoreError>;
}

/// No request has passed here.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTraffic;

#[async_trait]
impl Traffic for NoTraffic {
    async fn samples(&self, _cx: &Cx, _asked: &SamplesAsked) -> Result<Samples, StoreError> {
        Ok(Samples::default())
    }

    async fn limited(&self, _cx: &Cx, _asked: &LimitedAsked) -> Result<Limited, StoreError> {
        Ok(Limited::default())
    }

    async fn paths(&self, _cx: &Cx, _asked: &PathsAsked) -> Result<Paths, StoreError> {
        Ok(Paths::default())
    }
}
