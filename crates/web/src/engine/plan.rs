use std::ops::Range;
use std::sync::Arc;

use bartizan_inspect::AddressSet;

use super::action::{Action, ActionKind, Inserts};
use super::rate_key::Rate;
use super::statement::{Node, Source};
use super::view::{View, ViewId};
use crate::record::Redaction;

/// A web ACL with everything that it refers to, ready to judge requests.
#[derive(Debug)]
pub struct Plan {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) facts: RuleFacts,
    pub(super) token_domains: Vec<String>,
    pub(super) redaction: Redaction,
    pub(super) rules: Vec<Rule>,
    pub(super) default: Action,
    pub(super) views: Vec<View>,
    pub(super) sets: Vec<AddressSet>,
    pub(super) rates: Vec<RateFacts>,
}

/// A rule of a plan: of the web ACL, or of a group that a rule of the web ACL runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleRef {
    /// The rule of the web ACL, by its place among them in the order of evaluation.
    pub rule: usize,
    /// The rule of the group, by its place in it.
    pub member: Option<usize>,
}

/// What is measured of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFacts {
    /// Its name.
    pub name: Arc<str>,
    /// The name of its metric.
    pub metric: Arc<str>,
    /// True if it is measured.
    pub measured: bool,
    /// True if its requests are sampled.
    pub sampled: bool,
}

/// Of which sort a rule is, in the words of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    Regular,
    RateBased,
    Group,
    ManagedRuleGroup,
}

impl RuleKind {
    /// As logs spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regular => "REGULAR",
            Self::RateBased => "RATE_BASED",
            Self::Group => "GROUP",
            Self::ManagedRuleGroup => "MANAGED_RULE_GROUP",
        }
    }
}

/// What a rule group is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFacts {
    /// The ARN of an own one, `vendor#group` or `vendor#group#version` of a managed one.
    pub id: Arc<str>,
    /// What stands before a rule's name in samples: `vendor#group#` or `group#`.
    pub prefix: Arc<str>,
    /// True for a managed one.
    pub managed: bool,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) facts: RuleFacts,
    /// In full.
    pub(super) labels: Vec<Arc<str>>,
    /// Whose places become labels when the rule has been judged.
    pub(super) places: Vec<Source>,
    /// If there is one, the rule matches only where one of its patterns does.
    pub(super) gate: Option<Gate>,
    pub(super) captcha_ms: i64,
    pub(super) challenge_ms: i64,
    pub(super) what: What,
}

/// What a rule that looks for texts in one view, and does nothing else, looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gate {
    pub(super) view: ViewId,
    pub(super) root: ViewId,
    /// The numbers of its patterns among those of the view. In rules in a row they are one behind the other.
    pub(super) patterns: Range<u32>,
    /// The first rule behind those in a row that look in the same view.
    pub(super) until: usize,
}

#[derive(Debug)]
pub(super) enum What {
    Match { statement: Node, action: Action },
    Rate { rate: Rate, action: Action },
    Group(Group),
}

#[derive(Debug)]
pub(super) struct Group {
    pub(super) facts: GroupFacts,
    pub(super) scope_down: Option<Node>,
    pub(super) members: Vec<Member>,
    /// If its outcome is only counted: what is inserted then.
    pub(super) counted: Option<Inserts>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) rule: Rule,
    /// What it does by itself, if something else is done.
    pub(super) overridden: Option<ActionKind>,
    /// True if it only counts because it is excluded.
    pub(super) excluded: bool,
}

/// A rate-based rule of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RateFacts {
    pub(super) rule: RuleRef,
    /// Says which rule this is and what it counts: equal ones keep their counts.
    pub(super) identity: String,
    pub(super) limit: u64,
    pub(super) window_ms: i64,
    /// True if requests are counted by one address.
    pub(super) by_address: bool,
}

impl Plan {
    /// The web ACL's ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The web ACL's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is measured of the web ACL.
    #[must_use]
    pub const fn facts(&self) -> &RuleFacts {
        &self.facts
    }

    /// Where tokens of the web ACL count, beside its own hosts.
    #[must_use]
    pub fn token_domains(&self) -> &[String] {
        &self.token_domains
    }

    /// What of requests must not be seen in logs and samples.
    #[must_use]
    pub const fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Digests of what must not be seen are made with a key of this secret.
    pub fn hash_with(&mut self, secret: &[u8]) {
        self.redaction = std::mem::take(&mut self.redaction).keyed(secret, &self.arn);
    }

    /// All rules of the web ACL, in the order of evaluation.
    pub fn rules(&self) -> impl Iterator<Item = (RuleRef, &RuleFacts)> {
        self.rules.iter().enumerate().map(|(rule, found)| (RuleRef { rule, member: None }, &found.facts))
    }

    /// What is measured of a rule.
    #[must_use]
    pub fn rule(&self, at: RuleRef) -> Option<&RuleFacts> {
        self.find(at).map(|rule| &rule.facts)
    }

    /// The group that a rule of the web ACL runs.
    #[must_use]
    pub fn group(&self, rule: usize) -> Option<&GroupFacts> {
        match self.rules.get(rule).map(|rule| &rule.what) {
            Some(What::Group(group)) => Some(&group.facts),
            _ => None,
        }
    }

    /// Of which sort a rule of the web ACL is.
    #[must_use]
    pub fn kind(&self, rule: usize) -> RuleKind {
        match self.rules.get(rule).map(|rule| &rule.what) {
            Some(What::Group(group)) if group.facts.managed => RuleKind::ManagedRuleGroup,
            Some(What::Group(_)) => RuleKind::Group,
            Some(What::Rate { .. }) => RuleKind::RateBased,
            Some(What::Match { .. }) | None => RuleKind::Regular,
        }
    }

    /// The number of the rate-based rule of this name, among the counts of the plan; `member` is the rule of a group.
    #[must_use]
    pub fn rate(&self, rule: &str, member: Option<&str>) -> Option<usize> {
        self.rates.iter().position(|rate| {
            let outer = RuleRef { rule: rate.rule.rule, member: None };
            let named = self.rule(outer).is_some_and(|facts| facts.name.as_ref() == rule);
            let inner = rate.rule.member.and_then(|_| self.rule(rate.rule)).map(|facts| facts.name.as_ref());
            named && inner == member
        })
    }

    pub(super) fn find(&self, at: RuleRef) -> Option<&Rule> {
        let rule = self.rules.get(at.rule)?;
        match (at.member, &rule.what) {
            (None, _) => Some(rule),
            (Some(member), What::Group(group)) => group.members.get(member).map(|member| &member.rule),
            _ => None,
        }
    }
}
