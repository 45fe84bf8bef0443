//! [`LiveTraffic`]: what is known of the requests that passed here.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bartizan_ledger::StoreError;
use bartizan_policy::Cx;
use bartizan_web::document::PathStatistics;
use bartizan_web::engine::RuleRef;
use bartizan_web::record;
use bartizan_web::traffic::{Limited, LimitedAsked, Paths, PathsAsked, Samples, SamplesAsked, Traffic};
use bartizan_wire::Timestamp;

use crate::guard::Guard;
use crate::samples::Reservoir;
use crate::watcher::{Count, Seen, Watcher};

/// Of requests that no rule ends, the metric.
const DEFAULT_ACTION: &str = "Default_Action";
/// Paths of ten minutes that are counted; of more, the rest is counted together with none.
const PATHS_MAX: usize = 2_000;
/// A path is shown so long.
const PATH_CHARS: usize = 512;
/// Spans of ten minutes that are kept: three hours.
const SPANS: usize = 19;
const SPAN_MS: i64 = 600_000;
/// Addresses that are told at most [WAFV2 API reference, `GetRateBasedStatementManagedKeys`].
const ADDRESSES_MAX: usize = 10_000;

/// What is known of the requests that passed through this process.
#[derive(Debug, Default)]
pub struct LiveTraffic {
    /// By the web ACL's ARN.
    web_acls: Mutex<BTreeMap<String, Known>>,
    guards: Mutex<Vec<Arc<Guard>>>,
}

#[derive(Debug, Default)]
struct Known {
    /// By metric.
    samples: BTreeMap<Arc<str>, Reservoir>,
    spans: VecDeque<PathSpan>,
    /// Requests by rule and by what the rule did, as `rule` and `BlockedRequests`.
    counts: BTreeMap<(Arc<str>, &'static str), u64>,
}

#[derive(Debug, Default)]
struct PathSpan {
    number: i64,
    total: u64,
    paths: BTreeMap<String, u64>,
}

impl LiveTraffic {
    /// Asks this guard too, for whom rate-based rules limit.
    pub fn watch(&self, guard: Arc<Guard>) {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner).push(guard);
    }
}

impl Watcher for LiveTraffic {
    fn seen(&self, seen: &Seen<'_>) {
        let (plan, judgment, at) = (seen.plan, seen.judgment, seen.request.at);
        let mut all = self.web_acls.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(plan.arn()) {
            all.insert(plan.arn().to_owned(), Known::default());
        }
        let Some(known) = all.get_mut(plan.arn()) else { return };
        known.path(at, seen.request.path);
        let ended = judgment.by.and_then(|by| plan.rule(by));
        let metric = ended.map_or_else(|| Arc::from(DEFAULT_ACTION), |facts| Arc::clone(&facts.metric));
        known.count(&metric, metric_of(judgment.ending.name()));
        let sample = |rule: Option<RuleRef>, counted| record::sample(seen.plan, seen.request, judgment, rule, counted);
        if ended.is_none_or(|facts| facts.sampled) && plan.facts().sampled {
            known.offer(&metric, at, || sample(judgment.by, None));
        }
        for counted in &judgment.counted {
            if let Some(facts) = plan.rule(counted.rule) {
                known.count(&facts.metric, metric_of(counted.action.name()));
                if facts.sampled {
                    known.offer(&facts.metric, at, || sample(Some(counted.rule), Some(counted)));
                }
            }
        }
        for group in &judgment.groups {
            let inner = group.counted.iter().map(|one| (one.rule, one.action.name(), Some(one)));
            let ended = group.terminated.iter().map(|one| (one.rule, one.action.name(), None));
            for (rule, action, counted) in inner.chain(ended) {
                if let Some(facts) = plan.rule(rule) {
                    known.count(&facts.metric, metric_of(action));
                    if facts.sampled {
                        known.offer(&facts.metric, at, || sample(Some(rule), counted));
                    }
                }
            }
        }
        // the web ACL's own metric stands for all requests
        if plan.facts().sampled {
            let all = Arc::clone(&plan.facts().metric);
            known.offer(&all, at, || sample(judgment.by, None));
        }
    }

    fn counts(&self) -> Vec<Count> {
        let known = self.web_acls.lock().unwrap_or_else(PoisonError::into_inner);
        let all = known.iter().flat_map(|(arn, known)| {
            known.counts.iter().map(|((rule, metric), count)| Count {
                web_acl: arn.clone(),
                rule: Arc::clone(rule),
                metric,
                count: *count,
            })
        });
        all.collect()
    }
}

