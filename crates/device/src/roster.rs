//! [`Roster`]: who is registered and which thing is in which group, in memory, so that a report can be matched with what
//! covers its thing without asking the store, and a group's things can be listed without looking at all things.
//!
//! The ledger stays the truth. A roster is read from it once and then follows its feed, so that it never misses a commit
//! and another replica's commits are seen as well.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bartizan_ledger::{Entry, Page, Scope, Seq, StoreError};
use bartizan_policy::{Cx, Kind};
use bartizan_wire::Realm;

use crate::certificate::Certificates;
use crate::thing::Things;
use crate::thing_group::{Memberships, ThingGroups};

mod amended;
mod fleet;
mod holders;

pub use amended::Amended;
pub use fleet::{Fleet, Lineage, Which};
pub use holders::Holder;

/// The fleets of all realms.
#[derive(Debug, Default)]
pub struct Roster {
    realms: RwLock<HashMap<Realm, Arc<RwLock<Followed>>>>,
}

/// A fleet, and up to where in the feed it is told of.
#[derive(Debug, Default)]
struct Followed {
    seq: Seq,
    fleet: Fleet,
}

impl Roster {
    /// Reads the registered things, groups, memberships and certificates of the caller's realm. Call it at start: it is much faster
    /// than following the feed from its beginning, which gives the same.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(&self, cx: &Cx) -> Result<(), StoreError> {
        // What is committed while this reads comes again with the feed.
        let seq = cx.ledger.tip().await?;
        let mut fleet = Fleet::default();
        for kind in [ThingGroups::NAME, Things::NAME, Memberships::NAME, Certificates::NAME] {
            let scope = Scope::Heads { realm: cx.realm.clone(), kind: kind.to_owned(), prefix: String::new() };
            let mut page = Page { after: None, limit: Page::LIMIT_MAX };
            loop {
                let entries = cx.ledger.list(&scope, &page).await?;
                for entry in &entries {
                    fleet.apply(entry)?;
                }
                if entries.len() < usize::from(Page::LIMIT_MAX) {
                    break;
                }
                page.after = entries.last().map(|entry| entry.key.name.clone());
            }
        }
        let followed = Arc::new(RwLock::new(Followed { seq, fleet }));
        self.realms.write().unwrap_or_else(PoisonError::into_inner).insert(cx.realm.clone(), followed);
        self.follow(cx).await
    }

    /// Takes in what was committed since. A call that finds nothing new costs one look at the ledger's tip. Not for
    /// previews, whose ledger shows what is not so.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn follow(&self, cx: &Cx) -> Result<(), StoreError> {
        let followed = self.of(&cx.realm);
        loop {
            let seq = followed.read().unwrap_or_else(PoisonError::into_inner).seq;
            if cx.ledger.tip().await? <= seq {
                return Ok(());
            }
            let news = cx.ledger.since(seq, Page::LIMIT_MAX).await?;
            if news.is_empty() {
                return Ok(());
            }
            let mut followed = followed.write().unwrap_or_else(PoisonError::into_inner);
            for entry in news.iter().filter(|entry| entry.seq > seq) {
                // Somebody else may have been here meanwhile.
                if entry.seq <= followed.seq {
                    continue;
                }
                if entry.key.realm == cx.realm {
                    followed.fleet.apply(entry)?;
                }
                followed.seq = entry.seq;
            }
        }
    }

    /// Looks at the fleet of a realm, as far as it was loaded or followed. Keep it short: commits wait meanwhile.
    pub fn look<T>(&self, realm: &Realm, at: impl FnOnce(&Fleet) -> T) -> T {
        at(&self.of(realm).read().unwrap_or_else(PoisonError::into_inner).fleet)
    }

    /// Whether a thing is registered, and the groups that it is in, with those above them.
    #[must_use]
    pub fn lineage(&self, realm: &Realm, thing: &str) -> Lineage {
        self.look(realm, |fleet| fleet.lineage(thing))
    }

    /// Whom a certificate stands for, by its id (see [`certificate::id`](crate::certificate::id)); `None` if it is not
    /// registered. What an endpoint asks when a device connects.
    #[must_use]
    pub fn holder(&self, realm: &Realm, certificate: &str) -> Option<Holder> {
        self.look(realm, |fleet| fleet.holder(certificate).cloned())
    }

    /// Looks at the fleet as it would be after these entries: what a preview judges against.
    ///
    /// # Errors
    /// When an entry cannot be read.
    pub fn look_after<T>(
        &self,
        realm: &Realm,
        changed: &[Entry],
        at: impl FnOnce(&Amended<'_>) -> T,
    ) -> Result<T, StoreError> {
        self.look(realm, |fleet| Amended::of(fleet, changed).map(|amended| at(&amended)))
    }

    fn of(&self, realm: &Realm) -> Arc<RwLock<Followed>> {
        if let Some(known) = self.realms.read().unwrap_or_else(PoisonError::into_inner).get(realm) {
            return Arc::clone(known);
        }
        let mut realms = self.realms.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(realms.entry(realm.clone()).or_default())
    }
}
