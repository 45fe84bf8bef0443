//! Where in a document: `approvalRules.patchRules.1.member.approveAfterDays`, as the vendor spells it.

use std::borrow::Cow;
use std::fmt;

use crate::shown::NAME_CHARS_MAX;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A member of a structure, by its wire name.
    Member(Cow<'static, str>),
    /// An item of a list, counted from zero here and from one when shown.
    Item(usize),
    /// A value of a map, by its key.
    Value(String),
}

/// A place in a document, pushed and popped while it is walked.
///
/// A place below a sensitive member knows so: [`Violations`](crate::Violations) keeps no value found there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path {
    steps: Vec<Step>,
    /// How many sensitive members enclose this place.
    hidden: usize,
}

impl Path {
    /// Stands in the place of a map's key below a sensitive member.
    pub const HIDDEN: &'static str = "*";

    /// The document itself.
    #[must_use]
    pub const fn root() -> Self {
        Self { steps: Vec::new(), hidden: 0 }
    }

    /// Walks into the member with this wire name.
    pub fn member<R>(&mut self, name: impl Into<Cow<'static, str>>, walk: impl FnOnce(&mut Self) -> R) -> R {
        self.step(Step::Member(name.into()), walk)
    }

    /// Walks into a list's item; `index` counts from zero.
    pub fn item<R>(&mut self, index: usize, walk: impl FnOnce(&mut Self) -> R) -> R {
        self.step(Step::Item(index), walk)
    }

    /// Walks into a map's value. Of a long key only the beginning is shown.
    pub fn value<R>(&mut self, key: &str, walk: impl FnOnce(&mut Self) -> R) -> R {
        let key = if self.is_sensitive() { Self::HIDDEN } else { key };
        self.step(Step::Value(key.chars().take(NAME_CHARS_MAX).collect()), walk)
    }

    /// Everything that is walked inside is sensitive: no value of it is kept or shown.
    pub fn sensitive<R>(&mut self, walk: impl FnOnce(&mut Self) -> R) -> R {
        self.hidden += 1;
        let result = walk(self);
        self.hidden -= 1;
        result
    }

    /// True below a sensitive member.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        self.hidden > 0
    }

    fn step<R>(&mut self, step: Step, walk: impl FnOnce(&mut Self) -> R) -> R {
        self.steps.push(step);
        let result = walk(self);
        self.steps.pop();
        result
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            match step {
                Step::Member(name) => write_lower_camel(f, name)?,
                Step::Item(index) => write!(f, "{}.member", index.saturating_add(1))?,
                Step::Value(key) => write!(f, "{key}.member")?,
            }
        }
        Ok(())
    }
}

/// The vendor lowers the first letter and nothing else: `CVEIds` is shown as `cVEIds`.
fn write_lower_camel(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    let mut rest = name.chars();
    if let Some(first) = rest.next() {
        write!(f, "{}", first.to_ascii_lowercase())?;
    }
    f.write_str(rest.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop_oneof, proptest};

    use super::{Path, Step};

    #[test]
    fn is_spelled_as_the_vendor_spells_it() {
        let mut at = Path::root();
        assert_eq!(at.to_string(), "");
        at.member("ApprovalRules", |at| {
            at.member("PatchRules", |at| {
                at.item(0, |at| {
                    assert_eq!(at.to_string(), "approvalRules.patchRules.1.member");
                    at.member("CVEIds", |at| assert_eq!(at.to_string(), "approvalRules.patchRules.1.member.cVEIds"));
                });
            });
        });
        at.member("Tags", |at| at.value("Owner", |at| assert_eq!(at.to_string(), "tags.Owner.member")));
        assert_eq!(at, Path::root(), "every step is taken back");
    }

    /// Walks down by the steps, and tells the place at the end.
    fn walk(at: &mut Path, steps: &[Step]) -> String {
        let Some((first, rest)) = steps.split_first() else { return at.to_string() };
        match first.clone() {
            Step::Member(name) => at.member(name, |at| walk(at, rest)),
            Step::Item(index) => at.item(index, |at| walk(at, rest)),
            Step::Value(key) => at.value(&key, |at| walk(at, rest)),
        }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            "[A-Z][A-Za-z]{0,8}".prop_map(|name| Step::Member(name.into())),
            (0..1_000_usize).prop_map(Step::Item),
            "[a-z:_-]{1,8}".prop_map(Step::Value),
        ]
    }

    proptest! {
        #[test]
        fn every_step_shows_once_in_order(steps in proptest::collection::vec(any_step(), 0..12)) {
            let mut at = Path::root();
            let shown = walk(&mut at, &steps);
            assert_eq!(at, Path::root());
            let mut words = shown.split('.').filter(|word| !word.is_empty());
            for step in &steps {
                let word = words.next().unwrap();
                match step {
                    Step::Member(name) => {
                        assert!(word.eq_ignore_ascii_case(name) && word.starts_with(|c: char| c.is_ascii_lowercase()));
                        assert_eq!(word.get(1..), name.get(1..));
                        continue;
                    }
                    Step::Item(index) => assert_eq!(word, (index + 1).to_string()),
                    Step::Value(key) => assert_eq!(word, key),
                }
                assert_eq!(words.next(), Some("member"));
            }
            assert_eq!(words.next(), None);
        }
    }

    #[test]
    fn hides_keys_below_a_sensitive_member() {
        let mut at = Path::root();
        at.member("Secrets", |at| {
            at.sensitive(|at| at.value("hunter2", |at| assert_eq!(at.to_string(), "secrets.*.member")));
            assert!(!at.is_sensitive());
        });
    }
}
