//! Violations: what is wrong, where, and with which value.

use crate::Path;

/// Which rule a value broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A JSON type that cannot stand here. The vendor answers these with a serialization error, apart from constraints.
    Type {
        /// What is expected, in words.
        expected: &'static str,
    },
    /// A required member is absent or null.
    Required,
    /// A constraint of the model; the text is the vendor's sentence, such as `Member must have length less than or equal to 10`.
    Constraint(String),
    /// A rule between members, or of the service; the text stands by itself.
    Review(String),
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, in the vendor's spelling: `approvalRules.patchRules.1.member.approveAfterDays`.
    pub at: String,
    /// The value as shown to the client; `None` for an absent value, which is rendered `null`.
    pub value: Option<String>,
    /// What it breaks.
    pub rule: Rule,
}

/// All broken rules of one value, in document order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// How many are kept; more are counted but not stored, so that a hostile document cannot grow an error without bound.
    pub const KEPT_MAX: usize = 100;

    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one at `at`.
    pub fn push(&mut self, at: &Path, value: Option<String>, rule: Rule) {
        if self.0.len() < Self::KEPT_MAX {
            self.0.push(Violation { at: at.to_string(), value, rule });
        }
    }

    /// Adds a rule between members, which stands without a value.
    pub fn review(&mut self, at: &Path, text: impl Into<String>) {
        self.push(at, None, Rule::Review(text.into()));
    }

    /// True when nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many were kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// In document order.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }

    /// The first type mismatch: such a request is a serialization error rather than a validation error.
    #[must_use]
    pub fn first_type_mismatch(&self) -> Option<&Violation> {
        self.0.iter().find(|violation| matches!(violation.rule, Rule::Type { .. }))
    }
}
