//! [`Fleet`]: the things and groups of one realm in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Kind;
use serde::de::DeserializeOwned;

use super::holders::{Holder, Holders};
use crate::certificate::Certificates;
use crate::thing::Things;
use crate::thing_group::{Membership, Memberships, ThingGroup, ThingGroups};

/// What covers one thing by what it is and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lineage {
    /// It is in the registry.
    pub registered: bool,
    /// The groups that it is in and all groups above them, by name, each once.
    pub groups: Vec<Arc<str>>,
}

/// The things and groups of one realm.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    things: HashMap<Arc<str>, Member>,
    groups: BTreeMap<Arc<str>, Group>,
    /// By the parent's name; those without a parent under the empty one. Lists come by name, so that children may come
    /// before their parent.
    children: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    registered: usize,
    holders: Holders,
}

/// A thing, registered or not.
#[derive(Debug, Clone, Default)]
struct Member {
    registered: bool,
    seats: Box<[Seat]>,
}

/// A group by its name and its id: a million things have one or more of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) group: Arc<str>,
    pub(super) id: u128,
}

/// A group.
#[derive(Debug, Clone)]
struct Group {
    id: u128,
    /// From the root to the parent.
    ancestors: Box<[Arc<str>]>,
    things: BTreeSet<Arc<str>>,
}

impl Fleet {
    /// How many things are registered.
    #[must_use]
    pub fn registered(&self) -> usize {
        self.registered
    }

