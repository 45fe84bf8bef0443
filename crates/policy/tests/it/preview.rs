use std::sync::Arc;

use async_trait::async_trait;
use bartizan_ledger::overlay::Overlay;
use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::lifecycle::{find, update};
use bartizan_policy::preview::{Foresee, Foresight, differences, record};
use bartizan_policy::{Cx, Draft};
use bartizan_wire::ResourceName;
use serde_json::{Value, json};

use crate::world::{Failed, Note, NoteDocument, cx, note, permit};

struct CountsChanges;

#[async_trait]
impl Foresee for CountsChanges {
    async fn foresee(&self, before: &Cx, after: &Cx, changed: &[Entry]) -> Result<Foresight, StoreError> {
        let count = async |cx: &Cx| find::<Note>(cx, "a").await.map(|held| held.map(|held| held.document.count));
        let (from, to) = (count(before).await?, count(after).await?);
        Ok(Foresight { findings: json!({ "Changes": changed.len(), "From": from, "To": to }), ..Foresight::default() })
    }
}

async fn world() -> Cx {
    let cx = cx();
    let held = permit(&cx);
    let mut draft = Draft::new(&cx, &held);
    draft.create::<Note>("a", note("first")).await.unwrap();
    draft.commit().await.unwrap();
    cx
}

async fn preview_of(cx: &Cx, text: &str) -> String {
    let overlay = Arc::new(Overlay::new(Arc::clone(&cx.ledger)));
    let mut inside = cx.clone();
    inside.ledger = Arc::clone(&overlay) as _;
    change(&inside, text).await;
    record(&CountsChanges, cx, &inside, &overlay, "test:Write", &ResourceName::any()).await.unwrap()
}

async fn change(cx: &Cx, text: &str) {
    let edit = |prior: &NoteDocument| Ok(NoteDocument { text: text.to_owned(), count: 7, ..prior.clone() });
    update::<Note, Failed>(cx, &permit(cx), "a", None, edit).await.unwrap();
}

#[tokio::test]
async fn a_preview_writes_nothing_but_its_audit_line() {
    let cx = world().await;
    let id = preview_of(&cx, "second").await;
    let held = find::<Note>(&cx, "a").await.unwrap().unwrap();
    assert_eq!(*held.document, note("first"));
    assert_eq!(held.entry.revision.0, 1);
    let line = cx.audit.find(&cx.realm, &id).await.unwrap().unwrap();
    let detail: Value = serde_json::from_str(&line.detail).unwrap();
    assert_eq!(detail["Findings"], json!({ "Changes": 1, "From": 0, "To": 7 }));
    assert_eq!(detail["Changes"][0]["BaseRevision"], 1);
    assert_eq!(
        detail["Changes"][0]["Differences"],
        json!([{ "At": "/Count", "From": 0, "To": 7 }, { "At": "/Text", "From": "first", "To": "second" }])
    );
}

#[tokio::test]
async fn a_commit_of_exactly_what_was_previewed_names_the_preview() {
    let cx = world().await;
    let id = preview_of(&cx, "second").await;
    change(&cx, "second").await;
    let committed = find::<Note>(&cx, "a").await.unwrap().unwrap();
    assert_eq!(committed.entry.stamp.preview.as_deref(), Some(id.as_str()));
}

#[tokio::test]
async fn a_commit_of_anything_else_names_no_preview() {
    let cx = world().await;
    preview_of(&cx, "second").await;
    change(&cx, "third").await;
    let committed = find::<Note>(&cx, "a").await.unwrap().unwrap();
    assert_eq!(committed.entry.stamp.preview, None);
    // The same document on another base is another change.
    change(&cx, "second").await;
    let committed = find::<Note>(&cx, "a").await.unwrap().unwrap();
    assert_eq!(committed.entry.stamp.preview, None);
}

#[test]
fn differences_name_the_place_and_both_values() {
    let found = differences(Some(r#"{"a":[1,2],"b":{"c/d":1}}"#), Some(r#"{"a":[1,3,4],"e":true}"#));
    let found = serde_json::to_value(found).unwrap();
    let expected = json!([
        { "At": "/a/1", "From": 2, "To": 3 },
        { "At": "/a/2", "To": 4 },
        { "At": "/b", "From": { "c/d": 1 } },
        { "At": "/e", "To": true },
    ]);
    assert_eq!(found, expected);
}
