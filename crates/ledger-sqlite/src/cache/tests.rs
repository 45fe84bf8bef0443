//! The two races, step by step, and the bounds.

use std::sync::Arc;

use bartizan_ledger::contract::sample::{key, stamp};
use bartizan_ledger::{Entry, LockToken, Revision, Seq};

use super::{Cache, Lookup, SHARDS, SLOT_BYTES, Ticket};

fn entry(name: &str, revision: u64) -> Entry {
    Entry {
        key: key(name),
        revision: Revision(revision),
        seq: Seq(revision),
        token: LockToken(String::new()),
        format: 1,
        body: Some(Arc::from("{}")),
        stamp: stamp(),
    }
}

/// Room for about so many entries in each shard.
fn cache(entries: usize) -> Cache {
    Cache::new(SHARDS * (SLOT_BYTES + 200) * entries)
}

fn ticket(cache: &Cache, name: &str) -> Ticket {
    match cache.look(&key(name)) {
        Lookup::Unknown(ticket) => ticket,
        other => panic!("`{name}` should be unknown: {other:?}"),
    }
}

fn known(cache: &Cache, name: &str) -> Option<u64> {
    match cache.look(&key(name)) {
        Lookup::Known(Some(entry)) => Some(entry.revision.0),
        _ => None,
    }
}

fn commit(cache: &Cache, entry: &Entry) {
    cache.mark(&entry.key);
    cache.publish(entry);
}

#[test]
fn what_was_read_is_remembered() {
    let cache = cache(10);
    cache.fill(&key("a"), ticket(&cache, "a"), Some(entry("a", 1)));
    cache.fill(&key("b"), ticket(&cache, "b"), None);
    assert_eq!(known(&cache, "a"), Some(1));
    assert_eq!(cache.look(&key("b")), Lookup::Known(None));
    commit(&cache, &entry("b", 1));
    assert_eq!(known(&cache, "b"), Some(1), "an absence ends with the first commit");
}

#[test]
fn a_fill_that_a_commit_overtook_does_not_count() {
    let cache = cache(10);
    // a reader misses, and reads revision 1 from the file
    let stale = ticket(&cache, "a");
    commit(&cache, &entry("a", 2));
    cache.fill(&key("a"), stale, Some(entry("a", 1)));
    assert_eq!(known(&cache, "a"), Some(2));
}

#[test]
fn a_fill_that_a_commit_and_an_eviction_overtook_does_not_count() {
    let cache = cache(4);
    let stale = ticket(&cache, "a");
    commit(&cache, &entry("a", 2));
    for number in 0..SHARDS * 20 {
        commit(&cache, &entry(&format!("other-{number}"), 1));
    }
    assert_eq!(known(&cache, "a"), None, "the entry should have been evicted by now");
    cache.fill(&key("a"), stale, Some(entry("a", 1)));
    assert_eq!(known(&cache, "a"), None, "an entry older than one that was acknowledged came back");
}

#[test]
fn a_document_in_flight_is_read_from_the_file_only() {
    let cache = cache(10);
    let before = ticket(&cache, "a");
    cache.mark(&key("a"));
    assert_eq!(cache.look(&key("a")), Lookup::InFlight);
    // the file may show either side of the commit now
    cache.fill(&key("a"), before, Some(entry("a", 1)));
    assert_eq!(cache.look(&key("a")), Lookup::InFlight);
    cache.publish(&entry("a", 2));
    assert_eq!(known(&cache, "a"), Some(2));

    cache.mark(&key("a"));
    assert_eq!(cache.look(&key("a")), Lookup::InFlight, "although an entry is there");
    cache.unmark(&key("a"));
    assert_eq!(known(&cache, "a"), Some(2), "an undone commit leaves everything as it was");
}

#[test]
fn only_the_latest_entry_of_a_group_is_published() {
    let cache = cache(10);
    for revision in [1, 2, 3] {
        cache.mark(&entry("a", revision).key);
    }
    for revision in [3, 2, 1] {
        cache.publish(&entry("a", revision));
    }
    assert_eq!(known(&cache, "a"), Some(3));
}

#[test]
fn memory_is_bounded_and_the_used_stay() {
    let cache = cache(8);
    commit(&cache, &entry("used", 1));
    for number in 0..SHARDS * 100 {
        assert_eq!(known(&cache, "used"), Some(1), "after {number} others");
        commit(&cache, &entry(&format!("other-{number}"), 1));
    }
    for shard in &cache.shards {
        let shard = shard.read().unwrap();
        assert!(shard.bytes <= cache.shard_bytes_max);
        assert_eq!(shard.slots.len(), shard.queue.len());
        assert!(shard.slots.len() <= 10, "{} slots", shard.slots.len());
    }
}

#[test]
fn what_is_too_large_is_not_kept_and_nothing_older_instead() {
    let cache = cache(8);
    commit(&cache, &entry("a", 1));
    commit(&cache, &entry("b", 1));
    let large = Entry { body: Some(Arc::from("x".repeat(cache.shard_bytes_max))), ..entry("a", 2) };
    commit(&cache, &large);
    assert_eq!(known(&cache, "a"), None);
    assert_eq!(known(&cache, "b"), Some(1), "the others stay");
    commit(&cache, &entry("a", 3));
    assert_eq!(known(&cache, "a"), Some(3));
}
