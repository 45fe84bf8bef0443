//! Stored rule groups.

use bartizan_ledger::Key;
use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Realm, Violations};

use super::{Entity, report, report_other, settled};
use crate::complaint::Complaint;
use crate::document::RuleGroup;
use crate::identity::{Named, Resource};
use crate::references::{self, Resolved};
use crate::review::{self, Within};
use crate::wcu::{self, NoPrices, RULE_GROUP_MAX};

/// The kind of rule groups.
#[derive(Debug)]
pub struct RuleGroups;

impl Kind for RuleGroups {
    const NAME: &'static str = "web/rule-group";
    type Document = RuleGroup;
    type Plan = ();

    fn refers_to(document: &RuleGroup, realm: &Realm) -> Vec<Key> {
        let scope = Named::read(realm, &document.arn).map(|named| named.scope);
        scope.map(|scope| references::keys(rules(document), scope, realm)).unwrap_or_default()
    }

    fn review(next: &RuleGroup, prior: Option<&RuleGroup>, out: &mut Violations) {
        report(review(next), out);
        report_other::<Self>(next, prior, out);
        if prior.is_some_and(|prior| prior.capacity != next.capacity) {
            let reason = "The capacity of a rule group never changes: create another group.";
            report(vec![Complaint::new("RULE_GROUP", "Capacity", reason)], out);
        }
    }

    fn compile(document: &Checked<RuleGroup>, references: &References) -> Result<(), Violations> {
        let resolved = Resolved::of_entries(&references.entries).map_err(|complaint| {
            let mut out = Violations::new();
            report(vec![complaint], &mut out);
            out
        })?;
        settled(resolved.review(rules(document)))
    }
}

impl Entity for RuleGroups {
    const RESOURCE: Resource = Resource::RuleGroup;
    const COUNT_MAX: usize = 100;

    fn id(document: &RuleGroup) -> &str {
        &document.id
    }
}

fn rules(group: &RuleGroup) -> &[crate::document::Rule] {
    group.rules.as_deref().unwrap_or_default()
}

/// What is wrong with a rule group, leaving out what it refers to.
pub(crate) fn review(group: &RuleGroup) -> Vec<Complaint> {
    let mut found = review::rules(rules(group), Within::RuleGroup, group.custom_response_bodies.as_ref());
    found.extend(review::bodies(group.custom_response_bodies.as_ref()));
    review::visibility(&group.visibility_config, &mut found);
    if group.capacity > RULE_GROUP_MAX {
        let reason = format!(
            "You exceeded the capacity limit for a rule group or web ACL. A rule group has at most {RULE_GROUP_MAX} units."
        );
        found.push(Complaint::new("RULE_GROUP", group.capacity.to_string(), reason));
    }
    let cost = wcu::cost(rules(group), &NoPrices);
    if cost > group.capacity {
        let reason = format!(
            "You exceeded the capacity limit for a rule group or web ACL. The rules cost {cost} units and the group has {}.",
            group.capacity
        );
        found.push(Complaint::new("RULE_GROUP", cost.to_string(), reason));
    }
    found
}