    /// The things that are registered.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.things.iter().filter(|(_, member)| member.registered).map(|(name, _)| name)
    }

    /// True if a thing is in the registry.
    #[must_use]
    pub fn is_registered(&self, thing: &str) -> bool {
        self.things.get(thing).is_some_and(|member| member.registered)
    }

    /// Whether a thing is registered, and the groups that it is in, with those above them.
    #[must_use]
    pub fn lineage(&self, thing: &str) -> Lineage {
        let Some(member) = self.things.get(thing) else { return Lineage::default() };
        let mut groups = Vec::new();
        for seat in &member.seats {
            groups.extend(self.path(seat));
        }
        groups.sort_unstable();
        groups.dedup();
        Lineage { registered: member.registered, groups }
    }

    /// True if there is such a group.
    #[must_use]
    pub fn has_group(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    /// Groups by name, strictly after `after`: all, those without a parent, the children of a group or all groups below
    /// it. The caller takes as many as it wants.
    pub fn groups<'a>(&'a self, which: &Which<'_>, after: Option<&'a str>) -> Box<dyn Iterator<Item = Arc<str>> + 'a> {
        let range = (from(after), Bound::Unbounded);
        let children = |parent: &str| {
            let below = self.children.get(parent).into_iter();
            below.flat_map(move |children| children.range::<str, _>(range).cloned())
        };
        match which {
            Which::All => Box::new(self.groups.range::<str, _>(range).map(|(name, _)| Arc::clone(name))),
            Which::Roots => Box::new(children("")),
            Which::Children(parent) => Box::new(children(parent)),
            Which::Below(parent) => {
                let mut below = self.below(parent);
                below.remove(*parent);
                Box::new(below.into_iter().filter(move |name| after.is_none_or(|after| &**name > after)))
            }
        }
    }

    /// Things in a group by name, strictly after `after`, at most `limit`; with those in groups below it, if `recursive`.
    /// A thing is in one group of a hierarchy at most, so that each comes once.
    #[must_use]
    pub fn things(&self, group: &str, recursive: bool, after: Option<&str>, limit: usize) -> Vec<Arc<str>> {
        let groups = if recursive { self.below(group) } else { BTreeSet::from([Arc::from(group)]) };
        let mut first = Vec::new();
        for group in groups.iter().filter_map(|name| self.groups.get(name)) {
            first.extend(group.things.range::<str, _>((from(after), Bound::Unbounded)).take(limit).cloned());
        }
        first.sort_unstable();
        first.truncate(limit);
        first
    }

    /// How many things are in a group and the groups below it.
    #[must_use]
    pub fn count(&self, group: &str) -> usize {
        self.below(group).iter().filter_map(|name| self.groups.get(name)).map(|group| group.things.len()).sum()
    }

    /// Whom a certificate stands for.
    #[must_use]
    pub fn holder(&self, certificate: &str) -> Option<&Holder> {
        self.holders.find(certificate)
    }

    /// A group and all below it.
    fn below(&self, group: &str) -> BTreeSet<Arc<str>> {
        let mut found = BTreeSet::new();
        let mut open = vec![group];
        while let Some((name, _)) = open.pop().and_then(|name| self.groups.get_key_value(name)) {
            found.insert(Arc::clone(name));
            open.extend(self.children.get(name).into_iter().flatten().map(|child| &**child));
        }
        found
    }

    /// A group that a thing is in and those above it; nothing if the group is gone, and another has its name.
    pub(super) fn path<'a>(&'a self, seat: &Seat) -> impl Iterator<Item = Arc<str>> + use<'a> {
        let group = self.groups.get_key_value(&seat.group).filter(|(_, group)| group.id == seat.id);
        group.into_iter().flat_map(|(name, group)| group.ancestors.iter().chain(std::iter::once(name)).cloned())
    }

    /// What a thing is in by its stored membership, gone groups included.
    pub(super) fn seats(&self, thing: &str) -> &[Seat] {
        self.things.get(thing).map_or(&[], |member| &member.seats)
    }

    /// Takes in an entry. Those of other kinds are no matter.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Result<(), StoreError> {
        match entry.key.kind.as_str() {
            Things::NAME => {
                self.register(&entry.key.name, entry.body.is_some());
                Ok(())
            }
            ThingGroups::NAME => self.set_group(&entry.key.name, read(entry)?),
            Memberships::NAME => self.set_membership(&entry.key.name, read(entry)?),
            Certificates::NAME => self.holders.set(&entry.key.name, read(entry)?),
            _ => Ok(()),
        }
    }

    fn register(&mut self, thing: &str, registered: bool) {
        let was = self.is_registered(thing);
        if was == registered {
            return;
        }
        if registered {
            self.registered += 1;
        } else {
            self.registered -= 1;
        }
        match self.things.get_mut(thing) {
            Some(member) => member.registered = registered,
            None => {
                self.things.insert(Arc::from(thing), Member { registered, seats: Box::default() });
            }
        }
        self.forget_if_empty(thing);
    }

    fn set_group(&mut self, name: &str, next: Option<ThingGroup>) -> Result<(), StoreError> {
        let next = match next {
            Some(next) => Some((id(&next.thing_group_id)?, next.ancestors)),
            None => None,
        };
        if let (Some(known), Some((next, _))) = (self.groups.get(name), &next)
            && known.id == *next
        {
            return Ok(());
        }
        if let Some(known) = self.groups.remove(name) {
            let parent = known.ancestors.last().map_or("", |parent| parent);
            if let Some(children) = self.children.get_mut(parent) {
                children.remove(name);
            }
        }
        let Some((id, ancestors)) = next else { return Ok(()) };
        let name: Arc<str> = Arc::from(name);
        let ancestors: Box<[Arc<str>]> = ancestors.iter().map(|above| self.shared(above)).collect();
        let parent = ancestors.last().cloned().unwrap_or_default();
        self.children.entry(parent).or_default().insert(Arc::clone(&name));
        self.groups.insert(name, Group { id, ancestors, things: BTreeSet::new() });
        Ok(())
    }

    fn set_membership(&mut self, thing: &str, next: Option<Membership>) -> Result<(), StoreError> {
        let groups = next.map(|next| next.groups).unwrap_or_default();
        let mut seats = Vec::with_capacity(groups.len());
        for one in &groups {
            seats.push(Seat { group: self.shared(&one.group), id: id(&one.id)? });
        }
        let name = match self.things.get_key_value(thing) {
            Some((name, _)) => Arc::clone(name),
            None => Arc::from(thing),
        };
        let member = self.things.entry(Arc::clone(&name)).or_default();
        for left in std::mem::take(&mut member.seats) {
            if let Some(group) = self.groups.get_mut(&left.group).filter(|group| group.id == left.id) {
                group.things.remove(thing);
            }
        }
        for taken in &seats {
            if let Some(group) = self.groups.get_mut(&taken.group).filter(|group| group.id == taken.id) {
                group.things.insert(Arc::clone(&name));
            }
        }
        member.seats = seats.into();
        self.forget_if_empty(thing);
        Ok(())
    }

    /// The name of a group, once in memory.
    fn shared(&self, group: &str) -> Arc<str> {
        self.groups.get_key_value(group).map_or_else(|| Arc::from(group), |(name, _)| Arc::clone(name))
    }

    fn forget_if_empty(&mut self, thing: &str) {
        if self.things.get(thing).is_some_and(|member| !member.registered && member.seats.is_empty()) {
            self.things.remove(thing);
        }
    }
}

/// Which groups to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// All of them.
    All,
    /// Those without a parent.
    Roots,
    /// Those directly below a group.
    Children(&'a str),
    /// All below a group.
    Below(&'a str),
}

fn from(after: Option<&str>) -> Bound<&str> {
    after.map_or(Bound::Unbounded, Bound::Excluded)
}

/// A UUID as a number.
pub(super) fn id(text: &str) -> Result<u128, StoreError> {
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    u128::from_str_radix(&digits, 16).map_err(|_| StoreError::Damaged(format!("`{text}` is not the id of a group")))
}

/// The document of an entry. Its constraints held when it was committed, and are not checked again here.
pub(super) fn read<T: DeserializeOwned>(entry: &Entry) -> Result<Option<T>, StoreError> {
    let Some(body) = &entry.body else { return Ok(None) };
    serde_json::from_str(body).map(Some).map_err(|error| {
        StoreError::Damaged(format!("{} `{}` revision {}: {error}", entry.key.kind, entry.key.name, entry.revision.0))
    })
}
