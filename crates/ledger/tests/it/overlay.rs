//! The overlay: over ledgers of every state it behaves as one ledger, and its base stays as it was.

use std::sync::Arc;

use bartizan_ledger::contract::model::{Call, call};
use bartizan_ledger::contract::run;
use bartizan_ledger::contract::sample::{
    batch, committed, conflict, exactly, heads, key, names, page, put, realm, retire,
};
use bartizan_ledger::{Expect, Ledger, MemoryLedger, Overlay, Revision, Scope, Seq};
use proptest::collection::vec;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

fn over_nothing() -> (Arc<dyn Ledger>, ()) {
    (Arc::new(Overlay::new(Arc::new(MemoryLedger::new()))), ())
}

/// Over a base with documents of another kind, itself an overlay with some, so that numbers do not start at 1.
fn over_much() -> (Arc<dyn Ledger>, ()) {
    let base = MemoryLedger::new();
    let middle = Arc::new(Overlay::new(Arc::new(base)));
    run({
        let middle = Arc::clone(&middle);
        async move {
            for number in 0..30 {
                let mut change = put(&number.to_string(), Expect::Absent, "x");
                change.key.kind = "test/elsewhere".to_owned();
                committed(&*middle, change).await;
            }
        }
    });
    (Arc::new(Overlay::new(middle)), ())
}

mod contract_over_nothing {
    bartizan_ledger::ledger_contract!(super::over_nothing);
}
mod contract_over_much {
    bartizan_ledger::ledger_contract!(super::over_much);
}

/// Whatever part of the calls has gone to the base before, all answers are those of one ledger.
#[test]
fn base_and_overlay_are_one_ledger() {
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    let calls = (vec(call(), 0..40), vec(call(), 1..40));
    let outcome = TestRunner::new(config).run(&calls, |(before, after)| {
        let mut verdict = Ok(());
        run(async { verdict = compare(&before, &after).await });
        verdict.map_err(TestCaseError::fail)
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

async fn compare(before: &[Call], after: &[Call]) -> Result<(), String> {
    let (reference, base) = (MemoryLedger::new(), Arc::new(MemoryLedger::new()));
    for call in before {
        call.make(&reference, &realm(1), Seq(0)).await;
        call.make(&*base, &realm(1), Seq(0)).await;
    }
    let untouched = base.since(Seq(0), 1000).await.unwrap();
    let overlay = Overlay::new(base.clone());
    for (number, call) in after.iter().enumerate() {
        let expected = call.make(&reference, &realm(1), Seq(0)).await;
        let actual = call.make(&overlay, &realm(1), Seq(0)).await;
        if expected != actual {
            return Err(format!("call {number}, {call:?}: expected {expected}, got {actual}"));
        }
    }
    if base.since(Seq(0), 1000).await.unwrap() != untouched {
        return Err("the base was written".to_owned());
    }
    let changed = overlay.since(Seq(untouched.len() as u64), 1000).await.unwrap();
    if overlay.changed() != changed {
        return Err("`changed` is not what was committed".to_owned());
    }
    Ok(())
}

#[test]
fn revisions_and_seq_go_on_from_the_base() {
    run(async {
        let base: Arc<dyn Ledger> = Arc::new(MemoryLedger::new());
        committed(&*base, put("a", Expect::Absent, "1")).await;
        committed(&*base, put("b", Expect::Absent, "1")).await;
        let overlay = Overlay::new(Arc::clone(&base));
        assert_eq!(overlay.changed(), []);
        let entry = committed(&overlay, put("a", exactly(1), "2")).await;
        assert_eq!((entry.revision, entry.seq), (Revision(2), Seq(3)));
        assert_eq!(base.head(&key("a")).await.unwrap().unwrap().revision, Revision(1));
        assert_eq!(overlay.changed(), [entry]);
        let outcome = overlay.commit(&batch(vec![put("b", exactly(3), "2")])).await;
        assert_eq!(conflict(outcome), ("b".to_owned(), Some(1)));
    });
}

#[test]
fn a_page_is_filled_although_its_documents_were_retired_here() {
    run(async {
        let base: Arc<dyn Ledger> = Arc::new(MemoryLedger::new());
        for number in 0..20 {
            committed(&*base, put(&format!("n{number:02}"), Expect::Absent, "x")).await;
        }
        let overlay = Overlay::new(base);
        for number in 0..10 {
            committed(&overlay, retire(&format!("n{number:02}"), Expect::Any)).await;
        }
        committed(&overlay, put("n10a", Expect::Absent, "x")).await;
        let entries = overlay.list(&heads("n"), &page(None, 3)).await.unwrap();
        assert_eq!(names(&entries), ["n10", "n10a", "n11"]);
    });
}

#[test]
fn a_document_changed_here_stays_so_whatever_the_base_does() {
    run(async {
        let base: Arc<dyn Ledger> = Arc::new(MemoryLedger::new());
        committed(&*base, put("a", Expect::Absent, "1")).await;
        let overlay = Overlay::new(Arc::clone(&base));
        let ours = committed(&overlay, put("a", exactly(1), "ours")).await;
        committed(&*base, put("a", exactly(1), "theirs")).await;
        committed(&*base, put("b", Expect::Absent, "theirs")).await;
        assert_eq!(overlay.head(&key("a")).await.unwrap().as_ref(), Some(&ours));
        let history = overlay.list(&Scope::History(key("a")), &page(None, 10)).await.unwrap();
        assert_eq!(history.len(), 2);
        assert_eq!(history[1], ours);
        // the feed is what it was when the first commit was made here, and that commit
        let feed = overlay.since(Seq(0), 10).await.unwrap();
        assert_eq!(names(&feed), ["a", "a"]);
        assert!(overlay.head(&key("b")).await.unwrap().is_some(), "what was not changed here is the base's");
    });
}
