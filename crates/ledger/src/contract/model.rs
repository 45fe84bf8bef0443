//! Random operations, compared with the reference in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bartizan_wire::Realm;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::sample::{exactly, put, realm};
use crate::{Batch, Change, Entry, Expect, Guard, Key, Ledger, LockToken, MemoryLedger, Page, Revision, Scope, Seq};

const NAMES: [&str; 6] = ["a", "ab", "b", "ba", "é", ""];
const KINDS: [&str; 2] = ["test/one", "test/two"];

/// One call of a ledger, in whatever realm it is made.
#[derive(Debug, Clone)]
pub enum Call {
    /// Guards, and changes to a body or to retirement.
    Commit(Vec<(Place, Expect)>, Vec<(Place, Expect, Option<String>)>),
    /// The latest entry.
    Head(Place),
    /// A revision.
    At(Place, u64),
    /// Heads of a kind with a prefix.
    Heads(&'static str, &'static str, Option<&'static str>, u16),
    /// A document's entries after a revision.
    History(Place, Option<u64>, u16),
    /// Entries after so many since the start.
    Since(u64, u16),
}

type Place = (&'static str, &'static str);

fn place() -> impl Strategy<Value = Place> {
    (select(&KINDS[..]), select(&NAMES[..]))
}

fn expect() -> impl Strategy<Value = Expect> {
    prop_oneof![3 => Just(Expect::Any), 2 => Just(Expect::Absent), 3 => (0..4_u64).prop_map(exactly)]
}

/// Any call, most often a commit.
pub fn call() -> impl Strategy<Value = Call> {
    let body = prop_oneof![3 => any::<u8>().prop_map(|byte| Some(byte.to_string())), 1 => Just(None)];
    let limit = prop_oneof![0..4_u16, Just(1000)];
    prop_oneof![
        6 => (vec((place(), expect()), 0..2), vec((place(), expect(), body), 0..4))
            .prop_map(|(guards, changes)| Call::Commit(guards, changes)),
        1 => place().prop_map(Call::Head),
        1 => (place(), 0..5_u64).prop_map(|(place, revision)| Call::At(place, revision)),
        2 => (select(&KINDS[..]), select(&["", "a", "b", "é"][..]), proptest::option::of(select(&NAMES[..])), limit.clone())
            .prop_map(|(kind, prefix, after, limit)| Call::Heads(kind, prefix, after, limit)),
        1 => (place(), proptest::option::of(0..4_u64), limit.clone())
            .prop_map(|(place, after, limit)| Call::History(place, after, limit)),
        1 => (0..20_u64, limit).prop_map(|(after, limit)| Call::Since(after, limit)),
    ]
}

impl Call {
    /// Whether it is a commit.
    pub fn is_commit(&self) -> bool {
        matches!(self, Self::Commit(..))
    }

    /// Makes the call in a realm, on a ledger whose entries before `start` do not count, and writes the answer down
    /// in a form that can be compared.
    pub async fn make(&self, ledger: &dyn Ledger, realm: &Realm, start: Seq) -> String {
        let key = |(kind, name): Place| Key { realm: realm.clone(), kind: kind.to_owned(), name: name.to_owned() };
        let entries = |entries: Vec<Entry>| {
            let entries: Vec<Entry> = entries.into_iter().map(|entry| comparable(entry, start)).collect();
            format!("{entries:?}")
        };
        match self.clone() {
            Self::Commit(guards, changes) => {
                let guards = guards.into_iter().map(|(place, expect)| Guard { key: key(place), expect }).collect();
                let change = |(place, expect, body): (Place, Expect, Option<String>)| Change {
                    key: key(place),
                    expect,
                    body: body.map(Arc::from),
                    ..put("", expect, "")
                };
                let changes = changes.into_iter().map(change).collect();
                match ledger.commit(&Batch { guards, changes }).await {
                    Ok(committed) => entries(committed),
                    Err(error) => format!("{error:?}"),
                }
            }
            Self::Head(place) => entries(ledger.head(&key(place)).await.unwrap().into_iter().collect()),
            Self::At(place, revision) => {
                entries(ledger.at(&key(place), Revision(revision)).await.unwrap().into_iter().collect())
            }
            Self::Heads(kind, prefix, after, limit) => {
                let scope = Scope::Heads { realm: realm.clone(), kind: kind.to_owned(), prefix: prefix.to_owned() };
                let page = Page { after: after.map(str::to_owned), limit };
                entries(ledger.list(&scope, &page).await.unwrap())
            }
            Self::History(place, after, limit) => {
                let page = Page { after: after.map(|after| after.to_string()), limit };
                entries(ledger.list(&Scope::History(key(place)), &page).await.unwrap())
            }
            Self::Since(after, limit) => entries(ledger.since(Seq(start.0 + after), limit).await.unwrap()),
        }
    }
}

/// Without the token, which is new each time, and with `seq` counted from the start.
fn comparable(entry: Entry, start: Seq) -> Entry {
    Entry { seq: Seq(entry.seq.0 - start.0), token: LockToken(String::new()), ..entry }
}

/// A realm that no case before has used.
fn next_realm() -> Realm {
    static NEXT: AtomicU64 = AtomicU64::new(1000);
    realm(NEXT.fetch_add(1, Ordering::Relaxed))
}

pub async fn does_as_the_reference_does(ledger: Arc<dyn Ledger>) {
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let here = tokio::runtime::Handle::current();
    let all = vec(call(), 1..40);
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&all, |calls| {
            here.block_on(async {
                let (realm, reference) = (next_realm(), MemoryLedger::new());
                let start = ledger.tip().await.unwrap();
                for (number, call) in calls.iter().enumerate() {
                    let expected = call.make(&reference, &realm, Seq(0)).await;
                    let actual = call.make(&*ledger, &realm, start).await;
                    if expected != actual {
                        let difference = format!("call {number}, {call:?}: expected {expected}, got {actual}");
                        return Err(TestCaseError::fail(difference));
                    }
                }
                Ok(())
            })
        })
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}
