//! Stored sets of regular expressions.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Violations};

use super::{Entity, report, report_other};
use crate::complaint::Complaint;
use crate::document::{Regex, RegexPatternSet};
use crate::identity::Resource;
use crate::regex_dialect;

/// Expressions of one set at most [WAF quotas].
pub const EXPRESSIONS_MAX: usize = 10;

/// The kind of regex pattern sets.
#[derive(Debug)]
pub struct RegexPatternSets;

impl Kind for RegexPatternSets {
    const NAME: &'static str = "web/regex-pattern-set";
    type Document = RegexPatternSet;
    type Plan = ();

    fn review(next: &RegexPatternSet, prior: Option<&RegexPatternSet>, out: &mut Violations) {
        report(review(next), out);
        report_other::<Self>(next, prior, out);
    }

    fn compile(_document: &Checked<RegexPatternSet>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl Entity for RegexPatternSets {
    const RESOURCE: Resource = Resource::RegexPatternSet;
    const COUNT_MAX: usize = 10;

    fn id(document: &RegexPatternSet) -> &str {
        document.id.as_deref().unwrap_or_default()
    }
}

/// What is wrong with the expressions.
fn review(set: &RegexPatternSet) -> Vec<Complaint> {
    malformed(set.regular_expression_list.as_deref().unwrap_or_default())
}

/// The same of a list that is not in a set yet.
pub(crate) fn malformed(list: &[Regex]) -> Vec<Complaint> {
    let mut found = Vec::new();
    for regex in list {
        match &regex.regex_string {
            None => found.push(Complaint::new("REGEX_PATTERN_SET", "RegexString", "An expression has a RegexString.")),
            Some(written) => found.extend(regex_dialect::review(written, "REGEX_PATTERN_SET")),
        }
    }
    found
}
