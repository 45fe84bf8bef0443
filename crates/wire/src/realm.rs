//! A realm: the account and region that a document lives in.

use serde::{Deserialize, Serialize};

/// An account in a region. Nothing in one realm can be seen from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Realm {
    /// Twelve digits.
    pub account: String,
    /// Such as `us-east-1`.
    pub region: String,
}
