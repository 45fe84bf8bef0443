//! Which baseline every host follows, in one world.

use std::collections::BTreeMap;

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, lifecycle};

use crate::activation::ManagedInstances;
use crate::baseline::stored::{self, Found};
use crate::group::{DefaultBaselines, PatchGroups};
use crate::node::Node;
use crate::predefined;
use crate::product;
use crate::system::OperatingSystem;
use crate::tags::{ResourceType, Tagged, Tags};

/// Everything that decides it, read once.
#[derive(Debug)]
pub(super) struct Following {
    groups: BTreeMap<(OperatingSystem, String), String>,
    defaults: BTreeMap<OperatingSystem, String>,
    /// The group of each node that has one.
    tagged: BTreeMap<String, String>,
    registered: std::collections::BTreeSet<String>,
    found: BTreeMap<String, Option<Found>>,
}

impl Following {
    pub(super) async fn read(cx: &Cx) -> Result<Self, StoreError> {
        let mut groups = BTreeMap::new();
        for held in lifecycle::list::<PatchGroups>(cx, "").await? {
            let id = held.document.baseline(&cx.realm);
            groups.insert((held.document.operating_system, held.document.patch_group.clone()), id);
        }
        let mut defaults: BTreeMap<_, _> = predefined::all(&cx.realm)
            .iter()
            .filter(|one| one.is_default)
            .map(|one| (one.baseline.operating_system, one.arn.clone()))
            .collect();
        for held in lifecycle::list::<DefaultBaselines>(cx, "").await? {
            defaults.insert(held.document.operating_system, held.document.baseline_id.clone());
        }
        let prefix = Tags::name(ResourceType::ManagedInstance, "");
        let mut tagged = BTreeMap::new();
        for held in lifecycle::list::<Tagged>(cx, &prefix).await? {
            let instance = held.entry.key.name.strip_prefix(&prefix).unwrap_or_default();
            if let Some(group) = held.document.patch_group() {
                tagged.insert(instance.to_owned(), group.to_owned());
            }
        }
        let registered = lifecycle::list::<ManagedInstances>(cx, "").await?;
        let registered = registered.into_iter().map(|held| held.entry.key.name).collect();
        Ok(Self { groups, defaults, tagged, registered, found: BTreeMap::new() })
    }

    /// The baseline that a node follows: its group's, or else the default. `None` for one that is not registered, or that
    /// Patch Manager has no name for.
    pub(super) fn baseline_of(&self, node: &Node) -> Option<String> {
        if !self.registered.contains(&node.instance) {
            return None;
        }
        let system = product::derive(&node.facts)?.operating_system;
        let of_group = self.tagged.get(&node.instance).and_then(|group| self.groups.get(&(system, group.clone())));
        of_group.or_else(|| self.defaults.get(&system)).cloned()
    }

    pub(super) async fn find(&mut self, cx: &Cx, id: &str) -> Result<Option<Found>, StoreError> {
        if let Some(known) = self.found.get(id) {
            return Ok(known.clone());
        }
        let found = stored::find(cx, id).await?;
        self.found.insert(id.to_owned(), found.clone());
        Ok(found)
    }
}
