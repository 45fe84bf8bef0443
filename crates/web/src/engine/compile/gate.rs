//! Gates: one search of a view tells of many rules that they do not match.

use std::ops::Range;

use super::super::plan::{Gate, Rule, What};
use super::super::statement::{Look, Malformed, Node, Test};
use crate::document::OversizeHandling;

/// Gives the rules of one list their gates.
pub(super) fn set<'r>(rules: impl DoubleEndedIterator<Item = &'r mut Rule> + ExactSizeIterator) {
    let mut until = rules.len();
    let mut behind: Option<Gate> = None;
    for (number, rule) in rules.enumerate().rev() {
        let gate = match &rule.what {
            // whoever looks for places has labels to give, whatever the patterns do
            What::Match { statement, .. } if rule.places.is_empty() => of(statement),
            _ => None,
        };
        let gate = gate.map(|(look, patterns)| Gate { view: look.view, root: look.root, patterns, until });
        rule.gate = gate.map(|mut gate| {
            let goes_on =
                behind.as_ref().is_some_and(|next| next.view == gate.view && gate.patterns.end <= next.patterns.start);
            gate.until = if goes_on { until } else { number + 1 };
            gate
        });
        until = rule.gate.as_ref().map_or(number, |gate| gate.until);
        behind.clone_from(&rule.gate);
    }
}

/// Where a statement looks for texts, and for which: one that looks in one view, or several of which one must match.
fn of(node: &Node) -> Option<(&Look, Range<u32>)> {
    match &node.test {
        Test::Text { look, patterns, .. } if is_plain(look) => {
            let (first, last) = (patterns.first()?.number(), patterns.last()?.number());
            Some((look, first..last + 1))
        }
        Test::Any(nodes) => {
            let mut all = nodes.iter().map(of);
            all.next()?.and_then(|first| {
                all.try_fold(first, |(look, range), next| {
                    let (other, next) = next?;
                    (other.view == look.view && range.end <= next.start).then_some((look, range.start..next.end))
                })
            })
        }
        _ => None,
    }
}

/// True if a statement says no wherever no pattern matches.
fn is_plain(look: &Look) -> bool {
    !look.missing && look.oversize == OversizeHandling::Continue && matches!(look.malformed, Malformed::Inspect)
}
