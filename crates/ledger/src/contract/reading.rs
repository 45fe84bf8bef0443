//! Heads, revisions, lists and the feed.

use std::sync::Arc;

use super::sample::{batch, committed, exactly, heads, key, names, page, put, realm, retire};
use crate::{Change, Expect, Key, Ledger, Page, Revision, Scope, Seq, StoreError};

type Backend = Arc<dyn Ledger>;

pub async fn head_of_nothing_is_none(ledger: Backend) {
    for _ in 0..2 {
        assert_eq!(ledger.head(&key("a")).await.unwrap(), None);
    }
    committed(&*ledger, put("a", Expect::Absent, "1")).await;
    assert!(ledger.head(&key("a")).await.unwrap().is_some(), "an absence that was read is not remembered");
}

pub async fn head_is_the_latest_entry(ledger: Backend) {
    for round in 0..10 {
        let entry = committed(&*ledger, put("a", exactly_or_absent(round), &round.to_string())).await;
        assert_eq!(ledger.head(&key("a")).await.unwrap(), Some(entry));
    }
}

fn exactly_or_absent(revision: u64) -> Expect {
    if revision == 0 { Expect::Absent } else { exactly(revision) }
}

pub async fn head_shows_retirement(ledger: Backend) {
    committed(&*ledger, put("a", Expect::Absent, "1")).await;
    let entry = committed(&*ledger, retire("a", exactly(1))).await;
    let head = ledger.head(&key("a")).await.unwrap().unwrap();
    assert_eq!(head, entry);
    assert_eq!(head.live(), None);
}

pub async fn at_finds_every_revision(ledger: Backend) {
    let mut entries = Vec::new();
    for body in ["1", "2", "3"] {
        entries.push(committed(&*ledger, put("a", Expect::Any, body)).await);
    }
    for entry in &entries {
        assert_eq!(ledger.at(&key("a"), entry.revision).await.unwrap().as_ref(), Some(entry));
    }
    for absent in [0, 4, u64::MAX] {
        assert_eq!(ledger.at(&key("a"), Revision(absent)).await.unwrap(), None);
    }
    assert_eq!(ledger.at(&key("b"), Revision(1)).await.unwrap(), None);
}

pub async fn history_is_oldest_first_and_pages(ledger: Backend) {
    let mut entries = Vec::new();
    for round in 0..12 {
        committed(&*ledger, put("other", Expect::Any, "x")).await;
        let change = if round == 5 { retire("a", Expect::Any) } else { put("a", Expect::Any, &round.to_string()) };
        entries.push(committed(&*ledger, change).await);
    }
    let scope = Scope::History(key("a"));
    assert_eq!(ledger.list(&scope, &page(None, 100)).await.unwrap(), entries);
    assert_eq!(ledger.list(&scope, &page(None, 3)).await.unwrap(), entries[..3]);
    // 12 after 9 in numbers, not in characters
    assert_eq!(ledger.list(&scope, &page(Some("9"), 10)).await.unwrap(), entries[9..]);
    assert_eq!(ledger.list(&scope, &page(Some("12"), 10)).await.unwrap(), []);
    assert_eq!(ledger.list(&scope, &page(Some(&u64::MAX.to_string()), 10)).await.unwrap(), []);
    assert_eq!(ledger.list(&scope, &page(None, 0)).await.unwrap(), []);
    assert_eq!(ledger.list(&Scope::History(key("never")), &page(None, 10)).await.unwrap(), []);
}

pub async fn history_after_something_else_than_a_number_fails(ledger: Backend) {
    let outcome = ledger.list(&Scope::History(key("a")), &page(Some("x"), 10)).await;
    assert!(matches!(outcome, Err(StoreError::Failed(_))), "{outcome:?}");
}

pub async fn heads_are_in_byte_order(ledger: Backend) {
    let mut sorted =
        ["", "A", "Z", "_", "a", "a\u{0}", "a0", "aa", "b", "z", "é", "\u{ffff}", "\u{10000}", "\u{10ffff}"].to_vec();
    sorted.sort_unstable();
    for name in sorted.iter().rev() {
        committed(&*ledger, put(name, Expect::Absent, "x")).await;
    }
    let entries = ledger.list(&heads(""), &page(None, 100)).await.unwrap();
    assert_eq!(names(&entries), sorted);
    for (place, name) in sorted.iter().enumerate() {
        let rest = ledger.list(&heads(""), &page(Some(name), 100)).await.unwrap();
        assert_eq!(names(&rest), sorted[place + 1..], "after {name:?}");
    }
}

pub async fn heads_page_without_gaps(ledger: Backend) {
    let all: Vec<String> = (0..25).map(|number| format!("n{number:02}")).collect();
    ledger.commit(&batch(all.iter().map(|name| put(name, Expect::Absent, name)).collect())).await.unwrap();
    for limit in [1, 2, 7, 25, 26] {
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let entries = ledger.list(&heads("n"), &page(after.as_deref(), limit)).await.unwrap();
            assert!(entries.len() <= usize::from(limit));
            let Some(last) = entries.last() else { break };
            after = Some(last.key.name.clone());
            seen.extend(entries.into_iter().map(|entry| entry.key.name));
        }
        assert_eq!(seen, all, "in pages of {limit}");
    }
    assert_eq!(ledger.list(&heads(""), &page(None, 0)).await.unwrap(), []);
    // a name that is not there, before and between those that are
    let between = ledger.list(&heads(""), &page(Some("n05x"), 1)).await.unwrap();
    assert_eq!(names(&between), ["n06"]);
    let before = ledger.list(&heads("n2"), &page(Some("a"), 1)).await.unwrap();
    assert_eq!(names(&before), ["n20"]);
}

