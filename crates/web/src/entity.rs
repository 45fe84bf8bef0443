//! What the operations on everything with a name, an id and a lock token share.

use bartizan_ledger::{Entry, Key, Revision};
use bartizan_operation::page::{self, Pager};
use bartizan_policy::{Cx, Draft, Held, LifecycleError, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName};

use crate::document::{Scope, Tag};
use crate::errors::WebError;
use crate::identity::{self, Named, Resource};
use crate::kind::{Entity, Tagged, Tags, tags};

/// Items of a page, if the request says nothing.
const PAGE_DEFAULT: usize = 100;

/// The turn of everybody who changes what refers to something, or deletes what may be referred to: one after the other in
/// a realm, so that nothing is deleted while somebody begins to refer to it. It is held until it is dropped.
pub(crate) async fn turn(cx: &Cx) -> impl Send + Sized + use<'_> {
    cx.turns.take(&Key { realm: cx.realm.clone(), kind: "web".to_owned(), name: String::new() }).await
}

/// What authorization is asked about.
pub(crate) fn resource(cx: &Cx, scope: Scope, resource: Resource, name: &str, id: &str) -> ResourceName {
    identity::arn(&cx.realm, scope, resource, name, id).into()
}

/// The document of this name, scope and id.
pub(crate) async fn find<K: Entity>(cx: &Cx, scope: Scope, name: &str, id: &str) -> Result<Held<K>, WebError> {
    identity::review_scope(&cx.realm, scope)?;
    let held = lifecycle::find::<K>(cx, &identity::stored(scope, name)).await?;
    held.filter(|held| K::id(&held.document) == id).ok_or_else(|| WebError::nonexistent(K::RESOURCE.said(), name))
}

/// The document that an ARN names, which must be of this sort.
pub(crate) async fn find_arn<K: Entity>(cx: &Cx, arn: &str) -> Result<(Named, Held<K>), WebError> {
    let named = Named::read(&cx.realm, arn)?;
    if named.resource != K::RESOURCE {
        return Err(WebError::nonexistent(K::RESOURCE.said(), arn));
    }
    let held = find::<K>(cx, named.scope, &named.name, &named.id).await?;
    Ok((named, held))
}

/// The revision that may be replaced: the one that the token stands for.
pub(crate) fn unlock<K: Entity>(cx: &Cx, held: &Held<K>, token: &str) -> Result<Revision, WebError> {
    let revision = held.entry.revision;
    if held.entry.token.0 != token || cx.expect.is_some_and(|expected| expected != revision) {
        return Err(WebError::optimistic_lock(identity::name_of(&held.entry.key.name)));
    }
    Ok(revision)
}

/// Stores a new document, with its tags. The caller has the turn.
pub(crate) async fn create<K: Entity>(
    cx: &Cx,
    permit: &Permit,
    named: &Named,
    document: K::Document,
    tagged: Option<&[Tag]>,
) -> Result<Held<K>, WebError> {
    let added = Tags::default().with(tagged.unwrap_or_default())?;
    if lifecycle::find::<K>(cx, &named.stored()).await?.is_some() {
        let text = format!("there is one already that is called `{}`: choose another name, or update it", named.name);
        return Err(WebError::Duplicate(text));
    }
    if lifecycle::list::<K>(cx, &identity::stored(named.scope, "")).await?.len() >= K::COUNT_MAX {
        let text = format!("there are {} in this scope, which is the limit: delete one first", K::COUNT_MAX);
        return Err(WebError::LimitsExceeded { source_type: K::RESOURCE.field(), text });
    }
    let mut draft = Draft::new(cx, permit);
    draft.create::<K>(&named.stored(), document).await?;
    if !added.tags.is_empty() {
        draft.create::<Tagged>(&tags::stored(named), added).await?;
    }
    first(draft.commit().await?)
}

/// Replaces a document at the revision that was read. Returns the new entry.
pub(crate) async fn replace<K: Entity>(
    cx: &Cx,
    permit: &Permit,
    held: &Held<K>,
    document: K::Document,
) -> Result<Held<K>, WebError> {
    let mut draft = Draft::new(cx, permit);
    let revision = Some(held.entry.revision);
    draft.update::<K, LifecycleError>(&held.entry.key.name, revision, |_| Ok(document)).await?;
    first(draft.commit().await?)
}

/// Retires a document at the revision that was read, with its tags, and with what else the draft retires.
pub(crate) async fn delete<K: Entity>(mut draft: Draft<'_>, named: &Named, held: &Held<K>) -> Result<(), WebError> {
    draft.guard::<K>(&named.stored(), Some(&held.entry));
    draft.retire::<K>(&named.stored()).await?;
    draft.retire::<Tagged>(&tags::stored(named)).await?;
    draft.commit().await?;
    Ok(())
}

/// The entry that a commit made of its first change.
fn first<K: Entity>(entries: Vec<Entry>) -> Result<Held<K>, WebError> {
    let held = entries.into_iter().next().map(lifecycle::open::<K>).transpose()?.flatten();
    held.ok_or_else(|| WebError::Internal("a commit returned no entry".to_owned()))
}

/// One page of the documents of a scope by name, and the marker that leads to the next.
pub(crate) async fn list<K: Entity>(
    cx: &Cx,
    operation: &'static str,
    scope: Scope,
    limit: Option<i32>,
    marker: Option<&str>,
) -> Result<(Vec<Held<K>>, Option<String>), WebError> {
    identity::review_scope(&cx.realm, scope)?;
    let held = lifecycle::list::<K>(cx, &identity::stored(scope, "")).await?;
    let items = held.into_iter().map(|held| (identity::name_of(&held.entry.key.name).to_owned(), held)).collect();
    pages(cx, operation, scope, items, limit, marker)
}

/// One page of items by key, and the marker that leads to the next.
pub(crate) fn pages<T>(
    cx: &Cx,
    operation: &'static str,
    scope: Scope,
    items: Vec<(String, T)>,
    limit: Option<i32>,
    marker: Option<&str>,
) -> Result<(Vec<T>, Option<String>), WebError> {
    let pager = Pager::new(operation, &cx.realm, &scope);
    pager.page(items, marker, page::limit(limit, PAGE_DEFAULT)).map_err(WebError::foreign_marker)
}

/// The document of a checked value.
pub(crate) fn own<T: Clone>(document: &Checked<T>) -> T {
    (**document).clone()
}
