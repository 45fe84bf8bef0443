//! Follows the ledger: what is committed judges the next requests.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bartizan_access::authorize::ROOT;
use bartizan_gateway::Guard;
use bartizan_ledger::{Seq, StoreError};
use bartizan_policy::{Cx, lifecycle};
use bartizan_web::document::{LogScope, LoggingFilter};
use bartizan_web::gather;
use bartizan_web::kind::{LoggingConfigurations, WebAcls, logging};
use bartizan_web::record::Redaction;

use crate::surroundings::Surroundings;

/// How often it is asked whether something was committed.
const EVERY: Duration = Duration::from_millis(200);
/// How often the plan is made anew in any case, because versions of managed rule sets expire.
const ANEW: u32 = 300;
/// Entries that are read at once.
const READ_AT_ONCE: u16 = 500;
/// What kinds of this room begin with.
const KINDS: &str = "web/";

/// What is logged of a web ACL's requests.
#[derive(Debug)]
pub(super) struct Logging {
    /// The name of the destination.
    pub(super) destination: String,
    pub(super) filter: Option<LoggingFilter>,
    pub(super) redaction: Redaction,
}

/// What is logged, by the web ACL's ARN.
#[derive(Debug, Default)]
pub(super) struct Loggings(RwLock<BTreeMap<String, Arc<Logging>>>);

impl Loggings {
    pub(super) fn of(&self, arn: &str) -> Option<Arc<Logging>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(arn).cloned()
    }
}

/// One gateway and what it follows.
#[derive(Debug)]
pub(super) struct Followed {
    surroundings: Arc<Surroundings>,
    guard: Arc<Guard>,
    resource: String,
    loggings: Arc<Loggings>,
    /// Of digests in logs and samples.
    secret: Vec<u8>,
    seen: Option<Seq>,
    turns: u32,
}

impl Followed {
    pub(super) const fn new(
        surroundings: Arc<Surroundings>,
        guard: Arc<Guard>,
        resource: String,
        loggings: Arc<Loggings>,
        secret: Vec<u8>,
    ) -> Self {
        Self { surroundings, guard, resource, loggings, secret, seen: None, turns: 0 }
    }

    /// Runs until it is aborted.
    pub(super) async fn run(mut self) {
        let mut turns = tokio::time::interval(EVERY);
        turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            turns.tick().await;
            self.catch_up().await;
        }
    }

    /// Makes the plan anew if something of this room was committed.
    pub(super) async fn catch_up(&mut self) {
        let cx = self.surroundings.own(ROOT, "gateway");
        self.turns = (self.turns + 1) % ANEW;
        match self.news(&cx).await {
            Ok(true) => self.renew(&cx).await,
            Ok(false) if self.turns == 0 => self.renew(&cx).await,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the gateway cannot read the ledger: what it knows goes on judging"),
        }
    }

    /// True if something of this room was committed since the last time.
    async fn news(&mut self, cx: &Cx) -> Result<bool, StoreError> {
        let tip = cx.ledger.tip().await?;
        let Some(mut seen) = self.seen.replace(tip) else { return Ok(true) };
        let mut news = false;
        while seen < tip && !news {
            let entries = cx.ledger.since(seen, READ_AT_ONCE).await?;
            let Some(last) = entries.last() else { break };
            seen = last.seq;
            news = entries.iter().any(|entry| entry.key.kind.starts_with(KINDS));
        }
        Ok(news)
    }

    async fn renew(&self, cx: &Cx) {
        match gather::plan_of_resource(cx, &self.resource).await {
            Ok(plan) => {
                let plan = plan.map(|mut plan| {
                    plan.hash_with(&self.secret);
                    Arc::new(plan)
                });
                match &plan {
                    Some(plan) => tracing::debug!(web_acl = plan.name(), "the gateway has a new plan"),
                    None => tracing::debug!("no web ACL protects the gateway"),
                }
                if let Some(plan) = &plan
                    && let Err(error) = self.renew_logging(cx, plan.arn()).await
                {
                    tracing::error!(%error, "what is logged could not be read: it stays as it was");
                }
                self.guard.set(plan);
            }
            Err(error) => tracing::error!(%error, "the gateway keeps its plan, because the new one cannot be made"),
        }
    }

    async fn renew_logging(&self, cx: &Cx, arn: &str) -> Result<(), StoreError> {
        let Ok(named) = bartizan_web::identity::Named::read(&cx.realm, arn) else { return Ok(()) };
        let stored = named.stored();
        let configuration =
            lifecycle::find::<LoggingConfigurations>(cx, &logging::stored(&stored, LogScope::Customer)).await?;
        let acl = lifecycle::find::<WebAcls>(cx, &stored).await?;
        let next = match (configuration, acl) {
            (Some(configuration), Some(acl)) => {
                let first =
                    configuration.document.log_destination_configs.first().map(String::as_str).unwrap_or_default();
                Some(Arc::new(Logging {
                    destination: destination(first),
                    filter: configuration.document.logging_filter.clone(),
                    redaction: Redaction::of(&acl.document, Some(&configuration.document)).keyed(&self.secret, arn),
                }))
            }
            _ => None,
        };
        let mut all = self.loggings.0.write().unwrap_or_else(PoisonError::into_inner);
        match next {
            Some(next) => all.insert(arn.to_owned(), next),
            None => all.remove(arn),
        };
        Ok(())
    }
}

/// The name of a destination, from its ARN.
fn destination(arn: &str) -> String {
    let name = arn.split([':', '/']).find(|part| part.starts_with("aws-waf-logs-")).unwrap_or("aws-waf-logs");
    name.chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' })
        .collect()
}
