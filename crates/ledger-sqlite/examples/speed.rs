//! How many reads and commits a ledger does in a second, in a new file in the current folder:
//! `cargo run --release -p bartizan-ledger-sqlite --example speed`
#![expect(clippy::unwrap_used, reason = "it measures, and ends at the first failure")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bartizan_ledger::contract::run;
use bartizan_ledger::contract::sample::{batch, commit, heads, key, page, put};
use bartizan_ledger::{Expect, Ledger};
use bartizan_ledger_sqlite::SqliteLedger;
use tokio::task::JoinSet;

const DOCUMENTS: usize = 100;
const TIME: Duration = Duration::from_millis(1500);

fn main() {
    // a temporary folder of the system may be in memory, which flushes nothing
    let folder = tempfile::tempdir_in(".").unwrap();
    let ledger = Arc::new(SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap());
    let body = "x".repeat(2000);
    run(async {
        let all = (0..DOCUMENTS).map(|number| put(&format!("pb-{number:017}"), Expect::Absent, &body)).collect();
        ledger.commit(&batch(all)).await.unwrap();
        let keys: Vec<_> = (0..DOCUMENTS).map(|number| key(&format!("pb-{number:017}"))).collect();
        for readers in [1, 2] {
            let mut tasks = JoinSet::new();
            for _ in 0..readers {
                let (ledger, keys) = (Arc::clone(&ledger), keys.clone());
                tasks.spawn(async move {
                    let (start, mut count) = (Instant::now(), 0_u64);
                    while start.elapsed() < TIME {
                        for key in &keys {
                            assert!(ledger.head(key).await.unwrap().is_some());
                            count += 1;
                        }
                    }
                    count
                });
            }
            say("head", readers, tasks.join_all().await.into_iter().sum());
        }
        for clients in [1, 8] {
            let mut tasks = JoinSet::new();
            for _ in 0..clients {
                let ledger = Arc::clone(&ledger);
                tasks.spawn(async move {
                    let (start, mut count) = (Instant::now(), 0_u64);
                    while start.elapsed() < TIME {
                        let listed = ledger.list(&heads("pb-"), &page(None, 1000)).await.unwrap();
                        assert_eq!(listed.len(), DOCUMENTS);
                        count += 1;
                    }
                    count
                });
            }
            say("list of 100", clients, tasks.join_all().await.into_iter().sum());
        }
        for clients in [1, 8, 64] {
            let before = ledger.statistics();
            let mut tasks = JoinSet::new();
            for client in 0..clients {
                let (ledger, body) = (Arc::clone(&ledger), body.clone());
                tasks.spawn(async move {
                    let (start, mut count) = (Instant::now(), 0_u64);
                    while start.elapsed() < TIME {
                        commit(&*ledger, put(&format!("c-{client}"), Expect::Any, &body)).await.unwrap();
                        count += 1;
                    }
                    count
                });
            }
            say("commit", clients, tasks.join_all().await.into_iter().sum());
            println!("  in {} flushes", ledger.statistics().groups - before.groups);
        }
    });
}

fn say(what: &str, clients: usize, count: u64) {
    println!("{what}, {clients} at once: {} a second", u128::from(count) * 1000 / TIME.as_millis());
}
