use std::sync::Arc;

use crate::document::ResponseContentType;

/// What a rule does with a request that it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Lets it through, with these headers.
    Allow(Inserts),
    /// Answers it.
    Block(Arc<Response>),
    /// Counts it.
    Count(Inserts),
    /// Asks for a puzzle to be solved.
    Captcha(Inserts),
    /// Asks the browser for some work.
    Challenge(Inserts),
}

/// Names, with the prefix of inserted headers, and values.
pub(super) type Inserts = Arc<[(String, String)]>;

/// What stands before the name of a header that a rule inserts.
pub(super) const INSERTED_PREFIX: &str = "x-amzn-waf-";

/// The sort of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    Allow,
    Block,
    Count,
    Captcha,
    Challenge,
}

impl ActionKind {
    /// As logs spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Block => "BLOCK",
            Self::Count => "COUNT",
            Self::Captcha => "CAPTCHA",
            Self::Challenge => "CHALLENGE",
        }
    }
}

impl Action {
    /// Its sort.
    #[must_use]
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::Allow(_) => ActionKind::Allow,
            Self::Block(_) => ActionKind::Block,
            Self::Count(_) => ActionKind::Count,
            Self::Captcha(_) => ActionKind::Captcha,
            Self::Challenge(_) => ActionKind::Challenge,
        }
    }
}

/// The answer to a request that is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// True if the rule says what to answer.
    pub custom: bool,
    /// Headers, under their own names.
    pub headers: Vec<(String, String)>,
    /// The body of its own, if the rule names one.
    pub body: Option<(ResponseContentType, String)>,
}

impl Response {
    /// What is answered if nobody says anything else.
    pub(super) const fn forbidden() -> Self {
        Self { status: 403, custom: false, headers: Vec::new(), body: None }
    }
}
