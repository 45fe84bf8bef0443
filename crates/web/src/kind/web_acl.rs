//! Stored web ACLs.

use bartizan_ledger::Key;
use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Realm, Violations};

use super::{Entity, report, report_other, settled};
use crate::complaint::Complaint;
use crate::document::{Rule, WebAcl};
use crate::identity::{Named, Resource};
use crate::references::{self, Resolved};
use crate::review::{self, WebAclParts, Within};
use crate::wcu::{self, WEB_ACL_MAX};

/// The kind of web ACLs.
#[derive(Debug)]
pub struct WebAcls;

impl Kind for WebAcls {
    const NAME: &'static str = "web/web-acl";
    type Document = WebAcl;
    type Plan = ();

    fn refers_to(document: &WebAcl, realm: &Realm) -> Vec<Key> {
        let scope = Named::read(realm, &document.arn).map(|named| named.scope);
        scope.map(|scope| references::keys(rules(document), scope, realm)).unwrap_or_default()
    }

    fn review(next: &WebAcl, prior: Option<&WebAcl>, out: &mut Violations) {
        report(review(next), out);
        report_other::<Self>(next, prior, out);
    }

    fn compile(document: &Checked<WebAcl>, references: &References) -> Result<(), Violations> {
        let resolved = Resolved::of_entries(&references.entries).map_err(|complaint| {
            let mut out = Violations::new();
            report(vec![complaint], &mut out);
            out
        })?;
        let mut complaints = resolved.review(rules(document));
        complaints.extend(over_capacity(rules(document), &resolved));
        settled(complaints)
    }
}

impl Entity for WebAcls {
    const RESOURCE: Resource = Resource::WebAcl;
    const COUNT_MAX: usize = 100;

    fn id(document: &WebAcl) -> &str {
        &document.id
    }
}

fn rules(acl: &WebAcl) -> &[Rule] {
    acl.rules.as_deref().unwrap_or_default()
}

/// What is wrong with a web ACL, leaving out what it refers to.
pub(crate) fn review(acl: &WebAcl) -> Vec<Complaint> {
    let bodies = acl.custom_response_bodies.as_ref();
    let mut found = review::rules(rules(acl), Within::WebAcl, bodies);
    found.extend(review::bodies(bodies));
    found.extend(review::web_acl(WebAclParts {
        default_action: &acl.default_action,
        visibility_config: &acl.visibility_config,
        bodies,
        challenge_config: acl.challenge_config.as_ref(),
        token_domains: acl.token_domains.as_deref().unwrap_or_default(),
        association_config: acl.association_config.as_ref(),
        data_protection_config: acl.data_protection_config.as_ref(),
    }));
    found
}

/// The rules cost more than a web ACL may.
pub(crate) fn over_capacity(rules: &[Rule], resolved: &Resolved) -> Option<Complaint> {
    let cost = wcu::cost(rules, resolved);
    let reason = format!(
        "You exceeded the capacity limit for a rule group or web ACL. The rules cost {cost} units and a web ACL has \
         {WEB_ACL_MAX}."
    );
    (cost > WEB_ACL_MAX).then(|| Complaint::new("WEB_ACL", cost.to_string(), reason))
}
