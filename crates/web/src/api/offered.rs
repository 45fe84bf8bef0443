//! Managed rule sets as their customers see them: those of which a version is published.

use bartizan_policy::{Cx, lifecycle};

use crate::document::{ManagedProductDescriptor, Scope};
use crate::errors::WebError;
use crate::identity;
use crate::kind::{ManagedRuleSets, StoredRuleSet};

/// All of a scope, by vendor and name.
pub(super) async fn all(cx: &Cx, scope: Scope) -> Result<Vec<StoredRuleSet>, WebError> {
    identity::review_scope(&cx.realm, scope)?;
    let held = lifecycle::list::<ManagedRuleSets>(cx, &identity::stored(scope, "")).await?;
    let sets = held.into_iter().map(|held| held.document.into_inner());
    let mut sets: Vec<_> = sets.filter(|set| set.recommended_version.is_some()).collect();
    sets.sort_by(|left, right| (&left.vendor_name, &left.name).cmp(&(&right.vendor_name, &right.name)));
    Ok(sets)
}

/// One of them as a product.
pub(super) fn product(set: StoredRuleSet) -> ManagedProductDescriptor {
    ManagedProductDescriptor {
        vendor_name: Some(set.vendor_name),
        managed_rule_set_name: Some(set.name.clone()),
        product_id: Some(set.id),
        product_link: None,
        product_title: Some(set.name),
        product_description: set.description,
        sns_topic_arn: set.sns_topic_arn,
        is_versioning_supported: Some(set.versioning_supported),
        is_advanced_managed_rule_set: Some(false),
    }
}
