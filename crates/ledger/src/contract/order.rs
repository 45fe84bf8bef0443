//! Entries: how they are numbered, and that they come back as they were given.

use std::collections::HashSet;
use std::sync::Arc;

use bartizan_wire::{Realm, Timestamp};

use super::sample::{batch, commit, committed, exactly, key, put, realm, retire, stamp};
use crate::{Change, Expect, Key, Ledger, Revision, Stamp};

type Backend = Arc<dyn Ledger>;

pub async fn entries_come_back_in_the_order_of_changes(ledger: Backend) {
    let start = ledger.tip().await.unwrap();
    let changes = ["c", "a", "b"].map(|name| put(name, Expect::Absent, name)).to_vec();
    let entries = ledger.commit(&batch(changes.clone())).await.unwrap();
    for (place, (entry, change)) in entries.iter().zip(&changes).enumerate() {
        assert_eq!(entry.key, change.key);
        assert_eq!(entry.body, change.body);
        assert_eq!(entry.format, change.format);
        assert_eq!(entry.seq.0, start.0 + 1 + place as u64);
    }
    assert_eq!(ledger.since(start, 10).await.unwrap(), entries);
}

// INVARIANT: L1
pub async fn revisions_count_from_one(ledger: Backend) {
    for revision in 1..=20 {
        assert_eq!(committed(&*ledger, put("a", Expect::Any, "x")).await.revision.0, revision);
        assert_eq!(committed(&*ledger, put("b", Expect::Any, "x")).await.revision.0, revision);
    }
}

// INVARIANT: L1
pub async fn revisions_go_on_after_retirement(ledger: Backend) {
    committed(&*ledger, put("a", Expect::Absent, "1")).await;
    assert_eq!(committed(&*ledger, retire("a", exactly(1))).await.revision.0, 2);
    assert_eq!(committed(&*ledger, put("a", Expect::Absent, "3")).await.revision.0, 3);
    assert_eq!(committed(&*ledger, put("a", exactly(3), "4")).await.revision.0, 4);
    let bodies: Vec<_> = {
        let mut bodies = Vec::new();
        for revision in 1..=4 {
            bodies.push(ledger.at(&key("a"), Revision(revision)).await.unwrap().unwrap().body);
        }
        bodies
    };
    assert_eq!(bodies, [Some(Arc::from("1")), None, Some(Arc::from("3")), Some(Arc::from("4"))]);
}

// INVARIANT: L4
pub async fn seq_counts_every_entry(ledger: Backend) {
    let start = ledger.tip().await.unwrap().0;
    for count in 1..=10 {
        let change = if count % 3 == 0 { retire("a", Expect::Any) } else { put("a", Expect::Any, "x") };
        assert_eq!(committed(&*ledger, change).await.seq.0, start + count);
    }
}

// INVARIANT: L4
pub async fn seq_is_not_used_up_by_failures(ledger: Backend) {
    let first = committed(&*ledger, put("a", Expect::Absent, "1")).await;
    for _ in 0..5 {
        let changes = vec![put("b", Expect::Any, "1"), put("a", Expect::Absent, "2")];
        ledger.commit(&batch(changes)).await.unwrap_err();
    }
    assert_eq!(committed(&*ledger, put("b", Expect::Absent, "1")).await.seq.0, first.seq.0 + 1);
}

pub async fn tip_is_the_last_seq(ledger: Backend) {
    let start = ledger.tip().await.unwrap();
    assert_eq!(ledger.since(start, 10).await.unwrap(), []);
    let entry = committed(&*ledger, put("a", Expect::Absent, "1")).await;
    assert_eq!(ledger.tip().await.unwrap(), entry.seq);
    commit(&*ledger, put("a", Expect::Absent, "1")).await.unwrap_err();
    assert_eq!(ledger.tip().await.unwrap(), entry.seq);
}

