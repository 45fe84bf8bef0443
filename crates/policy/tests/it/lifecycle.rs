use std::sync::Arc;

use bartizan_ledger::{Page, Revision, Scope};
use bartizan_policy::lifecycle::{find, key, list, update};
use bartizan_policy::{Draft, LifecycleError, Permit};
use bartizan_wire::ResourceName;

use crate::world::{Everything, Failed, Note, NoteDocument, cx, note, permit};

async fn create(cx: &bartizan_policy::Cx, name: &str, document: NoteDocument) -> Result<(), LifecycleError> {
    let permit = permit(cx);
    let mut draft = Draft::new(cx, &permit);
    draft.create::<Note>(name, document).await?;
    draft.commit().await.map(drop)
}

#[tokio::test]
async fn a_created_document_reads_back_with_its_stamp() {
    let cx = cx();
    create(&cx, "a", note("hello")).await.unwrap();
    let held = find::<Note>(&cx, "a").await.unwrap().unwrap();
    assert_eq!(*held.document, note("hello"));
    assert_eq!(held.entry.revision, Revision(1));
    assert_eq!(held.entry.stamp.principal, "root");
    assert_eq!(held.entry.stamp.action, "test:Write");
    assert_eq!(held.entry.stamp.reason.as_deref(), Some("a test"));
    assert_eq!(held.entry.stamp.preview, None);
}

#[tokio::test]
async fn creating_twice_is_a_conflict() {
    let cx = cx();
    create(&cx, "a", note("one")).await.unwrap();
    let error = create(&cx, "a", note("two")).await.unwrap_err();
    assert!(matches!(error, LifecycleError::Conflict { actual: Some(Revision(1)), .. }), "{error:?}");
}

#[tokio::test]
async fn constraints_and_review_are_applied_to_every_next_document() {
    let cx = cx();
    let error = create(&cx, "a", note("")).await.unwrap_err();
    assert!(matches!(&error, LifecycleError::Invalid(violations) if violations.render().contains("text")), "{error:?}");
    create(&cx, "a", NoteDocument { count: 5, ..note("five") }).await.unwrap();
    let outcome = update::<Note, Failed>(&cx, &permit(&cx), "a", None, |_| Ok(note("none"))).await;
    let Err(Failed(LifecycleError::Invalid(violations))) = outcome else { panic!("{outcome:?}") };
    assert_eq!(violations.render(), "the count never goes down");
    assert_eq!(find::<Note>(&cx, "a").await.unwrap().unwrap().entry.revision, Revision(1));
}

#[tokio::test]
async fn an_expected_revision_is_tried_once() {
    let cx = cx();
    create(&cx, "a", note("one")).await.unwrap();
    let edit = |prior: &NoteDocument| Ok(NoteDocument { count: prior.count + 1, ..prior.clone() });
    let held = update::<Note, Failed>(&cx, &permit(&cx), "a", Some(Revision(1)), edit).await.unwrap();
    assert_eq!(held.entry.revision, Revision(2));
    let stale = update::<Note, Failed>(&cx, &permit(&cx), "a", Some(Revision(1)), edit).await;
    assert!(matches!(stale, Err(Failed(LifecycleError::Conflict { actual: Some(Revision(2)), .. }))), "{stale:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn blind_updates_all_land() {
    const CALLERS: i64 = 64;
    let cx = Arc::new(cx());
    create(&cx, "a", note("shared")).await.unwrap();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let cx = Arc::clone(&cx);
            tokio::spawn(async move {
                let edit = |prior: &NoteDocument| Ok(NoteDocument { count: prior.count + 1, ..prior.clone() });
                update::<Note, Failed>(&cx, &permit(&cx), "a", None, edit).await.unwrap();
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(find::<Note>(&cx, "a").await.unwrap().unwrap().document.count, CALLERS);
    let page = Page { after: None, limit: 1000 };
    let history = cx.ledger.list(&Scope::History(key::<Note>(&cx, "a")), &page).await.unwrap();
    let revisions: Vec<u64> = history.iter().map(|entry| entry.revision.0).collect();
    assert_eq!(revisions, (1..=65).collect::<Vec<u64>>(), "L1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_with_one_expectation_exactly_one_wins() {
    let cx = Arc::new(cx());
    create(&cx, "a", note("shared")).await.unwrap();
    let callers: Vec<_> = (0..32)
        .map(|_| {
            let cx = Arc::clone(&cx);
            tokio::spawn(async move {
                let edit = |prior: &NoteDocument| Ok(NoteDocument { count: prior.count + 1, ..prior.clone() });
                update::<Note, Failed>(&cx, &permit(&cx), "a", Some(Revision(1)), edit).await.is_ok()
            })
        })
        .collect();
    let mut winners = 0;
    for caller in callers {
        winners += usize::from(caller.await.unwrap());
    }
    assert_eq!(winners, 1, "L2");
}

#[tokio::test]
async fn what_a_document_refers_to_must_be_live_and_stay_so() {
    let cx = cx();
    let about = |name: &str| NoteDocument { about: Some(name.to_owned()), ..note("about") };
    let error = create(&cx, "b", about("a")).await.unwrap_err();
    assert!(matches!(&error, LifecycleError::Absent(name) if name == "a"), "{error:?}");
    create(&cx, "a", note("there")).await.unwrap();

    let held = permit(&cx);
    let mut draft = Draft::new(&cx, &held);
    draft.create::<Note>("b", about("a")).await.unwrap();
    let mut retiring = Draft::new(&cx, &held);
    assert!(retiring.retire::<Note>("a").await.unwrap());
    retiring.commit().await.unwrap();
    let error = draft.commit().await.unwrap_err();
    assert!(matches!(&error, LifecycleError::Conflict { key, actual: None } if key.name == "a"), "{error:?}");
    assert!(list::<Note>(&cx, "").await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_committed_without_a_permit_for_its_kind() {
    let cx = cx();
    let other = Permit::decide(&Everything, &cx.principal, "test:Read", ResourceName::any(), &["test/other"]).unwrap();
    let mut draft = Draft::new(&cx, &other);
    let error = draft.create::<Note>("a", note("hello")).await.unwrap_err();
    assert!(matches!(error, LifecycleError::NotPermitted(_)), "A1: {error:?}");
}