pub async fn heads_leave_out_the_retired(ledger: Backend) {
    for name in ["a", "b", "c", "d"] {
        committed(&*ledger, put(name, Expect::Absent, "1")).await;
    }
    for name in ["a", "c"] {
        committed(&*ledger, retire(name, exactly(1))).await;
    }
    let live = committed(&*ledger, put("b", exactly(1), "2")).await;
    let entries = ledger.list(&heads(""), &page(None, 10)).await.unwrap();
    assert_eq!(names(&entries), ["b", "d"]);
    assert_eq!(entries[0], live, "a list has the latest entry");
    let two = ledger.list(&heads(""), &page(None, 2)).await.unwrap();
    assert_eq!(names(&two), ["b", "d"], "the retired do not take up room in a page");
    committed(&*ledger, put("c", Expect::Absent, "3")).await;
    assert_eq!(names(&ledger.list(&heads(""), &page(None, 10)).await.unwrap()), ["b", "c", "d"]);
}

pub async fn heads_have_the_prefix(ledger: Backend) {
    let all = ["a", "a%", "a%b", "a_", "ab", "abc", "b", "é", "éa", "\u{10ffff}", "\u{10ffff}x"];
    for name in all {
        committed(&*ledger, put(name, Expect::Absent, "x")).await;
    }
    for prefix in ["", "a", "a%", "a_", "ab", "abcd", "é", "e", "\u{10ffff}", "zz"] {
        let mut expected: Vec<&str> = all.into_iter().filter(|name| name.starts_with(prefix)).collect();
        expected.sort_unstable();
        let entries = ledger.list(&heads(prefix), &page(None, 100)).await.unwrap();
        assert_eq!(names(&entries), expected, "prefix {prefix:?}");
        let late = ledger.list(&heads(prefix), &page(Some("\u{10ffff}\u{10ffff}"), 100)).await.unwrap();
        assert_eq!(names(&late), [""; 0], "nothing is after everything");
    }
}

pub async fn heads_stay_in_realm_and_kind(ledger: Backend) {
    let elsewhere = [
        Key { realm: realm(2), ..key("n") },
        Key { kind: "test/thin".to_owned(), ..key("n") },
        Key { kind: "test/thinga".to_owned(), ..key("n") },
    ];
    for key in elsewhere {
        committed(&*ledger, Change { key, ..put("", Expect::Absent, "x") }).await;
    }
    assert_eq!(ledger.list(&heads(""), &page(None, 10)).await.unwrap(), []);
    committed(&*ledger, put("n", Expect::Absent, "x")).await;
    assert_eq!(ledger.list(&heads(""), &page(None, 10)).await.unwrap().len(), 1);
}

pub async fn lists_are_capped(ledger: Backend) {
    let start = ledger.tip().await.unwrap();
    let max = usize::from(Page::LIMIT_MAX);
    for part in 0..3 {
        let changes = (0..400).map(|number| put(&format!("n{part}-{number:03}"), Expect::Absent, "x")).collect();
        ledger.commit(&batch(changes)).await.unwrap();
    }
    let first = ledger.list(&heads(""), &page(None, u16::MAX)).await.unwrap();
    assert_eq!(first.len(), max);
    let rest = ledger.list(&heads(""), &page(Some(&first[max - 1].key.name), u16::MAX)).await.unwrap();
    assert_eq!(rest.len(), 200);
    let fed = ledger.since(start, u16::MAX).await.unwrap();
    assert_eq!(fed.len(), max);
    assert_eq!(ledger.since(fed[max - 1].seq, u16::MAX).await.unwrap().len(), 200);
}

pub async fn since_is_in_commit_order_and_pages(ledger: Backend) {
    let start = ledger.tip().await.unwrap();
    let mut entries = Vec::new();
    for round in 0..5 {
        let changes = vec![put("z", Expect::Any, "x"), put(&format!("a{round}"), Expect::Absent, "x")];
        entries.extend(ledger.commit(&batch(changes)).await.unwrap());
        entries.push(committed(&*ledger, retire("r", Expect::Any)).await);
    }
    assert_eq!(ledger.since(start, 100).await.unwrap(), entries);
    assert_eq!(ledger.since(Seq(start.0 + 4), 3).await.unwrap(), entries[4..7]);
    assert_eq!(ledger.since(start, 0).await.unwrap(), []);
}

pub async fn since_beyond_the_tip_is_empty(ledger: Backend) {
    let entry = committed(&*ledger, put("a", Expect::Absent, "1")).await;
    for beyond in [entry.seq.0, entry.seq.0 + 1, u64::MAX] {
        assert_eq!(ledger.since(Seq(beyond), 10).await.unwrap(), []);
    }
}
