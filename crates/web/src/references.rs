//! What rules refer to: IP sets, regex pattern sets, rule groups and managed rule groups.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_ledger::{Entry, Key, StoreError};
use bartizan_policy::{Cx, Kind, lifecycle};
use bartizan_wire::Realm;

use crate::complaint::Complaint;
use crate::document::{ManagedRuleGroupStatement, Rule, RuleGroup, RuleGroupReferenceStatement, Scope, Statement};
use crate::identity::{self, Named, Resource};
use crate::kind::{IpSets, ManagedRuleSets, RegexPatternSets, RuleGroups, StoredRuleSet};
use crate::walk;
use crate::wcu::Prices;

/// Statements of a list of rules that refer to something, at most [WAF quotas].
pub const REFERENCES_MAX: usize = 50;

/// Something that a statement refers to.
#[derive(Debug, Clone, Copy)]
pub enum Reference<'a> {
    /// By its ARN, which must be of this sort.
    Own(Resource, &'a str),
    /// By vendor and name.
    Managed(&'a ManagedRuleGroupStatement),
}

/// What the rules refer to, in their order, repetitions included.
#[must_use]
pub fn of(rules: &[Rule]) -> Vec<Reference<'_>> {
    walk::statements(rules).into_iter().filter_map(refer).collect()
}

fn refer(statement: &Statement) -> Option<Reference<'_>> {
    match statement {
        Statement::IpSetReference(set) => Some(Reference::Own(Resource::IpSet, &set.arn)),
        Statement::RegexPatternSetReference(set) => Some(Reference::Own(Resource::RegexPatternSet, &set.arn)),
        Statement::RuleGroupReference(group) => Some(Reference::Own(Resource::RuleGroup, &group.arn)),
        Statement::ManagedRuleGroup(group) => Some(Reference::Managed(group)),
        _ => None,
    }
}

/// The documents that the rules refer to, each once. What is not written as it must be leads nowhere.
#[must_use]
pub fn keys(rules: &[Rule], scope: Scope, realm: &Realm) -> Vec<Key> {
    let key = |kind: &str, name: String| Key { realm: realm.clone(), kind: kind.to_owned(), name };
    let lead = |reference: Reference<'_>| match reference {
        Reference::Own(_, arn) => {
            let named = Named::read(realm, arn).ok().filter(|named| named.scope == scope)?;
            let kind = match named.resource {
                Resource::IpSet => IpSets::NAME,
                Resource::RegexPatternSet => RegexPatternSets::NAME,
                Resource::RuleGroup => RuleGroups::NAME,
                Resource::WebAcl | Resource::ManagedRuleSet => return None,
            };
            Some(key(kind, named.stored()))
        }
        Reference::Managed(group) => Some(key(ManagedRuleSets::NAME, identity::stored(scope, &group.name))),
    };
    let found: BTreeSet<Key> = of(rules).into_iter().filter_map(lead).collect();
    found.into_iter().collect()
}

/// The documents that rules refer to, as far as there are any.
#[derive(Debug, Default)]
pub struct Resolved {
    sets: BTreeSet<String>,
    groups: BTreeMap<String, RuleGroup>,
    managed: BTreeMap<(String, String), StoredRuleSet>,
}

impl Resolved {
    /// Reads what the rules refer to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read(cx: &Cx, rules: &[Rule], scope: Scope) -> Result<Self, StoreError> {
        let mut entries = Vec::new();
        for key in keys(rules, scope, &cx.realm) {
            entries.extend(cx.ledger.head(&key).await?.filter(|entry| entry.body.is_some()));
        }
        Self::of_documents(&entries)
    }

    /// From entries that the life cycle has found.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn of_entries(entries: &[Entry]) -> Result<Self, Complaint> {
        Self::of_documents(entries).map_err(|_| {
            Complaint::new("RULE", "Statement", "A reference in your rule statement is not valid: it cannot be read.")
        })
    }

    fn of_documents(entries: &[Entry]) -> Result<Self, StoreError> {
        let mut resolved = Self::default();
        for entry in entries.iter().cloned() {
            if entry.key.kind == IpSets::NAME {
                resolved.sets.extend(lifecycle::open::<IpSets>(entry)?.map(|held| held.document.arn.clone()));
            } else if entry.key.kind == RegexPatternSets::NAME {
                let held = lifecycle::open::<RegexPatternSets>(entry)?;
                resolved.sets.extend(held.and_then(|held| held.document.arn.clone()));
            } else if entry.key.kind == RuleGroups::NAME {
                if let Some(held) = lifecycle::open::<RuleGroups>(entry)? {
                    resolved.groups.insert(held.document.arn.clone(), held.document.into_inner());
                }
            } else if entry.key.kind == ManagedRuleSets::NAME
                && let Some(held) = lifecycle::open::<ManagedRuleSets>(entry)?
            {
                let set = held.document.into_inner();
                resolved.managed.insert((set.vendor_name.clone(), set.name.clone()), set);
            }
        }
        Ok(resolved)
    }

    /// The managed rule set that a statement runs.
    #[must_use]
    pub fn managed(&self, group: &ManagedRuleGroupStatement) -> Option<&StoredRuleSet> {
        self.managed.get(&(group.vendor_name.clone(), group.name.clone()))
    }

    /// Takes a managed rule set to be like this.
    pub fn assume(&mut self, set: StoredRuleSet) {
        self.managed.insert((set.vendor_name.clone(), set.name.clone()), set);
    }

    /// What is wrong with what the rules refer to.
    #[must_use]
    pub fn review(&self, rules: &[Rule]) -> Vec<Complaint> {
        let mut found = Vec::new();
        for reference in of(rules) {
            match reference {
                Reference::Own(resource, arn) => {
                    let known = match resource {
                        Resource::RuleGroup => self.groups.contains_key(arn),
                        _ => self.sets.contains(arn) && arn.contains(&format!("/{}/", resource.in_arn())),
                    };
                    if !known {
                        found.push(invalid(arn));
                    }
                }
                Reference::Managed(group) if self.managed(group).is_none() => {
                    found.push(invalid(&format!("{}/{}", group.vendor_name, group.name)));
                }
                Reference::Managed(_) => {}
            }
        }
        for statement in walk::statements(rules) {
            if let Statement::RuleGroupReference(group) = statement {
                found.extend(self.unknown_rules(group));
            }
        }
        found
    }

    /// Of an own group, a rule that is overridden must be there.
    fn unknown_rules(&self, statement: &RuleGroupReferenceStatement) -> Vec<Complaint> {
        let Some(group) = self.groups.get(&statement.arn) else { return Vec::new() };
        let overridden = statement.rule_action_overrides.iter().flatten().map(|over| &over.name);
        let excluded = statement.excluded_rules.iter().flatten().map(|excluded| &excluded.name);
        let unknown =
            overridden.chain(excluded).filter(|name| group.rules.iter().flatten().all(|rule| rule.name != **name));
        let reason = "The rule group has no rule of this name.";
        unknown.map(|name| Complaint::new("EXCLUDED_RULE", name.clone(), reason)).collect()
    }
}

fn invalid(what: &str) -> Complaint {
    let reason = format!(
        "A reference in your rule statement is not valid. `{what}` does not exist, or not in this scope, account and region."
    );
    Complaint::new("RULE", "Statement", reason)
}

impl Prices for Resolved {
    fn rule_group(&self, arn: &str) -> Option<i64> {
        self.groups.get(arn).map(|group| group.capacity)
    }

    fn managed(&self, statement: &ManagedRuleGroupStatement) -> Option<i64> {
        Self::managed(self, statement)?.capacity(statement.version.as_deref())
    }
}
