//! The life cycle of every document: read, edit, check, review, compile, commit.
//!
//! A [`Draft`] collects the changes of one call and commits them together. It is the only caller of
//! [`Ledger::commit`](bartizan_ledger::Ledger::commit) (R5). A preview runs the very same code over an overlay.

use bartizan_ledger::{
    Batch, Change, CommitError, Entry, Expect, Guard, Key, Page, Revision, Scope, Stamp, StoreError,
};
use bartizan_wire::{Checked, Json, Path, Violations};
use serde::Serialize;
use tokio::sync::MutexGuard;

use crate::kind::References;
use crate::{Cx, Kind, Permit, opened, preview};

/// How deep a stored document may nest. Requests are held to a smaller depth before they come this far.
const STORED_DEPTH_MAX: usize = 128;
/// How often a blind update is tried again after somebody else's commit came first.
const BLIND_TRIES_MAX: u32 = 64;

/// Why a document could not be read or changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LifecycleError {
    /// There is no live document of this name.
    #[error("`{0}` does not exist")]
    Absent(String),
    /// The document is not at the expected revision (or exists although it should not).
    #[error("`{}` was changed by somebody else", key.name)]
    Conflict {
        /// Which document.
        key: Key,
        /// Where it is.
        actual: Option<Revision>,
    },
    /// The next document breaks rules.
    #[error("the document is not valid")]
    Invalid(Violations),
    /// The permit does not cover this kind or realm: a defect of the operation.
    #[error("the permit does not cover `{0}`")]
    NotPermitted(String),
    /// The store failed, or holds what cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CommitError> for LifecycleError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { key, actual } => Self::Conflict { key, actual },
            CommitError::Malformed(why) => Self::Store(StoreError::Failed(why.to_owned())),
            CommitError::Store(error) => Self::Store(error),
        }
    }
}

/// An error that can say whether trying again may help.
pub trait Contended {
    /// True if somebody else's commit came first.
    fn is_conflict(&self) -> bool;
}

impl Contended for LifecycleError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }
}

/// A document as read, with its entry.
#[derive(Debug, Clone)]
pub struct Held<K: Kind> {
    /// The document; its constraints held when it was stored and hold now.
    pub document: Checked<K::Document>,
    /// The entry that it was read from.
    pub entry: Entry,
}

/// The key of a document in the caller's realm.
#[must_use]
pub fn key<K: Kind>(cx: &Cx, name: &str) -> Key {
    Key { realm: cx.realm.clone(), kind: K::NAME.to_owned(), name: name.to_owned() }
}

/// Reads the document of an entry; `None` if the entry retires it.
pub fn open<K: Kind>(entry: Entry) -> Result<Option<Held<K>>, StoreError> {
    let Some(body) = entry.body.as_ref() else { return Ok(None) };
    if let Some(document) = opened::find(&entry.token) {
        return Ok(Some(Held { document, entry }));
    }
    let damaged = |why: String| {
        StoreError::Damaged(format!("{} `{}` revision {}: {why}", entry.key.kind, entry.key.name, entry.revision.0))
    };
    let mut json = Json::parse(body.as_bytes(), STORED_DEPTH_MAX).map_err(|error| damaged(error.to_string()))?;
    if entry.format != K::FORMAT {
        json = K::upgrade(entry.format, json);
    }
    let document: Checked<K::Document> = Checked::decode(&json).map_err(|violations| damaged(violations.render()))?;
    opened::keep(&entry.token, document.clone());
    Ok(Some(Held { document, entry }))
}

/// The live document of a name.
pub async fn find<K: Kind>(cx: &Cx, name: &str) -> Result<Option<Held<K>>, StoreError> {
    match cx.ledger.head(&key::<K>(cx, name)).await? {
        Some(entry) => open(entry),
        None => Ok(None),
    }
}

