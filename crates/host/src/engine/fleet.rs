//! Many hosts, kept so that all of them can be judged by any plan at once. Hosts that hold the same indices share a
//! catalogue; beyond it a host is a sorted list of numbers, about 1.3 KiB at 600 packages.

mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_wire::Timestamp;

use super::code::unpack;
use super::counters::Counters;
use super::outcomes::Outcomes;
use super::plan::Plan;
use super::source::Family;
use super::table::Table;
use crate::catalogue::{Catalogue, Offers};
use crate::observe::{IndexReference, Inventory};
use crate::product;

pub use row::HostRow;

/// Hosts by what is offered to them.
#[derive(Debug, Default)]
pub struct Fleet {
    groups: BTreeMap<Arc<Key>, Group>,
    places: BTreeMap<Arc<str>, Arc<Key>>,
    /// Groups that were ever made.
    made: u64,
}

/// What hosts of one group have in common.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    family: Family,
    product: String,
    native: String,
    /// Those whose content has been received.
    references: Vec<IndexReference>,
}

/// Hosts with the same product, architecture and indices.
#[derive(Debug)]
pub struct Group {
    serial: u64,
    key: Arc<Key>,
    catalogue: Catalogue,
    hosts: BTreeMap<Arc<str>, HostRow>,
}

/// Why a host cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FleetError {
    /// Not Debian, Ubuntu or Raspberry Pi OS.
    #[error("hosts of `{os_id}` are not judged; only those whose packages are installed by apt are")]
    Family {
        /// `ID` of os-release.
        os_id: String,
    },
}

/// What could not be taken into account of a host that was taken in, in words.
pub type Blind = Vec<String>;

impl Fleet {
    /// Takes in a host's inventory in the place of what was known of it.
    ///
    /// # Errors
    /// The host is of a family that is not judged. It is then forgotten.
    pub fn upsert(
        &mut self,
        inventory: &Inventory,
        offers: &dyn Offers,
        outcomes: &Outcomes,
    ) -> Result<Blind, FleetError> {
        self.remove(&inventory.instance);
        let facts = &inventory.facts;
        let found = product::derive(facts);
        let Some((product, family)) = found.and_then(|found| Some((found.name, Family::of(found.operating_system)?)))
        else {
            return Err(FleetError::Family { os_id: facts.os_id.clone() });
        };
        let mut blind = inventory.blind.clone();
        let references =
            inventory.indices.iter().filter(|reference| offers.index(&reference.digest).is_some()).cloned();
        let key =
            Arc::new(Key { family, product, native: facts.architecture.clone(), references: references.collect() });
        let made = &mut self.made;
        let group = self.groups.entry(Arc::clone(&key)).or_insert_with(|| Group {
            serial: {
                *made += 1;
                *made
            },
            key: Arc::clone(&key),
            catalogue: Catalogue::build(&key.native, &key.references, offers),
            hosts: BTreeMap::new(),
        });
        blind.extend(group.lacks(inventory));
        if group.catalogue.unreadable() > 0 {
            blind.push(format!("{} offered versions cannot be read", group.catalogue.unreadable()));
        }
        let row = HostRow::admit(&mut group.catalogue, inventory, outcomes, &mut blind);
        let instance: Arc<str> = inventory.instance.as_str().into();
        group.hosts.insert(Arc::clone(&instance), row);
        self.places.insert(instance, key);
        Ok(blind)
    }

    /// Forgets a host; true if it was known. The last host of a group takes the catalogue with it.
    pub fn remove(&mut self, instance: &str) -> bool {
        let Some(key) = self.places.remove(instance) else { return false };
        if let Some(group) = self.groups.get_mut(&key) {
            group.hosts.remove(instance);
            if group.hosts.is_empty() {
                self.groups.remove(&key);
            }
        }
        true
    }

    /// Hosts.
    #[must_use]
    pub fn hosts(&self) -> usize {
        self.places.len()
    }

    /// The groups, in a fixed order.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// The group of a host.
    #[must_use]
    pub fn group_of(&self, instance: &str) -> Option<&Group> {
        self.groups.get(self.places.get(instance)?)
    }
}

impl Group {
    /// Tells it from every other group that the fleet ever had, so that tables made from its catalogue can be kept.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Which baselines are for its hosts.
    #[must_use]
    pub fn family(&self) -> Family {
        self.key.family
    }

    /// As in PRODUCT filters.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.key.product
    }

    /// What is offered to its hosts.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The indices that an inventory refers to and whose content was not there when the group was made, in words: what
    /// they offer is not judged.
    pub fn lacks(&self, inventory: &Inventory) -> impl Iterator<Item = String> {
        inventory.indices.iter().filter(|reference| !self.key.references.contains(reference)).map(|reference| {
            let origin = &reference.origin;
            format!("the index of {}/{} has not been received yet", origin.archive, origin.component)
        })
    }

    /// True if the content of an index was there when the group was made.
    #[must_use]
    pub fn has_index(&self, digest: &str) -> bool {
        self.key.references.iter().any(|reference| reference.digest == digest)
    }

    /// Its hosts, by instance.
    pub fn hosts(&self) -> impl Iterator<Item = (&str, &HostRow)> {
        self.hosts.iter().map(|(instance, row)| (&**instance, row))
    }

    /// One of its hosts.
    #[must_use]
    pub fn host(&self, instance: &str) -> Option<&HostRow> {
        self.hosts.get(instance)
    }

    /// The plan applied to all that is offered to these hosts.
    #[must_use]
    pub fn table(&self, plan: &Plan, now: Timestamp) -> Table {
        Table::build(plan, self.product(), now, &self.catalogue)
    }

    /// The hosts that a scope holds, by instance, without allocating for each.
    pub(super) fn within<'a>(&'a self, scope: &'a Scope<'a>) -> Vec<(&'a str, &'a HostRow)> {
        self.hosts().filter(|(instance, _)| scope.holds(instance)).collect()
    }
}

/// Which hosts are looked at.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// All whose family the plan is for.
    All,
    /// Those, as far as they are known.
    Only(&'a BTreeSet<String>),
}

impl Scope<'_> {
    fn holds(&self, instance: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(instances) => instances.contains(instance),
        }
    }
}

/// Judges one host: its counters, in one pass over its packages. Nothing is allocated.
#[must_use]
pub fn judge(table: &Table, host: &HostRow) -> Counters {
    let mut counters =
        Counters { not_applicable: table.approved_packages(), unknown: host.unreadable(), ..Counters::default() };
    host.tally(table, |lanes| unpack(lanes, &mut counters));
    counters
}
