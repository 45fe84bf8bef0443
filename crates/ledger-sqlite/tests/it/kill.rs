//! Killed at any moment, a ledger has everything that it acknowledged, nothing in halves, and no gaps.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bartizan_ledger::contract::run;
use bartizan_ledger::contract::sample::{batch, put};
use bartizan_ledger::{Entry, Expect, Ledger, Seq};
use bartizan_ledger_sqlite::SqliteLedger;

use crate::child;

const ROUNDS: u64 = 12;
const WRITERS: usize = 8;

#[test]
#[ignore = "started by the test below"]
fn commits_until_it_is_killed() {
    let ledger = Arc::new(SqliteLedger::open(child::folder().join("ledger.sqlite")).unwrap());
    run(async {
        let writers = (0..WRITERS).map(|writer| {
            let ledger = Arc::clone(&ledger);
            tokio::spawn(async move {
                for round in 0.. {
                    commit(&ledger, writer, round).await;
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
}

/// One document that all change, and two that are always changed together.
async fn commit(ledger: &SqliteLedger, writer: usize, round: u64) {
    let body = format!("{writer}-{round}-{}", "x".repeat(writer * 500));
    let pair = [format!("left-{writer}"), format!("right-{writer}")];
    let mut changes = vec![put("shared", Expect::Any, &body)];
    changes.extend(pair.iter().map(|name| put(name, Expect::Any, &body)));
    for entry in ledger.commit(&batch(changes)).await.unwrap() {
        child::tell(&format!("{} {} {} {}", entry.seq.0, entry.revision.0, entry.key.name, entry.token.0));
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeMap::new();
    let mut last = 0;
    for round in 0..ROUNDS {
        // now and then also while it starts, which is when it recovers from the kill before
        let working = round % 4 != 3;
        let new = kill_after(folder.path(), working, Duration::from_micros(random() % 120_000));
        assert!(!new.is_empty() || !working, "round {round} has acknowledged nothing");
        acknowledged.extend(new);
        let stored = check(folder.path());
        assert!(stored.len() >= last, "round {round} has lost entries");
        last = stored.len();
        for (seq, said) in &acknowledged {
            let entry = stored.get(usize::try_from(seq - 1).unwrap());
            let entry = entry.unwrap_or_else(|| panic!("entry {seq} was acknowledged and is lost in round {round}"));
            let stored = format!("{} {} {}", entry.revision.0, entry.key.name, entry.token.0);
            assert_eq!(stored, *said, "entry {seq}");
        }
    }
}

/// What a child acknowledged before it was killed, so long after its start, or after its first acknowledgement.
fn kill_after(folder: &Path, working: bool, time: Duration) -> Vec<(u64, String)> {
    let mut process = child::command("kill::commits_until_it_is_killed", folder).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let (begin, begun) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let mut line = String::new();
        while output.read_line(&mut line).unwrap() > 0 {
            if let Some((seq, rest)) = child::told(&line).and_then(|line| line.split_once(' ')) {
                said.push((seq.parse().unwrap(), rest.to_owned()));
                // nobody listens any more after the first
                let _ = begin.send(());
            }
            line.clear();
        }
        said
    });
    if working {
        begun.recv().unwrap();
    }
    std::thread::sleep(time);
    process.kill().unwrap();
    process.wait().unwrap();
    reader.join().unwrap()
}

/// Opens what is left, and finds it whole.
fn check(folder: &Path) -> Vec<Entry> {
    let mut stored = Vec::new();
    let ledger = SqliteLedger::open(folder.join("ledger.sqlite")).unwrap();
    run(async {
        loop {
            let more = ledger.since(Seq(stored.len() as u64), 1000).await.unwrap();
            if more.is_empty() {
                break;
            }
            stored.extend(more);
        }
        let mut revisions = BTreeMap::new();
        for (place, entry) in stored.iter().enumerate() {
            assert_eq!(entry.seq.0, place as u64 + 1, "seq has a gap");
            let before = revisions.insert(entry.key.clone(), entry.revision.0).unwrap_or(0);
            assert_eq!(entry.revision.0, before + 1, "`{}` has a gap", entry.key.name);
        }
        for (key, revision) in revisions {
            assert_eq!(ledger.head(&key).await.unwrap().unwrap().revision.0, revision, "`{}`", key.name);
        }
    });
    for together in stored.chunks(3) {
        assert_eq!(together.len(), 3, "the last batch is there in part");
        let [shared, left, right] = together else { continue };
        assert_eq!(shared.key.name, "shared");
        assert_eq!(left.key.name.replace("left", "right"), right.key.name);
        assert!(shared.body == left.body && left.body == right.body);
    }
    stored
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
