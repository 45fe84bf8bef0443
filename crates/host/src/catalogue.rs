//! What is offered to a set of hosts, held once for all of them: packages by name and architecture, their versions in
//! dpkg's order, and where each comes from. A version has a number by which hosts remember what they have installed, so
//! that a host costs two bytes a package.
//!
//! Hosts that hold the same indices share a catalogue. A version that some host has installed and no index offers gets a
//! number too; it is a candidate for no host but those that have it.

mod admit;
mod build;
mod offers;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bartizan_wire::Timestamp;

use crate::engine::{Marks, PackageView, VersionView};
use crate::observe::{Available, Index, Origin};

pub use offers::Offers;

/// A package of a catalogue: a name and an architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u32);

/// A version of a package of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub u32);

/// Packages, versions and origins of a set of indices.
#[derive(Debug)]
pub struct Catalogue {
    native: Arc<str>,
    indices: Vec<Arc<Index>>,
    origins: Vec<Box<[Origin]>>,
    slots: Vec<Slot>,
    /// By name; of one name in the order of the architectures. Looked up six hundred times a host, and never walked
    /// through, so that the order of hashes shows nowhere.
    places: HashMap<Arc<str>, Vec<SlotId>>,
    /// By slot, and within one in dpkg's order.
    offered: Vec<Offered>,
    admitted: Vec<Admitted>,
    admitted_by_slot: BTreeMap<SlotId, Vec<VersionId>>,
    unreadable: u32,
}

#[derive(Debug)]
struct Slot {
    name: Arc<str>,
    /// `all` stands for the native one here, as for apt.
    architecture: Arc<str>,
    first: u32,
    count: u32,
}

#[derive(Debug)]
struct Offered {
    slot: SlotId,
    /// Of the first index that offers it, whose stanza speaks for it.
    index: u32,
    position: u32,
    origins: u32,
    /// Odd, so that what is installed and not offered fits between.
    rank: u32,
    first_seen: Option<Timestamp>,
}

#[derive(Debug)]
struct Admitted {
    slot: SlotId,
    rank: u32,
    architecture: Box<str>,
    version: Box<str>,
    priority: Box<str>,
    section: Box<str>,
}

/// One package of a catalogue as the engine wants to see it.
#[derive(Debug, Clone)]
pub struct Package<'a> {
    /// Binary package name.
    pub name: &'a str,
    /// In ascending order of rank.
    pub versions: Vec<VersionView<'a>>,
    /// Their numbers.
    pub ids: Vec<VersionId>,
    /// The place of the installed one.
    pub installed: Option<usize>,
}

impl Package<'_> {
    /// For [`decide`](crate::engine::decide).
    #[must_use]
    pub fn view(&self, marks: Marks) -> PackageView<'_> {
        PackageView { name: self.name, versions: &self.versions, installed: self.installed, marks }
    }
}

impl Catalogue {
    /// The architecture for which `all` stands.
    #[must_use]
    pub fn native(&self) -> &str {
        &self.native
    }

    /// Packages, offered or not.
    #[must_use]
    pub fn slots(&self) -> u32 {
        count(self.slots.len())
    }

    /// Versions that some index offers; their numbers are below this.
    #[must_use]
    pub fn offered(&self) -> u32 {
        count(self.offered.len())
    }

    /// All numbers are below this.
    #[must_use]
    pub fn versions(&self) -> u32 {
        count(self.offered.len() + self.admitted.len())
    }

    /// Stanzas that were left out because their version cannot be read.
    #[must_use]
    pub fn unreadable(&self) -> u32 {
        self.unreadable
    }

    /// The package of this name and architecture; `all` stands for the native one.
    #[must_use]
    pub fn find(&self, name: &str, architecture: &str) -> Option<SlotId> {
        let architecture = if architecture == "all" { &*self.native } else { architecture };
        self.named(name).find(|slot| self.slot(*slot).is_some_and(|slot| &*slot.architecture == architecture))
    }

