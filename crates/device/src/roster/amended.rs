//! [`Amended`]: a fleet as it would be after some changes, without a copy of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Kind;

use super::fleet::{Fleet, Lineage, Seat, id, read};
use crate::thing::Things;
use crate::thing_group::{Membership, Memberships, ThingGroup, ThingGroups};

/// A fleet with a few things and groups that are otherwise.
#[derive(Debug)]
pub struct Amended<'a> {
    fleet: &'a Fleet,
    things: BTreeMap<String, bool>,
    seats: BTreeMap<String, Vec<Seat>>,
    groups: BTreeMap<String, Option<Place>>,
}

/// Where a group is.
#[derive(Debug)]
struct Place {
    id: u128,
    /// From the root to the parent.
    ancestors: Vec<Arc<str>>,
}

impl<'a> Amended<'a> {
    /// A fleet after these entries.
    ///
    /// # Errors
    /// When an entry cannot be read.
    pub fn of(fleet: &'a Fleet, changed: &[Entry]) -> Result<Self, StoreError> {
        let mut amended = Self { fleet, things: BTreeMap::new(), seats: BTreeMap::new(), groups: BTreeMap::new() };
        for entry in changed {
            let name = entry.key.name.clone();
            match entry.key.kind.as_str() {
                Things::NAME => {
                    amended.things.insert(name, entry.body.is_some());
                }
                ThingGroups::NAME => {
                    let next = match read::<ThingGroup>(entry)? {
                        Some(next) => {
                            let ancestors = next.ancestors.iter().map(|above| Arc::from(above.as_str())).collect();
                            Some(Place { id: id(&next.thing_group_id)?, ancestors })
                        }
                        None => None,
                    };
                    amended.groups.insert(name, next);
                }
                Memberships::NAME => {
                    let groups = read::<Membership>(entry)?.map(|membership| membership.groups).unwrap_or_default();
                    let seats = groups.iter().map(|one| Ok(Seat { group: Arc::from(&*one.group), id: id(&one.id)? }));
                    amended.seats.insert(name, seats.collect::<Result<_, StoreError>>()?);
                }
                _ => {}
            }
        }
        Ok(amended)
    }

    /// Things that may be covered otherwise than before, by name: those that were changed, and those in groups that go.
    #[must_use]
    pub fn touched(&self) -> Vec<Arc<str>> {
        let changed = self.things.keys().chain(self.seats.keys()).map(|name| Arc::from(name.as_str()));
        let gone = self.groups.iter().filter(|(_, next)| next.is_none());
        let left = gone.flat_map(|(group, _)| self.fleet.things(group, true, None, usize::MAX));
        let mut things: Vec<Arc<str>> = changed.chain(left).collect();
        things.sort_unstable();
        things.dedup();
        things
    }

    /// Whether a thing is registered, and the groups that it is in, with those above them.
    #[must_use]
    pub fn lineage(&self, thing: &str) -> Lineage {
        let registered = self.things.get(thing).copied().unwrap_or_else(|| self.fleet.is_registered(thing));
        let seats = self.seats.get(thing).map_or_else(|| self.fleet.seats(thing), Vec::as_slice);
        let mut groups: Vec<Arc<str>> = Vec::new();
        for seat in seats {
            match self.groups.get(&*seat.group) {
                None => groups.extend(self.fleet.path(seat)),
                Some(Some(place)) if place.id == seat.id => {
                    groups.extend(place.ancestors.iter().cloned());
                    groups.push(Arc::clone(&seat.group));
                }
                Some(_) => {}
            }
        }
        groups.sort_unstable();
        groups.dedup();
        Lineage { registered, groups }
    }
}
