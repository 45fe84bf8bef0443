//! Building a catalogue from indices.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Catalogue, Offered, Offers, Slot, SlotId, count};
use crate::deb::{Version, VersionKey};
use crate::observe::{Available, Index, IndexReference, Origin};

/// One stanza on its way into the catalogue. Ordered by slot, version, and then by which index names it first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry<'a> {
    name: &'a str,
    slot_architecture: &'a str,
    key: VersionKey,
    version: &'a str,
    architecture: &'a str,
    index: u32,
    position: u32,
}

impl Entry<'_> {
    /// The same text of a version and the same architecture: one version, offered more than once.
    fn is_same_version(&self, other: &Self) -> bool {
        self.is_same_slot(other) && self.version == other.version && self.architecture == other.architecture
    }

    fn is_same_slot(&self, other: &Self) -> bool {
        self.name == other.name && self.slot_architecture == other.slot_architecture
    }
}

impl Catalogue {
    /// The catalogue of a host of architecture `native` that holds these indices. An index that has not been received is
    /// passed over: whoever asks has to say so, see [`Group::lacks`](crate::engine::Group::lacks).
    #[must_use]
    pub fn build(native: &str, references: &[IndexReference], offers: &dyn Offers) -> Self {
        let mut origins = Vec::new();
        let mut indices = Vec::new();
        for reference in references {
            if let Some(index) = offers.index(&reference.digest) {
                indices.push(index);
                origins.push(&reference.origin);
            }
        }
        let mut catalogue = Self {
            native: native.into(),
            indices: Vec::new(),
            origins: Vec::new(),
            slots: Vec::new(),
            places: HashMap::new(),
            offered: Vec::new(),
            admitted: Vec::new(),
            admitted_by_slot: BTreeMap::new(),
            unreadable: 0,
        };
        catalogue.fill(&indices, &origins, offers);
        catalogue.indices = indices;
        catalogue
    }

    fn fill(&mut self, indices: &[Arc<Index>], origins: &[&Origin], offers: &dyn Offers) {
        let native = Arc::clone(&self.native);
        let mut entries = Vec::with_capacity(indices.iter().map(|index| index.packages.len()).sum());
        for (index, content) in indices.iter().enumerate() {
            for (position, available) in content.packages.iter().enumerate() {
                match entry(&native, available, count(index), count(position)) {
                    Some(entry) => entries.push(entry),
                    None => self.unreadable = self.unreadable.saturating_add(1),
                }
            }
        }
        // Archives sort their indices by name, so these are a few sorted runs: merging them costs less than sorting anew.
        entries.sort();
        self.places.reserve(entries.len());
        let mut architectures: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        let mut sets: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        for slot in entries.chunk_by(Entry::is_same_slot) {
            let Some(head) = slot.first() else { continue };
            let name: Arc<str> = head.name.into();
            let architecture = Arc::clone(
                architectures.entry(head.slot_architecture).or_insert_with(|| head.slot_architecture.into()),
            );
            let first = count(self.offered.len());
            let mut rank = 1;
            let mut before: Option<&Entry<'_>> = None;
            for same in slot.chunk_by(Entry::is_same_version) {
                let Some(entry) = same.first() else { continue };
                if before.is_some_and(|before| before.key != entry.key) {
                    rank += 2;
                }
                before = Some(entry);
                // In the order of the references; an index that has the version twice offers it once.
                let mut set: Vec<u32> = same.iter().map(|entry| entry.index).collect();
                set.dedup();
                let next = count(sets.len());
                let origins_id = *sets.entry(set).or_insert_with_key(|set| {
                    let set = set.iter().filter_map(|index| origins.get(*index as usize));
                    self.origins.push(set.map(|origin| Origin::clone(origin)).collect());
                    next
                });
                self.offered.push(Offered {
                    slot: SlotId(count(self.slots.len())),
                    index: entry.index,
                    position: entry.position,
                    origins: origins_id,
                    rank,
                    first_seen: offers.first_seen(entry.name, entry.architecture, entry.version),
                });
            }
            self.push_slot(name, architecture, first);
        }
    }

    /// Adds a package whose offered versions are those from `first` on.
    pub(super) fn push_slot(&mut self, name: Arc<str>, architecture: Arc<str>, first: u32) -> SlotId {
        let id = SlotId(count(self.slots.len()));
        let places = self.places.entry(Arc::clone(&name)).or_default();
        let before = |other: &SlotId| self.slots.get(other.0 as usize).is_some_and(|s| s.architecture < architecture);
        let at = places.partition_point(before);
        places.insert(at, id);
        self.slots.push(Slot { name, architecture, first, count: count(self.offered.len()) - first });
        id
    }
}

fn entry<'a>(native: &'a str, available: &'a Available, index: u32, position: u32) -> Option<Entry<'a>> {
    let key = Version::parse(&available.version).ok()?.key();
    let slot_architecture = if available.architecture == "all" { native } else { &available.architecture };
    Some(Entry {
        name: &available.name,
        slot_architecture,
        key,
        version: &available.version,
        architecture: &available.architecture,
        index,
        position,
    })
}