    /// The packages of this name, by architecture.
    pub fn named(&self, name: &str) -> impl Iterator<Item = SlotId> {
        self.places.get(name).into_iter().flatten().copied()
    }

    /// Name and architecture of a package, which is the native one for `all`.
    #[must_use]
    pub fn label(&self, slot: SlotId) -> (&str, &str) {
        self.slot(slot).map_or(("", ""), |slot| (&*slot.name, &*slot.architecture))
    }

    /// The package that a version is of.
    #[must_use]
    pub fn slot_of(&self, id: VersionId) -> Option<SlotId> {
        self.of(id, |offered| offered.slot, |admitted| admitted.slot)
    }

    /// A version as the engine sees it.
    #[must_use]
    pub fn version(&self, id: VersionId) -> Option<VersionView<'_>> {
        let offered = |offered: &Offered| {
            let stanza = self.stanza(id)?;
            Some(VersionView {
                architecture: &stanza.architecture,
                version: &stanza.version,
                rank: offered.rank,
                priority: &stanza.priority,
                section: &stanza.section,
                origins: self.origins.get(offered.origins as usize).map_or(&[], |set| set),
                first_seen: offered.first_seen,
            })
        };
        let admitted = |admitted: &'_ Admitted| admitted.rank;
        match self.offered.get(id.0 as usize) {
            Some(found) => offered(found),
            None => self.admitted_at(id).map(|found| VersionView {
                architecture: &found.architecture,
                version: &found.version,
                rank: admitted(found),
                priority: &found.priority,
                section: &found.section,
                origins: &[],
                first_seen: None,
            }),
        }
    }

    /// The stanza of an offered version.
    #[must_use]
    pub fn stanza(&self, id: VersionId) -> Option<&Available> {
        let offered = self.offered.get(id.0 as usize)?;
        self.indices.get(offered.index as usize)?.packages.get(offered.position as usize)
    }

    /// The versions that indices offer of a package, in ascending order.
    pub fn offers(&self, slot: SlotId) -> impl DoubleEndedIterator<Item = VersionId> + use<> {
        let (first, count) = self.slot(slot).map_or((0, 0), |slot| (slot.first, slot.count));
        (first..first + count).map(VersionId)
    }

    /// The versions of a package that hosts have and no index offers.
    pub fn strays(&self, slot: SlotId) -> impl Iterator<Item = VersionId> {
        self.admitted_by_slot.get(&slot).into_iter().flatten().copied()
    }

    /// A package with what is offered of it and what a host has installed of it.
    #[must_use]
    pub fn package(&self, slot: SlotId, installed: Option<VersionId>) -> Package<'_> {
        let mut ids: Vec<VersionId> = self.offers(slot).collect();
        let mut versions: Vec<VersionView<'_>> = ids.iter().filter_map(|id| self.version(*id)).collect();
        let mut place = None;
        if let Some(id) = installed {
            place = ids.iter().position(|offered| *offered == id);
            if let (None, Some(version)) = (place, self.version(id)) {
                let at = versions.partition_point(|other| other.rank <= version.rank);
                versions.insert(at, version);
                ids.insert(at, id);
                place = Some(at);
            }
        }
        Package { name: self.label(slot).0, versions, ids, installed: place }
    }

    fn slot(&self, id: SlotId) -> Option<&Slot> {
        self.slots.get(id.0 as usize)
    }

    fn admitted_at(&self, id: VersionId) -> Option<&Admitted> {
        self.admitted.get((id.0 as usize).checked_sub(self.offered.len())?)
    }

    fn of<T>(&self, id: VersionId, offered: impl Fn(&Offered) -> T, admitted: impl Fn(&Admitted) -> T) -> Option<T> {
        match self.offered.get(id.0 as usize) {
            Some(found) => Some(offered(found)),
            None => self.admitted_at(id).map(admitted),
        }
    }
}

/// Counts in a catalogue fit in 32 bits: an index that is larger is refused before it gets here.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
