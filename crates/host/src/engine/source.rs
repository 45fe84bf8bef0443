//! What the engine compiles: a patch baseline of an apt family in the engine's own words. The document types map to it,
//! so that evaluation does not depend on how the vendor spells a request.

use serde::{Deserialize, Serialize};

use crate::system::OperatingSystem;

/// An operating system whose packages are installed by apt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Family {
    /// `DEBIAN`.
    #[default]
    Debian,
    /// `UBUNTU`.
    Ubuntu,
    /// `RASPBIAN`.
    Raspbian,
}

impl Family {
    /// The family of an operating system; `None` for one that apt does not serve.
    #[must_use]
    pub fn of(system: OperatingSystem) -> Option<Self> {
        match system {
            OperatingSystem::Debian => Some(Self::Debian),
            OperatingSystem::Ubuntu => Some(Self::Ubuntu),
            OperatingSystem::Raspbian => Some(Self::Raspbian),
            _ => None,
        }
    }

    /// The vendor's `OperatingSystem`.
    #[must_use]
    pub fn operating_system(self) -> &'static str {
        match self {
            Self::Debian => "DEBIAN",
            Self::Ubuntu => "UBUNTU",
            Self::Raspbian => "RASPBIAN",
        }
    }
}

/// What a filter looks at. Other keys of the vendor are not valid for apt families and are refused before this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FilterKey {
    /// The node's operating system and version.
    Product,
    /// `Priority` of a version.
    Priority,
    /// `Section` of a version.
    Section,
}

impl FilterKey {
    /// As the vendor spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "PRODUCT",
            Self::Priority => "PRIORITY",
            Self::Section => "SECTION",
        }
    }

    /// From the vendor's spelling; `None` for a key that apt families do not have.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Product, Self::Priority, Self::Section].into_iter().find(|key| key.as_str() == text)
    }
}

/// Values of one attribute, any of which passes. `*` as a whole value passes everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// What is looked at.
    pub key: FilterKey,
    /// At least one; compared without regard to case.
    pub values: Vec<String>,
}

/// A compliance level: how grave the organisation finds it that an approved patch is missing. Ordered, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// Nobody said.
    #[default]
    Unspecified,
    /// The lowest that a report names.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// The only level with a counter of its own.
    Critical,
}

impl Level {
    /// All, the gravest last.
    pub const ALL: [Self; 6] =
        [Self::Unspecified, Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// As the vendor spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Informational => "INFORMATIONAL",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    /// From the vendor's spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// What happens to a package on the rejected list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectedAction {
    /// It is not proposed, but may come as a dependency, and is then `InstalledOther`.
    #[default]
    AllowAsDependency,
    /// It may not be installed at all, and is `InstalledRejected` where it is.
    Block,
}

impl RejectedAction {
    /// As the vendor spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllowAsDependency => "ALLOW_AS_DEPENDENCY",
            Self::Block => "BLOCK",
        }
    }
}

/// What the dates of a rule mean where a package index gives no release dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Dating {
    /// They are stored and returned, and do not hold anything back. What the vendor does for apt families.
    #[default]
    Ignored,
    /// They are compared with the day on which the version was first seen in an index.
    FirstSeen,
}

/// One approval rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Rule {
    /// All must pass.
    pub filters: Vec<Filter>,
    /// Given to what the rule approves.
    pub level: Level,
    /// Without it the rule approves security updates only.
    pub enable_non_security: bool,
    /// Whole UTC days after release, 0 to 360.
    pub approve_after_days: Option<u32>,
    /// `YYYY-MM-DD`; that day still counts, in UTC.
    pub approve_until_date: Option<String>,
}

/// A patch baseline, ready to be compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Source {
    /// Whose hosts it is for.
    pub family: Family,
    /// What is considered at all by the rules; all must pass.
    pub global_filters: Vec<Filter>,
    /// Any of which may approve. Numbered from one in traces.
    pub rules: Vec<Rule>,
    /// Approved regardless of filters and rules.
    pub approved: Vec<String>,
    /// Given to what the approved list approves.
    pub approved_level: Level,
    /// Without it the approved list approves security updates only.
    pub approved_enable_non_security: bool,
    /// Never approved.
    pub rejected: Vec<String>,
    /// What the rejected list does beyond that.
    pub rejected_action: RejectedAction,
    /// What dates in rules mean.
    pub dating: Dating,
}
