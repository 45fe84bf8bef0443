//! Where the contents of indices come from.

use std::sync::Arc;

use bartizan_wire::Timestamp;

use crate::observe::Index;

/// The indices that have been received, by digest.
pub trait Offers {
    /// The content of an index; `None` if it has not been received yet.
    fn index(&self, digest: &str) -> Option<Arc<Index>>;

    /// When a version was first seen to be offered, where that is remembered. Used by date rules only.
    fn first_seen(&self, _name: &str, _architecture: &str, _version: &str) -> Option<Timestamp> {
        None
    }
}

impl Offers for std::collections::BTreeMap<String, Arc<Index>> {
    fn index(&self, digest: &str) -> Option<Arc<Index>> {
        self.get(digest).cloned()
    }
}
