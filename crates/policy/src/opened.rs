//! Documents that were read from the ledger before. An entry never changes and its token is its own, so what was once
//! decoded and checked need not be decoded and checked again at every request.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use bartizan_ledger::LockToken;

/// Documents that are kept. When there are more, all are forgotten, and what is still used comes back.
const KEPT_MAX: usize = 4096;

type Kept = HashMap<LockToken, Arc<dyn Any + Send + Sync>>;

static KEPT: LazyLock<RwLock<Kept>> = LazyLock::new(RwLock::default);

/// The document of an entry, if it was opened before as a `T`.
pub(crate) fn find<T: Clone + 'static>(token: &LockToken) -> Option<T> {
    let kept = KEPT.read().unwrap_or_else(PoisonError::into_inner);
    kept.get(token)?.downcast_ref().cloned()
}

/// Keeps the document of an entry.
pub(crate) fn keep<T: Send + Sync + 'static>(token: &LockToken, document: T) {
    let mut kept = KEPT.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT_MAX {
        kept.clear();
    }
    kept.insert(token.clone(), Arc::new(document));
}
