//! Names of things to small numbers.
//!
//! Thing names are chosen by devices, so the table is salted with a number that they cannot know; it is never iterated,
//! and so the salt changes no finding.

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

/// A thing that is known.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) name: Arc<str>,
    /// Which group it is in, and where.
    pub(crate) group: u32,
    pub(crate) row: u32,
}

/// All things that are known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Things {
    salt: u64,
    /// Open addressing: the hash's upper half and the number plus one; zero is empty. The length is a power of two.
    table: Vec<u64>,
    things: Vec<Option<Thing>>,
    free: Vec<u32>,
}

const ID_BITS: u32 = 32;
const TABLE_MIN: usize = 16;

impl Things {
    pub(crate) fn salted(salt: u64) -> Self {
        Self { salt, ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.things.len() - self.free.len()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Thing> {
        self.things.get(id as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Thing> {
        self.things.get_mut(id as usize)?.as_mut()
    }

    /// Numbers of all, in the order of their numbers.
    pub(crate) fn ids(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.things.len()).unwrap_or(u32::MAX)
    }

    fn hash(&self, name: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.salt);
        hasher.write(name.as_bytes());
        hasher.finish()
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.find_hashed(name, self.hash(name))
    }

    fn find_hashed(&self, name: &str, hash: u64) -> Option<u32> {
        let mask = self.table.len().checked_sub(1)?;
        let mut at = start(hash, mask);
        loop {
            let entry = *self.table.get(at)?;
            if entry == 0 {
                return None;
            }
            if entry >> ID_BITS == hash >> ID_BITS {
                let id = id_of(entry);
                if self.get(id).is_some_and(|thing| &*thing.name == name) {
                    return Some(id);
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds one that is not known yet. `None` when four billion are.
    pub(crate) fn add(&mut self, name: Arc<str>, group: u32, row: u32) -> Option<u32> {
        if (self.len() + 1) * 4 > self.table.len() * 3 {
            self.widen();
        }
        let hash = self.hash(&name);
        let thing = Some(Thing { name, group, row });
        let id = match self.free.pop() {
            Some(id) => id,
            None => {
                let id = u32::try_from(self.things.len()).ok().filter(|id| *id < u32::MAX)?;
                self.things.push(None);
                id
            }
        };
        if let Some(place) = self.things.get_mut(id as usize) {
            *place = thing;
        }
        self.enter(hash, id);
        Some(id)
    }

    fn enter(&mut self, hash: u64, id: u32) {
        let Some(mask) = self.table.len().checked_sub(1) else { return };
        let mut at = start(hash, mask);
        while let Some(entry) = self.table.get_mut(at) {
            if *entry == 0 {
                *entry = (hash >> ID_BITS << ID_BITS) | (u64::from(id) + 1);
                return;
            }
            at = (at + 1) & mask;
        }
    }

    fn widen(&mut self) {
        let length = (self.table.len() * 2).max(TABLE_MIN);
        self.table = vec![0; length];
        for id in self.ids() {
            let hash = self.get(id).map(|thing| self.hash(&thing.name));
            if let Some(hash) = hash {
                self.enter(hash, id);
            }
        }
    }

    /// Forgets one; its number is given to another.
    pub(crate) fn remove(&mut self, id: u32) {
        let Some(thing) = self.things.get_mut(id as usize).and_then(Option::take) else { return };
        self.free.push(id);
        let Some(mask) = self.table.len().checked_sub(1) else { return };
        let mut hole = start(self.hash(&thing.name), mask);
        while self.table.get(hole).is_some_and(|entry| *entry != 0 && id_of(*entry) != id) {
            hole = (hole + 1) & mask;
        }
        // what follows moves up, unless it stands where it starts
        let mut next = (hole + 1) & mask;
        while let Some(entry) = self.table.get(next).copied().filter(|entry| *entry != 0) {
            let home = self.get(id_of(entry)).map_or(next, |thing| start(self.hash(&thing.name), mask));
            if (next.wrapping_sub(home) & mask) >= (next.wrapping_sub(hole) & mask) {
                if let Some(place) = self.table.get_mut(hole) {
                    *place = entry;
                }
                hole = next;
            }
            next = (next + 1) & mask;
        }
        if let Some(place) = self.table.get_mut(hole) {
            *place = 0;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower bits choose the place")]
const fn start(hash: u64, mask: usize) -> usize {
    hash as usize & mask
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is the number plus one")]
const fn id_of(entry: u64) -> u32 {
    (entry as u32).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_added_and_not_removed() {
        let mut things = Things::salted(7);
        let name = |number: u32| Arc::<str>::from(format!("thing-{number}"));
        for number in 0..1_000 {
            assert_eq!(things.find(&name(number)), None);
            assert_eq!(things.add(name(number), 0, number), Some(number));
        }
        for number in (0..1_000).step_by(3) {
            things.remove(number);
        }
        for number in 0..1_000 {
            assert_eq!(things.find(&name(number)), (number % 3 != 0).then_some(number), "{number}");
        }
        let before = things.things.len();
        for number in 1_000..1_300 {
            things.add(name(number), 1, 0);
        }
        assert_eq!(things.things.len(), before, "numbers are used again");
        assert!((1_000..1_300).all(|number| things.find(&name(number)).is_some()));
    }
}
