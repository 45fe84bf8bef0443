//! The contents of indices: those that some host of the fleet holds stay in memory, others are on the board.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, aside};

use super::INDEX_TOPIC;
use crate::index::Content;
use crate::observe::Index;

/// Contents by digest.
#[derive(Debug, Default)]
pub(super) struct Indices(RwLock<BTreeMap<String, Arc<Index>>>);

impl Indices {
    /// The content of an index, from memory or from the board; `None` if it was never received.
    pub(super) async fn get(&self, cx: &Cx, digest: &str) -> Result<Option<Arc<Index>>, StoreError> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(digest) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(posting) = cx.board.find(&cx.realm, INDEX_TOPIC, digest).await? else { return Ok(None) };
        let content = aside(move || Content::decompress(&posting.body).map(|content| content.to_index())).await?;
        let content = content.map_err(|error| StoreError::Damaged(format!("the index `{digest}`: {error}")))?;
        Ok(Some(self.keep(digest, Arc::new(content))))
    }

    /// True if the content is known, in memory or on the board.
    pub(super) async fn has(&self, cx: &Cx, digest: &str) -> Result<bool, StoreError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(digest)
            || cx.board.find(&cx.realm, INDEX_TOPIC, digest).await?.is_some())
    }

    /// Keeps a content in memory for as long as somebody holds it, see [`Indices::trim`].
    pub(super) fn keep(&self, digest: &str, content: Arc<Index>) -> Arc<Index> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(digest.to_owned()).or_insert(content))
    }

    /// Lets go of what only this cache holds: catalogues of the fleet hold what is in use.
    pub(super) fn trim(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|_, content| Arc::strong_count(content) > 1);
    }
}
