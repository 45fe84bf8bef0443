//! Violations: what is wrong, where, and with which value.

use std::fmt;

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
    /// A rule of a service whose errors name the parameter in members of their own, as WAF's
    /// `WAFInvalidParameterException` does.
    Parameter {
        /// Which of the vendor's fields, such as `RATE_BASED_STATEMENT`.
        field: &'static str,
        /// What in it is wrong: a name, or a value.
        parameter: String,
        /// Why, as a sentence.
        reason: String,
    },
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, in the vendor's spelling: `approvalRules.patchRules.1.member.approveAfterDays`.
    pub at: String,
    /// The value as shown to the client, shortened to [`Violations::VALUE_CHARS_MAX`]; for a type mismatch, the kind of
    /// value that was found (`a number`). `None` for an absent value, for a rule between members and for a sensitive value.
    pub value: Option<String>,
    /// What it breaks.
    pub rule: Rule,
}

impl fmt::Display for Violation {
    /// The vendor's sentence about one violation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = &self.at;
        match (&self.rule, &self.value) {
            (Rule::Review(text), _) => f.write_str(text),
            (Rule::Parameter { field, parameter, reason }, _) => {
                write!(f, "Error reason: {reason}, field: {field}, parameter: {parameter}")
            }
            (Rule::Required, _) => {
                write!(f, "Value null at '{at}' failed to satisfy constraint: Member must not be null")
            }
            (Rule::Constraint(text), Some(value)) => {
                write!(f, "Value '{value}' at '{at}' failed to satisfy constraint: {text}")
            }
            // The vendor's form for a sensitive member.
            (Rule::Constraint(text), None) => write!(f, "Value at '{at}' failed to satisfy constraint: {text}"),
            (Rule::Type { expected }, Some(found)) => {
                write!(f, "Value at '{at}' must be {expected}, but it is {found}")
            }
            (Rule::Type { expected }, None) => write!(f, "Value at '{at}' must be {expected}"),
        }
    }
}

/// All broken rules of one value, in document order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations {
    kept: Vec<Violation>,
    /// All that were reported, kept or not.
    reported: usize,
}

impl Violations {
    /// How many are kept; more are counted but not stored, so that a hostile document cannot grow an error without bound.
    pub const KEPT_MAX: usize = 100;
    /// How much of a value is shown, in characters.
    pub const VALUE_CHARS_MAX: usize = 256;

    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one at `at`. The value is dropped below a sensitive member.
    pub fn push(&mut self, at: &Path, value: Option<String>, rule: Rule) {
        self.push_with(at, || value, rule);
    }

    /// As [`push`](Self::push), but makes the text of the value only if it will be kept.
    pub fn push_with(&mut self, at: &Path, value: impl FnOnce() -> Option<String>, rule: Rule) {
        self.reported = self.reported.saturating_add(1);
        if !self.is_full() {
            let value = if at.is_sensitive() { None } else { value().map(shorten) };
            self.kept.push(Violation { at: at.to_string(), value, rule });
        }
    }

    /// Adds one that was reported elsewhere.
    pub(crate) fn keep(&mut self, violation: Violation) {
        self.reported = self.reported.saturating_add(1);
        if !self.is_full() {
            self.kept.push(violation);
        }
    }

    /// Adds a rule between members, which stands without a value.
    pub fn review(&mut self, at: &Path, text: impl Into<String>) {
        self.push(at, None, Rule::Review(text.into()));
    }

    /// Adds a rule of a service about one of its parameters; see [`Rule::Parameter`].
    pub fn parameter(
        &mut self,
        at: &Path,
        field: &'static str,
        parameter: impl Into<String>,
        reason: impl Into<String>,
    ) {
        self.push(at, None, Rule::Parameter { field, parameter: parameter.into(), reason: reason.into() });
    }

