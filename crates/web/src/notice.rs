//! What subscribers of a managed rule set's topic are told.

use std::collections::BTreeMap;

use bartizan_ledger::{Entry, Posting, Write};
use bartizan_policy::alert::{self, Alert, Heading};
use bartizan_policy::{Cx, lifecycle};
use bartizan_wire::Timestamp;

use crate::document::Scope;
use crate::errors::WebError;
use crate::identity;
use crate::kind::{ManagedRuleSets, StoredRuleSet, WebAcls};
use crate::references::Resolved;
use crate::usage;
use crate::wcu::{self, WEB_ACL_MAX};

/// Something that happened to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// It can be chosen.
    Published {
        /// Which.
        version: String,
    },
    /// It is what customers get that name none.
    Recommended {
        /// Which.
        version: String,
        /// Web ACLs that cost more than they may with it.
        over_capacity: Vec<String>,
    },
    /// It cannot be chosen any more, and ends at a time.
    Expiring {
        /// Which.
        version: String,
        /// When.
        at: Timestamp,
    },
    /// It has ended.
    Expired {
        /// Which.
        version: String,
    },
}

impl Notice {
    fn version(&self) -> &str {
        match self {
            Self::Published { version }
            | Self::Recommended { version, .. }
            | Self::Expiring { version, .. }
            | Self::Expired { version } => version,
        }
    }

    fn subject(&self, set: &str) -> String {
        match self {
            Self::Published { version } => format!("New version {version} of {set}"),
            Self::Recommended { version, .. } => format!("Default version of {set} is {version}"),
            Self::Expiring { version, .. } => format!("Version {version} of {set} is going to expire"),
            Self::Expired { version } => format!("Version {version} of {set} has expired"),
        }
    }

    fn message(&self, set: &StoredRuleSet) -> String {
        let name = format!("{} of {}", set.name, set.vendor_name);
        match self {
            Self::Published { version } => format!("Version {version} of managed rule group {name} can be chosen."),
            Self::Recommended { version, over_capacity } if over_capacity.is_empty() => {
                format!("Web ACLs that name no version of managed rule group {name} run {version} from now on.")
            }
            Self::Recommended { version, over_capacity } => format!(
                "Web ACLs that name no version of managed rule group {name} run {version} from now on. These cost more than \
                 they may with it, and cannot be updated until they cost less: {}.",
                over_capacity.join(", ")
            ),
            Self::Expiring { version, at } => format!(
                "Version {version} of managed rule group {name} cannot be chosen any more and expires at {at}. Web ACLs that \
                 pin it run the default version from then on."
            ),
            Self::Expired { version } => format!(
                "Version {version} of managed rule group {name} has expired. Web ACLs that pin it run the default version, \
                 and cannot be updated until they name another one."
            ),
        }
    }
}

/// Puts notices into the outbox, if the rule set has a topic. A preview tells nobody.
pub(crate) async fn tell(cx: &Cx, set: &StoredRuleSet, entry: &Entry, notices: &[Notice]) -> Result<(), WebError> {
    let Some(topic) = set.sns_topic_arn.as_ref().filter(|_| !cx.previewing) else { return Ok(()) };
    let numbered = notices.iter().enumerate();
    let alerts: Vec<Alert> = numbered
        .map(|(place, notice)| alert(cx, set, topic, entry, format!("{}-{place}", entry.token.0), notice))
        .collect();
    cx.board.write(&cx.realm, alert::enqueue(&alerts, cx.now)).await?;
    Ok(())
}

/// Where on the board it stands up to when expiries were told.
const TOLD_TOPIC: &str = "web/expiry-told";
/// The one subject of that topic.
const TOLD_SUBJECT: &str = "until";

/// Tells of versions that have expired since this was last called. Call it every now and then.
///
/// # Errors
/// When the store fails; then they are told next time.
pub async fn tell_expired(cx: &Cx) -> Result<usize, WebError> {
    let told = cx.board.find(&cx.realm, TOLD_TOPIC, TOLD_SUBJECT).await?;
    let since = told.map_or(Timestamp(i64::MIN), |posting| posting.at);
    let mut alerts = Vec::new();
    for held in lifecycle::list::<ManagedRuleSets>(cx, "").await? {
        for (name, version) in &held.document.published_versions {
            let expired = version.expiry_timestamp.is_some_and(|expiry| since < expiry && expiry <= cx.now);
            if let Some(topic) = held.document.sns_topic_arn.as_ref().filter(|_| expired) {
                let id = format!("{}-expired-{name}", held.document.id);
                let notice = Notice::Expired { version: name.clone() };
                alerts.push(alert(cx, &held.document, topic, &held.entry, id, &notice));
            }
        }
    }
    if alerts.is_empty() && cx.now.0.saturating_sub(since.0) < REMEMBER_EVERY_MS {
        return Ok(0);
    }
    let mut writes = alert::enqueue(&alerts, cx.now);
    writes.push(Write::post(TOLD_TOPIC, Posting { subject: TOLD_SUBJECT.to_owned(), at: cx.now, body: Vec::new() }));
    cx.board.write(&cx.realm, writes).await?;
    Ok(alerts.len())
}

/// How long nothing need be written while nothing expires, in milliseconds.
const REMEMBER_EVERY_MS: i64 = 24 * 60 * 60 * 1_000;

fn alert(cx: &Cx, set: &StoredRuleSet, topic: &str, entry: &Entry, id: String, notice: &Notice) -> Alert {
    let attributes = BTreeMap::from([
        ("managed_rule_group".to_owned(), set.name.clone()),
        ("major_version".to_owned(), notice.version().to_owned()),
    ]);
    Alert {
        id,
        target: topic.to_owned(),
        stream: format!("{}/{}", entry.key.kind, entry.key.name),
        at: cx.now,
        message: notice.message(set),
        finding: String::new(),
        heading: Some(Heading { subject: notice.subject(&set.name), attributes }),
    }
}

/// Web ACLs that would cost more than they may, by name, if `set` were what they run.
pub(crate) async fn over_capacity(cx: &Cx, scope: Scope, set: &StoredRuleSet) -> Result<Vec<String>, WebError> {
    let stored = identity::stored(scope, &set.name);
    let mut over = Vec::new();
    for follower in usage::of_managed(cx, &stored, &set.vendor_name).await? {
        if follower.version.is_some() || over.contains(&follower.web_acl) {
            continue;
        }
        let acl = lifecycle::find::<WebAcls>(cx, &identity::stored(scope, &follower.web_acl)).await?;
        let Some(acl) = acl else { continue };
        let rules = acl.document.rules.as_deref().unwrap_or_default();
        let mut resolved = Resolved::read(cx, rules, scope).await?;
        resolved.assume(set.clone());
        if wcu::cost(rules, &resolved) > WEB_ACL_MAX {
            over.push(follower.web_acl);
        }
    }
    Ok(over)
}
