//! The latest entries in memory, so that the hottest read does not touch SQLite.
//!
//! The cache must show exactly what a read of the file would show at that moment: never less than what was
//! acknowledged, never something that could still be undone. Two races stand against that.
//!
//! - *Publishing.* A commit becomes visible in the file somewhere inside COMMIT, and nobody outside SQLite knows when.
//!   So the writer marks the documents of a group before COMMIT and unmarks them afterwards; while a document is
//!   marked, it is read from the file only.
//! - *A stale fill.* A reader that missed reads the old entry from the file, is held up while the writer commits and
//!   the new entry is cached and evicted again, and then caches the old one. So each shard counts its markings, and a
//!   fill counts only if that number is still what it was before the file was read.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bartizan_ledger::{Entry, Key};

/// Shards, so that readers and the writer rarely meet at one lock. A power of two.
const SHARDS: usize = 16;
/// What a slot costs besides the texts of its entry, in bytes, roughly.
const SLOT_BYTES: usize = 512;

/// An entry that would take more than one in so many bytes of its shard is not kept.
const ONE_IN: usize = 4;

/// Heads by key, at most a given number of bytes of them.
#[derive(Debug)]
pub(crate) struct Cache {
    shards: Vec<RwLock<Shard>>,
    shard_bytes_max: usize,
}

#[derive(Debug, Default)]
struct Shard {
    /// Markings so far.
    generation: u64,
    /// Documents whose commit is in flight.
    marked: HashSet<Key>,
    slots: HashMap<Key, Slot>,
    /// The keys of `slots`, each once, in the order in which they are looked at for eviction.
    queue: VecDeque<Key>,
    bytes: usize,
}

#[derive(Debug)]
struct Slot {
    /// `None`: the file has no such document.
    head: Option<Entry>,
    /// Read since it was last looked at for eviction.
    used: AtomicBool,
}

/// What the cache knows about a document.
#[derive(Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "moved once; a box would be an allocation in the hottest read")]
pub(crate) enum Lookup {
    /// This is the latest entry; `None`: there never was one.
    Known(Option<Entry>),
    /// Read the file, then [`Cache::fill`] with this ticket.
    Unknown(Ticket),
    /// Read the file, and leave the cache alone.
    InFlight,
}

/// Proves when a lookup was made.
#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) struct Ticket(u64);

impl Cache {
    /// A cache of about `bytes_max` bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::default()).collect();
        Self { shards, shard_bytes_max: bytes_max / SHARDS }
    }

    /// What is known about a document.
    pub(crate) fn look(&self, key: &Key) -> Lookup {
        let Some(shard) = self.read(key) else { return Lookup::InFlight };
        if !shard.marked.is_empty() && shard.marked.contains(key) {
            return Lookup::InFlight;
        }
        match shard.slots.get(key) {
            Some(slot) => {
                if !slot.used.load(Ordering::Relaxed) {
                    slot.used.store(true, Ordering::Relaxed);
                }
                Lookup::Known(slot.head.clone())
            }
            None => Lookup::Unknown(Ticket(shard.generation)),
        }
    }

    /// Remembers what the file said after [`Cache::look`], unless a commit has come between.
    pub(crate) fn fill(&self, key: &Key, ticket: Ticket, head: Option<Entry>) {
        let Some(mut shard) = self.write(key) else { return };
        if shard.generation == ticket.0 && !shard.slots.contains_key(key) {
            shard.put(key, head, self.shard_bytes_max);
        }
    }

    /// A commit of this document is about to become visible.
    pub(crate) fn mark(&self, key: &Key) {
        let Some(mut shard) = self.write(key) else { return };
        shard.generation += 1;
        shard.marked.insert(key.clone());
    }

    /// The commit is durable: this is the latest entry now. Does nothing unless the document is marked, so of several
    /// entries the latest is given first.
    pub(crate) fn publish(&self, head: &Entry) {
        let Some(mut shard) = self.write(&head.key) else { return };
        if shard.marked.remove(&head.key) {
            shard.put(&head.key, Some(head.clone()), self.shard_bytes_max);
        }
    }

    /// The commit was undone: everything is as it was before the mark.
    pub(crate) fn unmark(&self, key: &Key) {
        let Some(mut shard) = self.write(key) else { return };
        shard.marked.remove(key);
    }

    /// The shard of a key; there is always one, and the compiler need not take our word for it.
    fn shard(&self, key: &Key) -> Option<&RwLock<Shard>> {
        // FNV-1a over the name: it need only spread, not resist, for the shards' own tables resist
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = key.name.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, mix);
        #[expect(clippy::cast_possible_truncation, reason = "only the lowest bits count")]
        let place = (hash ^ (hash >> 32)) as usize % SHARDS;
        self.shards.get(place)
    }

    fn read(&self, key: &Key) -> Option<RwLockReadGuard<'_, Shard>> {
        Some(self.shard(key)?.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, key: &Key) -> Option<RwLockWriteGuard<'_, Shard>> {
        Some(self.shard(key)?.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shard {
    fn put(&mut self, key: &Key, head: Option<Entry>, bytes_max: usize) {
        if cost(key, head.as_ref()) > bytes_max / ONE_IN {
            self.drop_slot(key);
            return;
        }
        self.bytes += cost(key, head.as_ref());
        // a new slot counts as unused, so that a document read once does not drive out one read often
        let slot = Slot { head, used: AtomicBool::new(false) };
        match self.slots.insert(key.clone(), slot) {
            Some(old) => self.bytes -= cost(key, old.head.as_ref()),
            None => self.queue.push_back(key.clone()),
        }
        self.evict(bytes_max);
    }

    /// Forgets a document that has become too large to be kept.
    fn drop_slot(&mut self, key: &Key) {
        if let Some(slot) = self.slots.remove(key) {
            self.bytes -= cost(key, slot.head.as_ref());
            self.queue.retain(|queued| queued != key);
        }
    }

    /// Second chance: who was read since the last look goes to the end of the queue, who was not goes.
    fn evict(&mut self, bytes_max: usize) {
        while self.bytes > bytes_max
            && let Some(key) = self.queue.pop_front()
        {
            let used = self.slots.get_mut(&key).is_some_and(|slot| std::mem::take(slot.used.get_mut()));
            if used {
                self.queue.push_back(key);
            } else if let Some(slot) = self.slots.remove(&key) {
                self.bytes -= cost(&key, slot.head.as_ref());
            }
        }
    }
}

/// Bytes that a slot holds on to, roughly.
fn cost(key: &Key, head: Option<&Entry>) -> usize {
    let names = 4 * (key.realm.account.len() + key.realm.region.len() + key.kind.len() + key.name.len());
    let body = head.and_then(|head| head.body.as_ref()).map_or(0, |body| body.len());
    SLOT_BYTES + names + body
}

#[cfg(test)]
mod tests;