fn metric_of(action: &str) -> &'static str {
    match action {
        "ALLOW" => "AllowedRequests",
        "BLOCK" => "BlockedRequests",
        "CAPTCHA" => "CaptchaRequests",
        "CHALLENGE" => "ChallengeRequests",
        _ => "CountedRequests",
    }
}

impl Known {
    fn count(&mut self, rule: &Arc<str>, metric: &'static str) {
        *self.counts.entry((Arc::clone(rule), metric)).or_default() += 1;
    }

    fn offer(
        &mut self,
        metric: &Arc<str>,
        at: Timestamp,
        sample: impl FnOnce() -> bartizan_web::document::SampledHttpRequest,
    ) {
        self.samples.entry(Arc::clone(metric)).or_default().offer(at, sample);
    }

    fn path(&mut self, at: Timestamp, path: &[u8]) {
        let number = at.0.div_euclid(SPAN_MS);
        if self.spans.back().is_none_or(|span| span.number < number) {
            self.spans.push_back(PathSpan { number, ..PathSpan::default() });
            while self.spans.len() > SPANS {
                self.spans.pop_front();
            }
        }
        let Some(span) = self.spans.back_mut() else { return };
        span.total += 1;
        let text = String::from_utf8_lossy(path);
        if let Some(count) = span.paths.get_mut(text.as_ref()) {
            *count += 1;
        } else if span.paths.len() < PATHS_MAX {
            span.paths.insert(text.chars().take(PATH_CHARS).collect(), 1);
        }
    }
}

#[async_trait]
impl Traffic for LiveTraffic {
    async fn samples(&self, _cx: &Cx, asked: &SamplesAsked) -> Result<Samples, StoreError> {
        let known = self.web_acls.lock().unwrap_or_else(PoisonError::into_inner);
        let reservoir = known.get(&asked.web_acl_arn).and_then(|known| known.samples.get(asked.metric.as_str()));
        Ok(reservoir.map(|reservoir| reservoir.read(asked.window, asked.limit)).unwrap_or_default())
    }

    async fn limited(&self, cx: &Cx, asked: &LimitedAsked) -> Result<Limited, StoreError> {
        let guards = self.guards.lock().unwrap_or_else(PoisonError::into_inner);
        let mut over = BTreeMap::new();
        for guard in guards.iter() {
            let active = guard.active();
            let Some(plan) = active.plan.as_ref().filter(|plan| plan.arn() == asked.web_acl_arn) else { continue };
            let Some(rate) = plan.rate(&asked.rule, asked.group_rule.as_deref()) else { continue };
            for (address, count) in active.with_rates(|rates| rates.limited(plan, rate, cx.now)) {
                let known: &mut u64 = over.entry(address).or_default();
                *known = count.max(*known);
            }
        }
        let mut over: Vec<_> = over.into_iter().collect();
        over.sort_by(|(left, more), (right, less)| less.cmp(more).then(left.cmp(right)));
        let mut limited = Limited::default();
        for (address, _) in over.into_iter().take(ADDRESSES_MAX) {
            match address {
                std::net::IpAddr::V4(address) => limited.v4.push(format!("{address}/32")),
                std::net::IpAddr::V6(address) => limited.v6.push(format!("{address}/128")),
            }
        }
        Ok(limited)
    }

    async fn paths(&self, _cx: &Cx, asked: &PathsAsked) -> Result<Paths, StoreError> {
        let known = self.web_acls.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut total = 0;
        let spans = known.get(&asked.web_acl_arn).into_iter().flat_map(|known| &known.spans);
        for span in spans {
            let begins = span.number.saturating_mul(SPAN_MS);
            if begins > asked.window.to.0 || begins.saturating_add(SPAN_MS) <= asked.window.from.0 {
                continue;
            }
            total += span.total;
            for (path, count) in span.paths.iter().filter(|(path, _)| path.starts_with(&asked.prefix)) {
                *counts.entry(path).or_default() += count;
            }
        }
        let mut paths: Vec<_> = counts.into_iter().collect();
        paths.sort_by(|(left, more), (right, less)| less.cmp(more).then(left.cmp(right)));
        let statistics = paths.into_iter().map(|(path, count)| PathStatistics {
            source: None,
            path: path.to_owned(),
            request_count: i64::try_from(count).unwrap_or(i64::MAX),
            percentage: share(count, total),
            top_bots: None,
        });
        Ok(Paths { paths: statistics.collect(), total })
    }
}

/// In percent.
fn share(count: u64, total: u64) -> f64 {
    let number = |value: u64| u32::try_from(value).map_or(f64::MAX, f64::from);
    if total == 0 { 0.0 } else { number(count) * 100.0 / number(total) }
}
