//! Commits that wait together become durable together, and do not disturb each other.

use std::sync::Arc;
use std::time::Duration;

use bartizan_ledger::contract::run;
use bartizan_ledger::contract::sample::{batch, commit, committed, conflict, exactly, key, put};
use bartizan_ledger::{Expect, Ledger, Revision, Seq};
use bartizan_ledger_sqlite::SqliteLedger;
use rusqlite::Connection;
use tokio::task::JoinSet;

#[test]
fn what_waits_is_one_group() {
    const WAITING: u64 = 100;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Arc::new(SqliteLedger::open(&path).unwrap());
    run(async {
        committed(&*ledger, put("taken", Expect::Absent, "x")).await;
        let before = ledger.statistics();
        // somebody else writes, so that the writer waits in the group of the first commit and the rest queues up
        let hold = Connection::open(&path).unwrap();
        hold.execute_batch(include_str!("hold.sql")).unwrap();
        let mut commits = JoinSet::new();
        for number in 0..WAITING {
            let ledger = Arc::clone(&ledger);
            commits.spawn(async move {
                let name = format!("n{number}");
                // every third one changes something else first, and must leave no trace of that
                let changes = vec![put(&name, Expect::Absent, "x"), put("taken", Expect::Absent, "y")];
                if number % 3 == 0 {
                    assert_eq!(conflict(ledger.commit(&batch(changes)).await), ("taken".to_owned(), Some(1)));
                    return None;
                }
                Some(commit(&*ledger, put(&name, Expect::Absent, "x")).await.unwrap())
            });
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        hold.execute_batch(include_str!("let_go.sql")).unwrap();
        let mut entries: Vec<_> = commits.join_all().await.into_iter().flatten().collect();
        entries.sort_by_key(|entry| entry.seq);
        let after = ledger.statistics();
        let done = entries.len() as u64;
        assert_eq!(after.commits - before.commits, done);
        assert_eq!(after.refused - before.refused, WAITING - done);
        assert!(after.groups - before.groups <= 3, "{done} commits took {} flushes", after.groups - before.groups);
        assert!(after.largest_group > done / 2);
        assert_eq!(ledger.since(Seq(1), 1000).await.unwrap(), entries, "no gaps, and nothing of the refused");
    });
}

#[test]
fn one_document_many_times_in_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Arc::new(SqliteLedger::open(&path).unwrap());
    run(async {
        let hold = Connection::open(&path).unwrap();
        hold.execute_batch(include_str!("hold.sql")).unwrap();
        let mut commits = JoinSet::new();
        for number in 0..50 {
            let ledger = Arc::clone(&ledger);
            commits.spawn(async move { committed(&*ledger, put("a", Expect::Any, &number.to_string())).await });
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(ledger.head(&key("a")).await.unwrap(), None, "nothing is seen before it is durable");
        hold.execute_batch(include_str!("let_go.sql")).unwrap();
        let last = commits.join_all().await.into_iter().max_by_key(|entry| entry.revision).unwrap();
        assert_eq!(last.revision, Revision(50));
        assert_eq!(ledger.head(&key("a")).await.unwrap(), Some(last));
        committed(&*ledger, put("a", exactly(50), "x")).await;
    });
}

#[test]
fn a_caller_that_goes_away_disturbs_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Arc::new(SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap());
    run(async {
        for number in 0..100 {
            let impatient = {
                let ledger = Arc::clone(&ledger);
                tokio::spawn(async move { commit(&*ledger, put("a", Expect::Any, "x")).await })
            };
            if number % 2 == 0 {
                tokio::task::yield_now().await;
            }
            impatient.abort();
            committed(&*ledger, put("b", Expect::Any, "x")).await;
        }
        let head = ledger.head(&key("b")).await.unwrap().unwrap();
        assert_eq!(head.revision, Revision(100));
        let all = ledger.since(Seq(0), 1000).await.unwrap();
        assert!(all.iter().zip(1..).all(|(entry, seq)| entry.seq == Seq(seq)));
    });
}

#[test]
fn heads_are_read_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path).unwrap();
    run(async { drop(committed(&ledger, put("a", Expect::Any, "x")).await) });
    drop(ledger);
    let ledger = SqliteLedger::open(&path).unwrap();
    run(async {
        for _ in 0..100 {
            ledger.head(&key("a")).await.unwrap().unwrap();
            assert_eq!(ledger.head(&key("absent")).await.unwrap(), None);
        }
        assert_eq!(ledger.statistics().head_misses, 2, "each was read from the file once");
        committed(&ledger, put("b", Expect::Any, "x")).await;
        ledger.head(&key("b")).await.unwrap().unwrap();
        assert_eq!(ledger.statistics().head_misses, 2, "what was committed is in memory already");
    });
}