/// All live documents whose name starts with `prefix`, by name.
pub async fn list<K: Kind>(cx: &Cx, prefix: &str) -> Result<Vec<Held<K>>, StoreError> {
    let scope = Scope::Heads { realm: cx.realm.clone(), kind: K::NAME.to_owned(), prefix: prefix.to_owned() };
    let mut page = Page { after: None, limit: Page::LIMIT_MAX };
    let mut found = Vec::new();
    loop {
        let entries = cx.ledger.list(&scope, &page).await?;
        let last = entries.last().map(|entry| entry.key.name.clone());
        let full = entries.len() >= usize::from(Page::LIMIT_MAX);
        for entry in entries {
            found.extend(open(entry)?);
        }
        if !full {
            return Ok(found);
        }
        page.after = last;
    }
}

/// The changes of one call, committed together or not at all.
#[derive(Debug)]
pub struct Draft<'a> {
    cx: &'a Cx,
    permit: &'a Permit,
    batch: Batch,
}

impl<'a> Draft<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new(cx: &'a Cx, permit: &'a Permit) -> Self {
        Self { cx, permit, batch: Batch::default() }
    }

    /// A new document; a live one of the same name is a conflict at commit.
    pub async fn create<K: Kind>(&mut self, name: &str, document: K::Document) -> Result<(), LifecycleError> {
        self.stage::<K>(key::<K>(self.cx, name), Expect::Absent, document, None).await
    }

    /// Replaces a live document by what `edit` makes of it. With `expect`, any other revision is a conflict.
    pub async fn update<K: Kind, E: From<LifecycleError>>(
        &mut self,
        name: &str,
        expect: Option<Revision>,
        edit: impl FnOnce(&K::Document) -> Result<K::Document, E>,
    ) -> Result<(), E> {
        let key = key::<K>(self.cx, name);
        let held = find::<K>(self.cx, name).await.map_err(LifecycleError::from)?;
        let Some(held) = held else { return Err(LifecycleError::Absent(name.to_owned()).into()) };
        let actual = held.entry.revision;
        if expect.is_some_and(|expected| expected != actual) {
            return Err(LifecycleError::Conflict { key, actual: Some(actual) }.into());
        }
        let next = edit(&held.document)?;
        Ok(self.stage::<K>(key, Expect::Exactly(actual), next, Some(&held.document)).await?)
    }

    /// Sets a document whether it is there or not.
    pub async fn put<K: Kind>(&mut self, name: &str, document: K::Document) -> Result<(), LifecycleError> {
        let key = key::<K>(self.cx, name);
        match find::<K>(self.cx, name).await? {
            Some(held) => {
                self.stage::<K>(key, Expect::Exactly(held.entry.revision), document, Some(&held.document)).await
            }
            None => self.stage::<K>(key, Expect::Absent, document, None).await,
        }
    }

    /// Retires a document; false if there is none, and then nothing is added to the draft.
    pub async fn retire<K: Kind>(&mut self, name: &str) -> Result<bool, LifecycleError> {
        let key = key::<K>(self.cx, name);
        let Some(entry) = self.cx.ledger.head(&key).await?.filter(|entry| entry.body.is_some()) else {
            return Ok(false);
        };
        self.push(key, Expect::Exactly(entry.revision), K::FORMAT, None)?;
        Ok(true)
    }

    /// Requires a document that the draft does not change to be as it was read: live at `entry`'s revision, or absent.
    pub fn guard<K: Kind>(&mut self, name: &str, seen: Option<&Entry>) {
        let expect = match seen.filter(|entry| entry.body.is_some()) {
            Some(entry) => Expect::Exactly(entry.revision),
            None => Expect::Absent,
        };
        self.batch.guards.push(Guard { key: key::<K>(self.cx, name), expect });
    }

    /// True if nothing would be committed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch.changes.is_empty()
    }

    /// Commits. Entries come back in the order in which the changes were added, once they are durable.
    pub async fn commit(mut self) -> Result<Vec<Entry>, LifecycleError> {
        let foreseen = preview::id(&self.batch);
        // A commit that was previewed in exactly this form says so, whichever client sends it.
        if self.cx.audit.find(&self.cx.realm, &foreseen).await?.is_some() {
            for change in &mut self.batch.changes {
                change.stamp.preview = Some(foreseen.clone());
            }
        }
        Ok(self.cx.ledger.commit(&self.batch).await?)
    }

    async fn stage<K: Kind>(
        &mut self,
        key: Key,
        expect: Expect,
        next: K::Document,
        prior: Option<&K::Document>,
    ) -> Result<(), LifecycleError> {
        let next = Checked::new(next).map_err(LifecycleError::Invalid)?;
        let mut violations = Violations::new();
        K::review(&next, prior, &mut violations);
        if !violations.is_empty() {
            return Err(LifecycleError::Invalid(violations));
        }
        if let Some(own) = K::unique(&next) {
            for held in list::<K>(self.cx, "").await? {
                if held.entry.key.name != key.name && K::unique(&held.document) == Some(own) {
                    violations
                        .review(&Path::root(), format!("`{own}` is the name of another one, {}", held.entry.key.name));
                    return Err(LifecycleError::Invalid(violations));
                }
            }
        }
        let mut references = References::default();
        for referred in K::refers_to(&next, &self.cx.realm) {
            let entry = self.cx.ledger.head(&referred).await?.filter(|entry| entry.body.is_some());
            let Some(entry) = entry else { return Err(LifecycleError::Absent(referred.name)) };
            self.batch.guards.push(Guard { key: referred, expect: Expect::Exactly(entry.revision) });
            references.entries.push(entry);
        }
        K::compile(&next, &references).map_err(LifecycleError::Invalid)?;
        let body = text(&*next)?;
        self.push(key, expect, K::FORMAT, Some(body))
    }

    fn push(&mut self, key: Key, expect: Expect, format: u16, body: Option<String>) -> Result<(), LifecycleError> {
        // INVARIANT: A1
        if !self.permit.covers(&key) {
            return Err(LifecycleError::NotPermitted(format!("{}/{}", key.kind, key.name)));
        }
        let stamp = Stamp {
            principal: self.permit.principal().name.clone(),
            at: self.cx.now,
            request: self.cx.request.clone(),
            action: self.permit.action().to_owned(),
            reason: self.cx.reason.clone(),
            preview: None,
        };
        self.batch.changes.push(Change { key, expect, format, body: body.map(Into::into), stamp });
        Ok(())
    }
}