    /// True when nothing is wrong.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.reported == 0
    }

    /// How many were kept.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.kept.len()
    }

    /// How many were reported, of which at most [`KEPT_MAX`](Self::KEPT_MAX) were kept.
    #[must_use]
    pub const fn reported(&self) -> usize {
        self.reported
    }

    /// In document order.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.kept.iter()
    }

    /// True when further ones are only counted.
    pub(crate) const fn is_full(&self) -> bool {
        self.kept.len() >= Self::KEPT_MAX
    }

    /// The first type mismatch: such a request is a serialization error rather than a validation error.
    #[must_use]
    pub fn first_type_mismatch(&self) -> Option<&Violation> {
        self.kept.iter().find(|violation| matches!(violation.rule, Rule::Type { .. }))
    }

    /// The text in the vendor's form: `2 validation errors detected: Value ...; Value ...`. Rules between members stand
    /// as sentences of their own behind it, or alone.
    #[must_use]
    pub fn render(&self) -> String {
        let (reviews, constraints): (Vec<_>, Vec<_>) =
            self.kept.iter().partition(|violation| matches!(violation.rule, Rule::Review(_) | Rule::Parameter { .. }));
        let mut text = String::new();
        if !constraints.is_empty() {
            let count = self.reported.saturating_sub(reviews.len());
            let plural = if count == 1 { "" } else { "s" };
            text = format!("{count} validation error{plural} detected: {}", joined(&constraints, "; "));
        }
        if !reviews.is_empty() {
            if !text.is_empty() {
                text.push_str(". ");
            }
            text.push_str(&joined(&reviews, " "));
        }
        text
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}

impl std::error::Error for Violations {}

fn joined(violations: &[&Violation], between: &str) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// The first [`Violations::VALUE_CHARS_MAX`] characters, marked when there were more.
fn shorten(value: String) -> String {
    match value.char_indices().nth(Violations::VALUE_CHARS_MAX) {
        None => value,
        Some((end, _)) => format!("{}...", value.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, Violations};
    use crate::Path;

    fn constraint(text: &str) -> Rule {
        Rule::Constraint(text.to_owned())
    }

    #[test]
    fn renders_one_and_several() {
        let mut out = Violations::new();
        let mut at = Path::root();
        at.member("Name", |at| {
            out.push(at, Some("ab".into()), constraint("Member must have length greater than or equal to 3"));
        });
        assert_eq!(
            out.render(),
            "1 validation error detected: Value 'ab' at 'name' failed to satisfy constraint: \
             Member must have length greater than or equal to 3"
        );
        at.member("BaselineId", |at| out.push(at, None, Rule::Required));
        assert_eq!(
            out.render(),
            "2 validation errors detected: Value 'ab' at 'name' failed to satisfy constraint: \
             Member must have length greater than or equal to 3; \
             Value null at 'baselineId' failed to satisfy constraint: Member must not be null"
        );
    }

    #[test]
    fn a_rule_between_members_stands_alone_or_behind() {
        let mut out = Violations::new();
        let mut at = Path::root();
        out.review(&at, "ApproveAfterDays and ApproveUntilDate exclude each other");
        assert_eq!(out.render(), "ApproveAfterDays and ApproveUntilDate exclude each other");
        at.member("Name", |at| out.push(at, None, Rule::Required));
        assert_eq!(
            out.render(),
            "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null. \
             ApproveAfterDays and ApproveUntilDate exclude each other"
        );
    }

    #[test]
    fn never_shows_a_sensitive_value() {
        let mut out = Violations::new();
        let mut at = Path::root();
        at.member("Password", |at| {
            at.sensitive(|at| out.push(at, Some("hunter2".into()), constraint("Member must be longer")));
        });
        assert_eq!(
            out.render(),
            "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must be longer"
        );
    }

    #[test]
    fn shortens_values_by_characters() {
        let mut out = Violations::new();
        out.push(&Path::root(), Some("ä".repeat(Violations::VALUE_CHARS_MAX)), constraint("x"));
        out.push(&Path::root(), Some("ä".repeat(Violations::VALUE_CHARS_MAX + 1)), constraint("x"));
        let shown: Vec<usize> = out.iter().map(|v| v.value.as_deref().unwrap().chars().count()).collect();
        assert_eq!(shown, [Violations::VALUE_CHARS_MAX, Violations::VALUE_CHARS_MAX + 3]);
    }

    #[test]
    fn counts_more_than_it_keeps() {
        let mut out = Violations::new();
        for _ in 0..Violations::KEPT_MAX + 5 {
            out.push(&Path::root(), None, Rule::Required);
        }
        assert_eq!((out.len(), out.reported()), (Violations::KEPT_MAX, Violations::KEPT_MAX + 5));
        assert!(out.render().starts_with("105 validation errors detected: "));
    }
}
