//! What is decided of a request, and why.

use std::sync::Arc;

use bartizan_wire::Timestamp;

use super::action::{ActionKind, Response};
use super::plan::RuleRef;
use super::token::Failure;
use super::verdict::Verdict;

/// What is decided of a request, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgment {
    /// What is done with it.
    pub ending: Ending,
    /// The rule of the web ACL that ended it; `None` for the default action.
    pub by: Option<RuleRef>,
    /// What that rule found.
    pub details: Vec<Detail>,
    /// What is answered, if it is blocked.
    pub response: Option<Arc<Response>>,
    /// Rules of the web ACL that matched and did not end it, in their order.
    pub counted: Vec<Counted>,
    /// Groups of which a rule matched, in their order.
    pub groups: Vec<GroupOutcome>,
    /// Rate-based rules that were over their limit.
    pub limited: Vec<Limited>,
    /// Labels in full, in the order in which they were added.
    pub labels: Vec<Arc<str>>,
    /// Headers for the application; none if it does not get the request.
    pub inserted: Vec<Inserted>,
    /// The last puzzle that a rule asked for.
    pub captcha: Option<TokenOutcome>,
    /// The last challenge that a rule asked for.
    pub challenge: Option<TokenOutcome>,
    /// Parts that are larger than what is inspected, of those that were looked at.
    pub oversize: Oversize,
    /// Bytes that were read.
    pub steps: usize,
    /// True if the request would have cost too much: it is not judged to its end, and `ending` says nothing.
    pub exhausted: bool,
    /// What every statement said, if that was asked for.
    pub traced: Vec<Traced>,
}

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    Allow,
    Block,
    /// A puzzle is sent.
    Captcha,
    /// A challenge is sent.
    Challenge,
}

impl Ending {
    /// As logs spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Block => "BLOCK",
            Self::Captcha => "CAPTCHA",
            Self::Challenge => "CHALLENGE",
        }
    }
}

/// What a detector found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// `SQL_INJECTION` or `XSS`.
    pub condition: &'static str,
    /// `LOW` or `HIGH`, of SQL injection.
    pub sensitivity: Option<&'static str>,
    /// Where, in the words of logs.
    pub location: &'static str,
    /// The tokens that gave it away.
    pub matched: Vec<Vec<u8>>,
    /// The name of the one header or argument, or empty.
    pub field: String,
}

/// A rule that matched and did not end the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub rule: RuleRef,
    /// Count; Captcha and Challenge with a valid token.
    pub action: ActionKind,
    pub details: Vec<Detail>,
    /// What the rule does by itself, if something else was done.
    pub overridden: Option<ActionKind>,
    /// When the token was given that let it pass.
    pub token: Option<Timestamp>,
}

/// The rule of a group that ended the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminated {
    pub rule: RuleRef,
    pub action: ActionKind,
    pub details: Vec<Detail>,
    /// What the rule does by itself, if something else was done.
    pub overridden: Option<ActionKind>,
}

/// What came of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOutcome {
    /// The rule of the web ACL that runs it.
    pub rule: usize,
    pub terminated: Option<Terminated>,
    pub counted: Vec<Counted>,
    /// Rules that only counted because they are excluded.
    pub excluded: Vec<RuleRef>,
}

/// A rate-based rule that was over its limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limited {
    pub rule: RuleRef,
    /// In the words of logs.
    pub key: &'static str,
    /// The address, if requests are counted by one.
    pub value: Option<String>,
    pub limit: u64,
    pub window_seconds: i64,
    /// Of a key of several parts, each.
    pub parts: Vec<KeyValue>,
}

/// A part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyValue {
    pub key: &'static str,
    pub name: Option<String>,
    pub value: String,
}

/// A header for the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// With its prefix.
    pub name: String,
    pub value: String,
}

/// How it went with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenOutcome {
    /// When it was given.
    pub given: Option<Timestamp>,
    /// Why it does not count.
    pub failure: Option<Failure>,
}

/// Parts that are larger than what is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oversize {
    pub body: bool,
    pub json_body: bool,
    pub headers: bool,
    pub cookies: bool,
}

/// What a statement said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    pub rule: RuleRef,
    /// Where it stands in its rule, such as `AndStatement/Statements/0/ByteMatchStatement`; empty for the rule itself.
    pub path: String,
    pub verdict: Verdict,
}

impl Judgment {
    pub(super) const fn new() -> Self {
        Self {
            ending: Ending::Allow,
            by: None,
            details: Vec::new(),
            response: None,
            counted: Vec::new(),
            groups: Vec::new(),
            limited: Vec::new(),
            labels: Vec::new(),
            inserted: Vec::new(),
            captcha: None,
            challenge: None,
            oversize: Oversize { body: false, json_body: false, headers: false, cookies: false },
            steps: 0,
            exhausted: false,
            traced: Vec::new(),
        }
    }
}
