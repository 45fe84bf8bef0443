//! What a request's token says. Reading it takes a key; whoever has that reads it before the request is judged.

use bartizan_wire::Timestamp;

/// What the token of a request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Token {
    /// There is none.
    #[default]
    Missing,
    /// It is none of ours.
    Invalid,
    /// It is for another domain.
    OtherDomain,
    /// It counts.
    Valid {
        /// When a puzzle was solved last.
        solved: Option<Timestamp>,
        /// When a challenge was passed last.
        passed: Option<Timestamp>,
    },
}

/// Why a token does not count (`FailureReason` of the API).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// There is none, or it says nothing of this.
    Missing,
    /// It is too old.
    Expired,
    /// It is none of ours.
    Invalid,
    /// It is for another domain.
    OtherDomain,
}

impl Failure {
    /// As logs spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "TOKEN_MISSING",
            Self::Expired => "TOKEN_EXPIRED",
            Self::Invalid => "TOKEN_INVALID",
            Self::OtherDomain => "TOKEN_DOMAIN_MISMATCH",
        }
    }
}

/// Which of the two times of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Puzzle,
    Challenge,
}

impl Token {
    /// When the proof was given, if it still counts.
    ///
    /// # Errors
    /// Why it does not, and when it was given if it was.
    pub(super) fn check(
        self,
        proof: Proof,
        now: Timestamp,
        immunity_ms: i64,
    ) -> Result<Timestamp, (Failure, Option<Timestamp>)> {
        let (solved, passed) = match self {
            Self::Missing => return Err((Failure::Missing, None)),
            Self::Invalid => return Err((Failure::Invalid, None)),
            Self::OtherDomain => return Err((Failure::OtherDomain, None)),
            Self::Valid { solved, passed } => (solved, passed),
        };
        let given = match proof {
            Proof::Puzzle => solved,
            Proof::Challenge => passed,
        };
        let given = given.ok_or((Failure::Missing, None))?;
        if now.0.saturating_sub(given.0) < immunity_ms { Ok(given) } else { Err((Failure::Expired, Some(given))) }
    }
}
