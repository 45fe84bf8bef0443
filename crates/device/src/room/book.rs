//! [`Book`]: the documents by which things are judged, as they stood at one place in the ledger, and who is where. It is
//! read from the ledger's feed alone, so that a replay to any place in it gives the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use bartizan_ledger::{Entry, Seq, StoreError};
use bartizan_policy::Kind;

use super::rules::Rules;
use crate::attachment::Attachments;
use crate::custom_metric::CustomMetrics;
use crate::dimension::Dimensions;
use crate::profile::SecurityProfiles;
use crate::roster::Fleet;
use crate::thing::Things;
use crate::thing_group::{Memberships, ThingGroups};

/// Kinds that decide by what things are judged.
const RULES: [&str; 4] = [SecurityProfiles::NAME, CustomMetrics::NAME, Dimensions::NAME, Attachments::NAME];
/// Kinds that decide which things belong where.
const MEMBERS: [&str; 3] = [ThingGroups::NAME, Things::NAME, Memberships::NAME];

/// True for an entry that the judgment of devices may depend on.
pub(crate) fn is_of_matter(kind: &str) -> bool {
    RULES.contains(&kind) || MEMBERS.contains(&kind)
}

/// Documents as they stood.
#[derive(Debug, Default)]
pub(crate) struct Book {
    seq: Seq,
    pub(crate) rules: Rules,
    /// Shared with previews, which look at it for longer than anybody may be held up.
    pub(crate) fleet: Arc<Fleet>,
}

/// Who must be looked at again after a change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Touched {
    /// Everybody: by what things are judged has changed, or a group came or went.
    All,
    /// These things: only where they belong has changed.
    Things(BTreeSet<Arc<str>>),
}

impl Book {
    /// The place in the ledger.
    pub(crate) fn seq(&self) -> Seq {
        self.seq
    }

    /// Takes entries in, in their order, up to a place in the ledger.
    ///
    /// # Errors
    /// When an entry cannot be read.
    pub(crate) fn apply_all(&mut self, entries: &[Entry], seq: Seq) -> Result<Touched, StoreError> {
        let mut all = false;
        let mut things = BTreeSet::new();
        for entry in entries {
            match entry.key.kind.as_str() {
                kind if RULES.contains(&kind) => {
                    self.rules.apply(entry)?;
                    all = true;
                }
                kind if MEMBERS.contains(&kind) => {
                    Arc::make_mut(&mut self.fleet).apply(entry)?;
                    if kind == ThingGroups::NAME {
                        all = true;
                    } else {
                        things.insert(Arc::from(entry.key.name.as_str()));
                    }
                }
                _ => {}
            }
        }
        self.seq = seq;
        Ok(if all { Touched::All } else { Touched::Things(things) })
    }
}
