//! Permits: proof that a principal may do something. A permit can be had only by deciding (R6), and nothing is
//! committed without one for its kind (A1).

use bartizan_ledger::Key;
use bartizan_wire::{Realm, ResourceName};

/// Who is asking, as authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Such as `root` or `agent/mi-0123456789abcdef0`.
    pub name: String,
    /// The realm whose documents it may see.
    pub realm: Realm,
}

/// Decides. Implemented by `access`.
pub trait Authorizer: Send + Sync + std::fmt::Debug {
    /// `Err` carries the reason, for the audit and the client.
    fn decide(&self, principal: &Principal, action: &str, resource: &ResourceName) -> Result<(), String>;
}

/// Proof of a decision: this principal may do this action to this resource, and may commit these kinds.
#[derive(Debug, Clone)]
pub struct Permit {
    principal: Principal,
    action: &'static str,
    resource: ResourceName,
    writes: &'static [&'static str],
}

impl Permit {
    /// Asks, and returns the proof or the reason for the denial. `writes` are the kinds that the action may commit.
    pub fn decide(
        authorizer: &dyn Authorizer,
        principal: &Principal,
        action: &'static str,
        resource: ResourceName,
        writes: &'static [&'static str],
    ) -> Result<Self, String> {
        authorizer.decide(principal, action, &resource)?;
        Ok(Self { principal: principal.clone(), action, resource, writes })
    }

    /// Who.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What.
    #[must_use]
    pub fn action(&self) -> &'static str {
        self.action
    }

    /// To which resource.
    #[must_use]
    pub fn resource(&self) -> &ResourceName {
        &self.resource
    }

    /// Stands for every kind, in the list of what an operation may commit.
    pub const ANY_KIND: &'static str = "*";

    /// INVARIANT: A1. True if a change of this key may be committed under this permit.
    #[must_use]
    pub fn covers(&self, key: &Key) -> bool {
        key.realm == self.principal.realm && self.writes.iter().any(|kind| *kind == key.kind || *kind == Self::ANY_KIND)
    }
}