fn text(document: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(document).map_err(|error| StoreError::Failed(error.to_string()))
}

/// Updates one document. With `expect` there is one try and then the conflict; without, somebody else's commit in
/// between means another try on what they left, so that blind updates all land.
pub async fn update<K: Kind, E: From<LifecycleError> + Contended>(
    cx: &Cx,
    permit: &Permit,
    name: &str,
    expect: Option<Revision>,
    edit: impl Fn(&K::Document) -> Result<K::Document, E>,
) -> Result<Held<K>, E> {
    let mut tries = Tries::new(cx, &key::<K>(cx, name), expect).await;
    loop {
        let mut draft = Draft::new(cx, permit);
        let outcome = match draft.update::<K, E>(name, expect, &edit).await {
            Ok(()) => draft.commit().await.map_err(E::from),
            Err(error) => Err(error),
        };
        match outcome {
            Err(error) if tries.again(&error) => {}
            Err(error) => return Err(error),
            Ok(entries) => {
                let held = entries.into_iter().next().map(open::<K>).transpose();
                let held = held.map_err(LifecycleError::from)?.flatten();
                return held.ok_or_else(|| LifecycleError::Absent(name.to_owned()).into());
            }
        }
    }
}

/// Repeats a blind change of several documents for as long as others come first, taking turns with those that do the
/// same. A caller that named a revision gets one try.
#[derive(Debug)]
pub struct Tries<'a> {
    left: u32,
    _turn: Option<MutexGuard<'a, ()>>,
}

impl<'a> Tries<'a> {
    /// Waits for the turn of `key`, unless the caller named the revision that it expects.
    pub async fn new(cx: &'a Cx, key: &Key, expect: Option<Revision>) -> Self {
        match expect {
            Some(_) => Self { left: 0, _turn: None },
            None => Self { left: BLIND_TRIES_MAX, _turn: cx.turns.take(key).await },
        }
    }

    /// True if the failed attempt should be made again.
    pub fn again(&mut self, error: &impl Contended) -> bool {
        let again = error.is_conflict() && self.left > 0;
        self.left = self.left.saturating_sub(1);
        again
    }
}
