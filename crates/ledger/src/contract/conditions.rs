//! When a batch is committed, and when it is not.

use std::sync::Arc;

use super::sample::{batch, commit, committed, conflict, exactly, guard, key, put, retire};
use crate::{Batch, CommitError, Expect, Ledger};

type Backend = Arc<dyn Ledger>;

pub async fn absent_holds_for_a_new_document(ledger: Backend) {
    let entry = committed(&*ledger, put("a", Expect::Absent, "1")).await;
    assert_eq!(entry.revision.0, 1);
}

pub async fn absent_fails_for_a_live_document(ledger: Backend) {
    committed(&*ledger, put("a", Expect::Absent, "1")).await;
    let second = commit(&*ledger, put("a", Expect::Absent, "2")).await;
    assert_eq!(conflict(second), ("a".to_owned(), Some(1)));
    assert_eq!(ledger.head(&key("a")).await.unwrap().unwrap().body.as_deref(), Some("1"));
}

pub async fn exactly_holds_for_the_live_revision(ledger: Backend) {
    committed(&*ledger, put("a", Expect::Absent, "1")).await;
    let entry = committed(&*ledger, put("a", exactly(1), "2")).await;
    assert_eq!(entry.revision.0, 2);
}

pub async fn exactly_fails_for_another_revision(ledger: Backend) {
    committed(&*ledger, put("a", Expect::Absent, "1")).await;
    committed(&*ledger, put("a", exactly(1), "2")).await;
    for wrong in [0, 1, 3, u64::MAX] {
        let outcome = commit(&*ledger, put("a", exactly(wrong), "3")).await;
        assert_eq!(conflict(outcome), ("a".to_owned(), Some(2)), "Exactly({wrong})");
    }
}

pub async fn exactly_fails_for_a_document_that_never_was(ledger: Backend) {
    for wrong in [0, 1] {
        let outcome = commit(&*ledger, put("a", exactly(wrong), "1")).await;
        assert_eq!(conflict(outcome), ("a".to_owned(), None), "Exactly({wrong})");
    }
}

pub async fn any_always_holds(ledger: Backend) {
    for (revision, change) in [
        (1, put("a", Expect::Any, "1")),
        (2, put("a", Expect::Any, "2")),
        (3, retire("a", Expect::Any)),
        (4, put("a", Expect::Any, "4")),
    ] {
        assert_eq!(committed(&*ledger, change).await.revision.0, revision);
    }
}

pub async fn retired_counts_as_absent(ledger: Backend) {
    committed(&*ledger, put("a", Expect::Absent, "1")).await;
    committed(&*ledger, retire("a", exactly(1))).await;
    let outcome = commit(&*ledger, put("a", exactly(2), "3")).await;
    assert_eq!(conflict(outcome), ("a".to_owned(), None), "no revision of a retired document is live");
    assert_eq!(committed(&*ledger, put("a", Expect::Absent, "3")).await.revision.0, 3);
}

pub async fn retiring_again_is_an_entry(ledger: Backend) {
    // who retires what is not there says so with `Absent` or `Any`, and the record of it is kept
    let entry = committed(&*ledger, retire("a", Expect::Absent)).await;
    assert_eq!((entry.revision.0, entry.body), (1, None));
    assert_eq!(committed(&*ledger, retire("a", Expect::Any)).await.revision.0, 2);
}

pub async fn conflict_names_the_first_key_in_order(ledger: Backend) {
    committed(&*ledger, put("b", Expect::Absent, "1")).await;
    committed(&*ledger, put("c", Expect::Absent, "1")).await;
    let changes = vec![put("a", Expect::Absent, "1"), put("c", Expect::Absent, "2"), put("b", Expect::Absent, "2")];
    assert_eq!(conflict(ledger.commit(&batch(changes)).await), ("c".to_owned(), Some(1)));
}

pub async fn guards_are_tried_before_changes(ledger: Backend) {
    committed(&*ledger, put("a", Expect::Absent, "1")).await;
    let both = Batch { guards: vec![guard("g", exactly(7))], changes: vec![put("a", Expect::Absent, "2")] };
    assert_eq!(conflict(ledger.commit(&both).await), ("g".to_owned(), None));
}

pub async fn guards_hold_or_stop_the_batch(ledger: Backend) {
    committed(&*ledger, put("g", Expect::Absent, "1")).await;
    let guarded =
        |expect, name| Batch { guards: vec![guard("g", expect)], changes: vec![put(name, Expect::Absent, "1")] };
    ledger.commit(&guarded(exactly(1), "a")).await.unwrap();
    ledger.commit(&guarded(Expect::Any, "b")).await.unwrap();
    assert_eq!(conflict(ledger.commit(&guarded(Expect::Absent, "c")).await), ("g".to_owned(), Some(1)));
    assert_eq!(conflict(ledger.commit(&guarded(exactly(2), "c")).await), ("g".to_owned(), Some(1)));
    assert_eq!(ledger.head(&key("c")).await.unwrap(), None);
    assert_eq!(ledger.head(&key("g")).await.unwrap().unwrap().revision.0, 1, "a guard changes nothing");
    committed(&*ledger, retire("g", Expect::Any)).await;
    ledger.commit(&guarded(Expect::Absent, "c")).await.unwrap();
}

pub async fn conditions_see_the_state_before_the_batch(ledger: Backend) {
    let both = Batch { guards: vec![guard("a", Expect::Absent)], changes: vec![put("a", Expect::Absent, "1")] };
    assert_eq!(ledger.commit(&both).await.unwrap()[0].revision.0, 1);
}

pub async fn batch_is_all_or_nothing(ledger: Backend) {
    committed(&*ledger, put("b", Expect::Absent, "1")).await;
    let before = ledger.tip().await.unwrap();
    let changes = vec![put("a", Expect::Absent, "1"), put("b", exactly(2), "2"), put("c", Expect::Absent, "1")];
    assert_eq!(conflict(ledger.commit(&batch(changes)).await), ("b".to_owned(), Some(1)));
    assert_eq!(ledger.head(&key("a")).await.unwrap(), None);
    assert_eq!(ledger.head(&key("c")).await.unwrap(), None);
    assert_eq!(ledger.since(before, 10).await.unwrap(), []);

    let changes = vec![put("a", Expect::Absent, "1"), retire("b", exactly(1)), put("c", Expect::Absent, "1")];
    ledger.commit(&batch(changes)).await.unwrap();
    assert_eq!(ledger.since(before, 10).await.unwrap().len(), 3);
}

pub async fn batch_that_changes_a_key_twice_is_malformed(ledger: Backend) {
    let changes = vec![put("a", Expect::Absent, "1"), put("b", Expect::Absent, "1"), put("a", Expect::Any, "2")];
    let outcome = ledger.commit(&batch(changes)).await;
    assert!(matches!(outcome, Err(CommitError::Malformed(_))), "{outcome:?}");
    assert_eq!(ledger.head(&key("a")).await.unwrap(), None);
}

pub async fn empty_batch_is_malformed(ledger: Backend) {
    let guards_only = Batch { guards: vec![guard("a", Expect::Absent)], changes: Vec::new() };
    for empty in [Batch::default(), guards_only] {
        let outcome = ledger.commit(&empty).await;
        assert!(matches!(outcome, Err(CommitError::Malformed(_))), "{outcome:?}");
    }
}

pub async fn malformed_comes_before_conflict(ledger: Backend) {
    let changes = vec![put("a", exactly(5), "1"), put("a", exactly(5), "2")];
    let outcome = ledger.commit(&batch(changes)).await;
    assert!(matches!(outcome, Err(CommitError::Malformed(_))), "{outcome:?}");
}
