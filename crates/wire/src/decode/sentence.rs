//! The vendor's sentences about constraints.

use crate::{Constraint, Shape};

/// What stands before the constraints of a list's items.
pub const EACH_ITEM: &str = "Member must satisfy constraint";
/// What stands before the constraints of a map's values.
pub const EACH_VALUE: &str = "Map value must satisfy constraint";
/// What stands before the constraints of a map's keys.
pub const EACH_KEY: &str = "Map keys must satisfy constraint";
/// Stands for a sensitive value inside a structure that is shown.
pub const REDACTED: &str = "*** Sensitive Data Redacted ***";

fn length_at_most(bound: u64) -> String {
    format!("Member must have length less than or equal to {bound}")
}

fn length_at_least(bound: u64) -> String {
    format!("Member must have length greater than or equal to {bound}")
}

fn value_at_most(bound: i64) -> String {
    format!("Member must have value less than or equal to {bound}")
}

fn value_at_least(bound: i64) -> String {
    format!("Member must have value greater than or equal to {bound}")
}

/// The sentence of a pattern, as the vendor spells it.
#[must_use]
pub fn must_match(pattern: &str) -> String {
    format!("Member must satisfy regular expression pattern: {pattern}")
}

/// The sentence of an enum.
#[must_use]
pub fn must_be_one_of(values: &[&str]) -> String {
    format!("Member must satisfy enum value set: [{}]", values.join(", "))
}

/// Adds what a length breaks.
pub fn length(length: usize, constraint: &Constraint, out: &mut Vec<String>) {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    out.extend(constraint.length_max.filter(|bound| length > *bound).map(length_at_most));
    out.extend(constraint.length_min.filter(|bound| length < *bound).map(length_at_least));
}

/// A number that is compared with a bound.
pub trait Number: Copy {
    /// True when it exceeds the bound.
    fn above(self, bound: i64) -> bool;
    /// True when it falls short of the bound.
    fn below(self, bound: i64) -> bool;
}

impl Number for i64 {
    fn above(self, bound: i64) -> bool {
        self > bound
    }
    fn below(self, bound: i64) -> bool {
        self < bound
    }
}

#[expect(clippy::cast_precision_loss, reason = "bounds of doubles in the models are small numbers")]
impl Number for f64 {
    fn above(self, bound: i64) -> bool {
        self > bound as f64
    }
    fn below(self, bound: i64) -> bool {
        self < bound as f64
    }
}

/// Adds what a number breaks.
pub fn range(number: impl Number, constraint: &Constraint, out: &mut Vec<String>) {
    out.extend(constraint.range_max.filter(|bound| number.above(*bound)).map(value_at_most));
    out.extend(constraint.range_min.filter(|bound| number.below(*bound)).map(value_at_least));
}

/// Adds one sentence when any of the values breaks its constraint: like the vendor, the whole constraint is told,
/// whichever part is broken.
pub fn each<'a, T: Shape + 'a>(
    prefix: &str,
    constraint: Option<&Constraint>,
    mut values: impl Iterator<Item = &'a T>,
    out: &mut Vec<String>,
) {
    let Some(constraint) = constraint else { return };
    let broken = values.any(|value| {
        let mut sentences = Vec::new();
        value.breaches(constraint, &mut sentences);
        !sentences.is_empty()
    });
    if broken {
        out.push(format!("{prefix}: [{}]", whole(constraint).join(", ")));
    }
}

/// Every sentence of a constraint, in the vendor's order.
fn whole(constraint: &Constraint) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(constraint.length_max.map(length_at_most));
    sentences.extend(constraint.length_min.map(length_at_least));
    sentences.extend(constraint.range_max.map(value_at_most));
    sentences.extend(constraint.range_min.map(value_at_least));
    sentences.extend(constraint.pattern.map(must_match));
    sentences.extend(constraint.key.map(|inner| format!("{EACH_KEY}: [{}]", whole(inner).join(", "))));
    sentences.extend(constraint.each.map(|inner| format!("{EACH_ITEM}: [{}]", whole(inner).join(", "))));
    sentences
}
