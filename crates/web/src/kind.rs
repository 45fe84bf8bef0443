//! What is stored: one file a kind. Names of documents are `<SCOPE>/<name>`, see [`identity`](crate::identity).

pub mod api_key;
pub mod association;
pub mod ip_set;
pub mod logging;
pub mod managed_rule_set;
pub mod managed_version;
pub mod permission_policy;
pub mod regex_pattern_set;
pub mod rule_group;
pub mod tags;
pub mod vendor;
pub mod web_acl;

pub use api_key::{ApiKey, ApiKeys};
pub use association::{Association, Associations};
pub use ip_set::IpSets;
pub use logging::LoggingConfigurations;
pub use managed_rule_set::{ManagedRuleSets, StoredRuleSet};
pub use managed_version::{ManagedVersions, StoredVersion};
pub use permission_policy::{PermissionPolicies, PermissionPolicy};
pub use regex_pattern_set::RegexPatternSets;
pub use rule_group::RuleGroups;
pub use tags::{Tagged, Tags};
pub use vendor::{Vendor, Vendors};
pub use web_acl::WebAcls;

use bartizan_policy::Kind;
use bartizan_wire::{Path, Violations};

use crate::complaint::Complaint;
use crate::identity::Resource;

/// A kind whose documents have a name, an id and an ARN.
pub trait Entity: Kind {
    /// Its sort in ARNs.
    const RESOURCE: Resource;
    /// So many in a scope at most [WAF quotas].
    const COUNT_MAX: usize;

    /// The document's id.
    fn id(document: &Self::Document) -> &str;
}

/// Reports complaints about a whole document.
pub(crate) fn report(complaints: Vec<Complaint>, out: &mut Violations) {
    for complaint in complaints {
        complaint.push(&Path::root(), out);
    }
}

/// Reports a document that takes the place of another one of the same name, as a roll-back beyond a deletion would: what
/// refers to the one by its ARN must not find the other.
pub(crate) fn report_other<K: Entity>(next: &K::Document, prior: Option<&K::Document>, out: &mut Violations) {
    if prior.is_some_and(|prior| K::id(prior) != K::id(next)) {
        let reason = "This is another one, which had the same name: it was deleted before the present one was created.";
        report(vec![Complaint::new(K::RESOURCE.field(), "Id", reason)], out);
    }
}

/// Nothing, or all complaints about a document.
pub(crate) fn settled(complaints: Vec<Complaint>) -> Result<(), Violations> {
    let mut out = Violations::new();
    report(complaints, &mut out);
    if out.is_empty() { Ok(()) } else { Err(out) }
}