pub async fn tokens_are_unique_uuids(ledger: Backend) {
    let mut seen = HashSet::new();
    for round in 0..20 {
        let names = ["a", "b", &format!("c{round}")].map(|name| put(name, Expect::Any, "x"));
        for entry in ledger.commit(&batch(names.to_vec())).await.unwrap() {
            let token = &entry.token.0;
            let groups: Vec<usize> = token.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{token}");
            assert!(token.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9' | b'a'..=b'f')), "{token}");
            assert_eq!(ledger.head(&entry.key).await.unwrap().unwrap().token, entry.token);
            assert!(seen.insert(entry.token), "a token came twice");
        }
    }
}

// INVARIANT: L3
pub async fn stamps_round_trip(ledger: Backend) {
    let some = |text: &str| Some(text.to_owned());
    for (place, (reason, preview)) in [
        (None, None),
        (some("because"), None),
        (None, some("pv-1")),
        (some(""), some("")),
        (some("line\nbreak \u{0} 'quoted' \u{1f512}"), some("p")),
    ]
    .into_iter()
    .enumerate()
    {
        let at = Timestamp([0, 1, -1, i64::MAX, i64::MIN][place]);
        let principal = "agent/mi-0123".to_owned();
        let stamp = Stamp { principal, at, reason, preview, ..stamp() };
        let change = Change { stamp: stamp.clone(), ..put("a", Expect::Any, "x") };
        let entry = committed(&*ledger, change).await;
        assert_eq!(entry.stamp, stamp);
        assert_eq!(ledger.at(&entry.key, entry.revision).await.unwrap().unwrap(), entry);
        assert_eq!(ledger.head(&entry.key).await.unwrap().unwrap(), entry);
        assert_eq!(ledger.since(crate::Seq(entry.seq.0 - 1), 1).await.unwrap(), [entry]);
    }
}

pub async fn names_of_any_characters_round_trip(ledger: Backend) {
    let names = ["", " ", "a b", "Grün-é-e\u{301}", "\u{1f6e1}", "a\u{0}b", "%_\\", "';--", "a/b:c", &"n".repeat(2048)];
    for name in names {
        let entry = committed(&*ledger, put(name, Expect::Absent, name)).await;
        assert_eq!(ledger.head(&key(name)).await.unwrap(), Some(entry));
    }
    for name in names {
        committed(&*ledger, put(name, exactly(1), "2")).await;
    }
}

pub async fn large_bodies_round_trip(ledger: Backend) {
    let body = "0123456789abcdef".repeat(1 << 16);
    let formats = [0, 1, u16::MAX];
    for (place, format) in formats.into_iter().enumerate() {
        let change = Change { format, ..put("large", Expect::Any, &body) };
        let entry = committed(&*ledger, change).await;
        assert_eq!(entry.format, format);
        let read = ledger.at(&key("large"), Revision(place as u64 + 1)).await.unwrap().unwrap();
        assert!(read == entry && read.body.as_deref() == Some(&body), "1 MiB did not come back as it was");
        assert!(ledger.head(&key("large")).await.unwrap() == Some(entry));
    }
    assert_eq!(committed(&*ledger, put("empty", Expect::Absent, "")).await.body.as_deref(), Some(""));
    assert_eq!(ledger.head(&key("empty")).await.unwrap().unwrap().body.as_deref(), Some(""));
}

pub async fn keys_differ_in_every_part(ledger: Backend) {
    let east = realm(1);
    let west = Realm::new(east.account.clone(), "us-west-2").unwrap();
    let other = realm(2);
    let key = |realm: &Realm, kind: &str, name: &str| Key {
        realm: realm.clone(),
        kind: kind.to_owned(),
        name: name.to_owned(),
    };
    let keys = [
        key(&east, "k", "n"),
        key(&west, "k", "n"),
        key(&other, "k", "n"),
        key(&east, "k2", "n"),
        key(&east, "k", "n2"),
        key(&east, "kn", ""),
        key(&east, "K", "n"),
        key(&east, "k", "N"),
    ];
    for key in &keys {
        let change = Change { key: key.clone(), ..put("", Expect::Absent, "x") };
        assert_eq!(committed(&*ledger, change).await.revision.0, 1, "{key:?}");
    }
    for key in &keys {
        assert_eq!(ledger.head(key).await.unwrap().unwrap().key, *key);
    }
}
