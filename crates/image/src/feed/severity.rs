//! How bad it is.

use std::str::FromStr as _;

use serde::{Deserialize, Serialize};

/// In five steps, as the vendor of sensors has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Of no importance, or scored 0.
    Minimal,
    /// Scored below 4.
    Low,
    /// Scored below 7.
    Medium,
    /// Scored below 9.
    High,
    /// Scored 9 or more, or exploited.
    Critical,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Minimal];

    /// By the base score of CVSS.
    #[must_use]
    pub fn of_score(score: f64) -> Self {
        match score {
            score if score >= 9.0 => Self::Critical,
            score if score >= 7.0 => Self::High,
            score if score >= 4.0 => Self::Medium,
            score if score > 0.0 => Self::Low,
            _ => Self::Minimal,
        }
    }

    /// By the word of a distribution or a database; `None` for one that says nothing.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Some(Self::Critical),
            "high" | "important" => Some(Self::High),
            "medium" | "moderate" => Some(Self::Medium),
            "low" => Some(Self::Low),
            "negligible" | "unimportant" | "none" | "minimal" => Some(Self::Minimal),
            _ => None,
        }
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Minimal => "minimal",
        }
    }

    /// 5 for the worst, 1 for the least.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Critical => 5,
            Self::High => 4,
            Self::Medium => 3,
            Self::Low => 2,
            Self::Minimal => 1,
        }
    }
}

/// A vector of CVSS and its base score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scored {
    /// As written.
    pub vector: String,
    /// 0 to 10.
    pub score: f64,
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: &'static str,
}

/// The score of the best of some vectors: version 3.1, then 3.0, 4.0 and 2.0. `None` if none can be scored.
#[must_use]
pub fn scored<'a>(vectors: impl IntoIterator<Item = &'a String>) -> Option<Scored> {
    let scored = vectors.into_iter().filter_map(|vector| {
        let parsed = cvss::Cvss::from_str(vector).ok()?;
        let (rank, version) = match &parsed {
            cvss::Cvss::CvssV31(_) => (0, "3.1"),
            cvss::Cvss::CvssV30(_) => (1, "3.0"),
            cvss::Cvss::CvssV40(_) => (2, "4.0"),
            _ => (3, "2.0"),
        };
        Some((rank, Scored { vector: vector.clone(), score: parsed.score(), version }))
    });
    scored.min_by_key(|(rank, _)| *rank).map(|(_, scored)| scored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_vector_is_scored() {
        let vectors = [
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N".to_owned(),
            "nonsense".to_owned(),
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned(),
        ];
        let best = scored(&vectors).unwrap();
        assert_eq!((best.score, best.version), (9.8, "3.1"));
        assert_eq!(scored(&vectors[..1]).unwrap().version, "4.0");
        assert_eq!(scored(&vectors[1..2]), None);
        assert_eq!(Severity::of_score(best.score), Severity::Critical);
    }
}
