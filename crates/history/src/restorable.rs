//! [`Restorable`]: a kind whose documents can be set back to an earlier revision, with its type forgotten.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bartizan_ledger::Entry;
use bartizan_policy::preview::Foresee;
use bartizan_policy::{Draft, Kind, LifecycleError, lifecycle};

type Restored<'a> = Pin<Box<dyn Future<Output = Result<bool, LifecycleError>> + Send + 'a>>;

/// A kind that may be rolled back.
pub struct Restorable {
    name: &'static str,
    room: Arc<dyn Foresee + Send + Sync>,
    restore: for<'a, 'b> fn(&'a mut Draft<'b>, Entry) -> Restored<'a>,
}

impl fmt::Debug for Restorable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restorable").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Restorable {
    /// Kind `K`, whose changes `room` foresees.
    #[must_use]
    pub fn of<K: Kind>(room: Arc<dyn Foresee + Send + Sync>) -> Self {
        Self { name: K::NAME, room, restore: restore::<K> }
    }

    /// The kind's stored name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn room(&self) -> &(dyn Foresee + Send + Sync) {
        self.room.as_ref()
    }

    /// Adds the document of an earlier entry to the draft as the next revision, under today's rules. False if that
    /// entry has no document.
    pub(crate) async fn restore(&self, draft: &mut Draft<'_>, earlier: Entry) -> Result<bool, LifecycleError> {
        (self.restore)(draft, earlier).await
    }
}

fn restore<'a, K: Kind>(draft: &'a mut Draft<'_>, earlier: Entry) -> Restored<'a> {
    let name = earlier.key.name.clone();
    Box::pin(async move {
        let Some(held) = lifecycle::open::<K>(earlier)? else { return Ok(false) };
        draft.put::<K>(&name, held.document.into_inner()).await?;
        Ok(true)
    })
}
