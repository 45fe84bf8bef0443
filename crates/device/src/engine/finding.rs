//! [`Finding`]: what the engine says.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bartizan_wire::Timestamp;
use sha2::{Digest, Sha256};

use crate::behavior::{ConfidenceLevel, MetricValue};

/// Names an alarm from its beginning to its end: 32 hexadecimal digits.
///
/// It is a digest of whose alarm it is and when it began, so that a replay of the same observations gives the same ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViolationId(pub [u8; 16]);

impl ViolationId {
    /// The id of the alarm that began at a time.
    #[must_use]
    pub fn of(profile: &str, behavior: &str, thing: &str, started: Timestamp) -> Self {
        let mut hash = Sha256::new();
        for part in [profile.as_bytes(), behavior.as_bytes(), thing.as_bytes(), &started.0.to_be_bytes()] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        Self(id)
    }
}

impl fmt::Display for ViolationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ViolationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoViolationId;

impl FromStr for ViolationId {
    type Err = NoViolationId;

    fn from_str(text: &str) -> Result<Self, NoViolationId> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(hexadecimal) {
            return Err(NoViolationId);
        }
        let value = u128::from_str_radix(text, 16).map_err(|_| NoViolationId)?;
        Ok(Self(value.to_be_bytes()))
    }
}

/// One alarm at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Whose.
    pub thing: Arc<str>,
    /// Of which profile.
    pub profile: Arc<str>,
    /// Its name in the profile; [`Plan::behavior`](super::Plan::behavior) has the whole.
    pub behavior: Arc<str>,
    /// The alarm's.
    pub id: ViolationId,
    /// When the alarm began.
    pub started: Timestamp,
    /// When this happened: the time of the datapoint, or of the tick that decided.
    pub at: Timestamp,
    /// What was measured; `None` where nothing was.
    pub value: Option<MetricValue>,
    /// Of a behavior that a model judges.
    pub confidence: Option<ConfidenceLevel>,
}

/// What becomes of an alarm.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// It begins.
    Alarm(Verdict),
    /// It holds, and was violated once more: no event, but the last value and time move.
    Refreshed(Verdict),
    /// Enough conforming datapoints have come.
    Cleared(Verdict),
    /// Nothing was heard for more than two days, or nothing covers the thing any more, or the behavior is gone.
    Invalidated(Verdict),
}

impl Finding {
    /// Whose alarm, and when.
    #[must_use]
    pub const fn verdict(&self) -> &Verdict {
        match self {
            Self::Alarm(verdict) | Self::Refreshed(verdict) | Self::Cleared(verdict) | Self::Invalidated(verdict) => {
                verdict
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_readable() {
        let id = ViolationId::of("P1", "MsgRate", "dev-7", Timestamp(1_790_000_100_000));
        assert_eq!(id.to_string(), ViolationId::of("P1", "MsgRate", "dev-7", Timestamp(1_790_000_100_000)).to_string());
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_ne!(id, ViolationId::of("P1M", "sgRate", "dev-7", Timestamp(1_790_000_100_000)));
        assert_ne!(id, ViolationId::of("P1", "MsgRate", "dev-7", Timestamp(1_790_000_100_001)));
        for wrong in [
            "",
            "174db59167fa474c80a652ad1583fd4",
            "174DB59167fa474c80a652ad1583fd44",
            "+74db59167fa474c80a652ad1583fd44",
        ] {
            assert_eq!(wrong.parse::<ViolationId>(), Err(NoViolationId));
        }
    }
}
