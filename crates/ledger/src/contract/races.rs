//! What holds while many read and write at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::sample::{batch, commit, committed, exactly, heads, key, page, put};
use crate::{CommitError, Expect, Ledger, Revision, Scope, Seq};

type Backend = Arc<dyn Ledger>;

// INVARIANT: L2
pub async fn one_winner_of_many(ledger: Backend) {
    committed(&*ledger, put("a", Expect::Absent, "0")).await;
    for round in 1..=10 {
        let mut tries = JoinSet::new();
        for number in 0..24 {
            let ledger = Arc::clone(&ledger);
            tries.spawn(async move { commit(&*ledger, put("a", exactly(round), &number.to_string())).await });
        }
        let mut winners = Vec::new();
        while let Some(outcome) = tries.join_next().await {
            match outcome.unwrap() {
                Ok(entry) => winners.push(entry),
                Err(CommitError::Conflict { key, actual }) => {
                    assert_eq!((key.name.as_str(), actual), ("a", Some(Revision(round + 1))));
                }
                Err(other) => assert!(matches!(other, CommitError::Conflict { .. }), "{other}"),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        assert_eq!(ledger.head(&key("a")).await.unwrap(), winners.pop());
    }
}

// INVARIANT: L1
pub async fn revisions_have_no_gaps_under_concurrency(ledger: Backend) {
    let mut writers = JoinSet::new();
    for writer in 0..16_u64 {
        let ledger = Arc::clone(&ledger);
        writers.spawn(async move {
            let mut seen = Vec::new();
            for round in 0..8_u64 {
                let name = format!("n{}", (writer + round) % 3);
                // some fail, and must not use up a number
                if let Ok(entry) = commit(&*ledger, put(&name, exactly(round + 1), "x")).await {
                    seen.push(entry);
                }
                seen.push(committed(&*ledger, put(&name, Expect::Any, "x")).await);
            }
            seen
        });
    }
    let mut acknowledged = Vec::new();
    while let Some(seen) = writers.join_next().await {
        acknowledged.extend(seen.unwrap());
    }
    acknowledged.sort_by_key(|entry| (entry.key.clone(), entry.revision));
    let mut stored = Vec::new();
    for name in ["n0", "n1", "n2"] {
        let history = ledger.list(&Scope::History(key(name)), &page(None, 1000)).await.unwrap();
        for (place, entry) in history.iter().enumerate() {
            assert_eq!(entry.revision.0, place as u64 + 1);
        }
        stored.extend(history);
    }
    assert_eq!(stored, acknowledged, "what was acknowledged is what is stored");
}

// INVARIANT: L4
pub async fn since_never_skips(ledger: Backend) {
    const WRITERS: u64 = 12;
    const ROUNDS: u64 = 20;
    // one entry alone and two in a batch, each round
    const TOTAL: u64 = WRITERS * ROUNDS * 3;
    let start = ledger.tip().await.unwrap();
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let ledger = Arc::clone(&ledger);
        tasks.spawn(async move {
            for round in 0..ROUNDS {
                committed(&*ledger, put("shared", Expect::Any, "x")).await;
                let pair = [format!("w{writer}-{round}-a"), format!("w{writer}-{round}-b")];
                let changes = pair.iter().map(|name| put(name, Expect::Absent, "x")).collect();
                ledger.commit(&batch(changes)).await.unwrap();
            }
        });
    }
    for limit in [1, 7, 1000] {
        let ledger = Arc::clone(&ledger);
        tasks.spawn(async move {
            let mut last = start;
            while last.0 < start.0 + TOTAL {
                for entry in ledger.since(last, limit).await.unwrap() {
                    assert_eq!(entry.seq, Seq(last.0 + 1), "an entry appeared behind one that was already read");
                    last = entry.seq;
                }
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(ledger.tip().await.unwrap(), Seq(start.0 + TOTAL));
}

pub async fn acknowledged_is_visible_everywhere(ledger: Backend) {
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let ledger = Arc::clone(&ledger);
        writers.spawn(async move {
            let name = format!("n{}", writer % 4);
            for _ in 0..15 {
                let entry = committed(&*ledger, put(&name, Expect::Any, "x")).await;
                let head = ledger.head(&entry.key).await.unwrap().unwrap();
                assert!(head.revision >= entry.revision, "the head is older than what was acknowledged");
                assert_eq!(ledger.at(&entry.key, entry.revision).await.unwrap().as_ref(), Some(&entry));
                let listed = ledger.list(&heads(&name), &page(None, 1)).await.unwrap();
                assert!(listed[0].revision >= head.revision, "a list is older than what was read before");
                assert!(ledger.tip().await.unwrap() >= entry.seq);
                assert_eq!(ledger.since(Seq(entry.seq.0 - 1), 1).await.unwrap(), [entry]);
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
}

pub async fn reads_never_go_back(ledger: Backend) {
    let stop = Arc::new(AtomicBool::new(false));
    committed(&*ledger, put("a", Expect::Absent, "0")).await;
    let mut readers = JoinSet::new();
    for _ in 0..6 {
        let (ledger, stop) = (Arc::clone(&ledger), Arc::clone(&stop));
        readers.spawn(async move {
            let mut seen = Revision(0);
            while !stop.load(Ordering::Relaxed) {
                // the ways to read agree about what is the latest, whatever order they are used in
                let head = ledger.head(&key("a")).await.unwrap().unwrap().revision;
                assert!(head >= seen, "the head went back from {seen:?} to {head:?}");
                let listed = ledger.list(&heads("a"), &page(None, 1)).await.unwrap()[0].revision;
                assert!(listed >= head, "a list went back from {head:?} to {listed:?}");
                let again = ledger.head(&key("a")).await.unwrap().unwrap().revision;
                assert!(again >= listed, "the head went back from {listed:?} to {again:?}");
                seen = again;
                tokio::task::yield_now().await;
            }
            seen
        });
    }
    let mut last = Revision(0);
    for _ in 0..150 {
        last = committed(&*ledger, put("a", Expect::Any, "x")).await.revision;
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(seen) = readers.join_next().await {
        assert!(seen.unwrap() <= last);
    }
}

pub async fn batches_are_never_seen_in_part(ledger: Backend) {
    let stop = Arc::new(AtomicBool::new(false));
    let both = |body: &str| batch(vec![put("p/left", Expect::Any, body), put("p/right", Expect::Any, body)]);
    ledger.commit(&both("0")).await.unwrap();
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (ledger, stop) = (Arc::clone(&ledger), Arc::clone(&stop));
        readers.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let pair = ledger.list(&heads("p/"), &page(None, 2)).await.unwrap();
                assert_eq!(pair[0].body, pair[1].body, "a list showed half a batch");
            }
        });
    }
    for round in 1..100 {
        ledger.commit(&both(&round.to_string())).await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(done) = readers.join_next().await {
        done.unwrap();
    }
}
