//! The host room's facts: what is offered to hosts, and what is installed on them, in memory, so that a change of policy
//! can be judged on all of them at once. Everything here can be read again from the board.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bartizan_ledger::{Posting, StoreError};
use bartizan_policy::{AgentKey, Cx, Keyholder, Recording, aside};
use bartizan_wire::Realm;

use crate::engine::{Fleet, Outcomes};
use crate::inventory;
use crate::node::{self, Node};
use crate::observe::{Index, Inventory};
use bartizan_policy::packing::{pack, unpack};

mod judging;
mod offered;
mod offers;
mod tables;

pub(crate) use judging::compiled;
pub use judging::{Followed, Judged};
pub(crate) use offered::First;
use offers::Indices;
use tables::Tables;

/// The topic of package indices, by digest.
pub const INDEX_TOPIC: &str = "host/index";
/// Inventories that are read from the board at once at start.
const LOAD_PAGE: u16 = 64;

/// What operations of this room work on beside documents.
#[derive(Debug, Default)]
pub struct HostRoom {
    keyholder: Option<Arc<dyn Keyholder>>,
    realms: Mutex<BTreeMap<Realm, Arc<Facts>>>,
}

/// What is known of the hosts of one realm.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) fleet: RwLock<Fleet>,
    indices: Indices,
    tables: Tables,
}

impl HostRoom {
    /// `keyholder` is told of agents' keys.
    #[must_use]
    pub fn new(keyholder: Arc<dyn Keyholder>) -> Self {
        Self { keyholder: Some(keyholder), realms: Mutex::default() }
    }

    /// Reads the latest inventories of the realm from the board, and the indices that they refer to. Call it at start,
    /// and whenever another replica may have taken in reports.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(&self, cx: &Cx) -> Result<usize, StoreError> {
        let mut after: Option<String> = None;
        let mut hosts = 0;
        loop {
            let page = cx.board.list(&cx.realm, inventory::TOPIC, after.as_deref(), LOAD_PAGE).await?;
            let full = page.len() >= usize::from(LOAD_PAGE);
            after = page.last().map(|posting| posting.subject.clone());
            for posting in page {
                let inventory: Arc<Inventory> = Arc::new(unpack(&posting.body)?);
                self.take_in(cx, &inventory).await?;
                hosts += 1;
            }
            if !full {
                return Ok(hosts);
            }
        }
    }

    /// Keeps a report of a host, and judges it. Returns the digests of indices whose content is not known yet; the host
    /// is judged without them, and again when they come.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn report(&self, cx: &Cx, inventory: Inventory) -> Result<Vec<String>, StoreError> {
        let packed = pack(&inventory)?;
        let digest = inventory::digest(&inventory);
        let before = node::find(cx, &inventory.instance).await?;
        if before.as_ref().is_none_or(|before| before.inventory_digest != digest) {
            let recording =
                Recording { subject: inventory.instance.clone(), at: inventory.captured_at, body: packed.clone() };
            cx.tape.append(&cx.realm, inventory::TOPIC, vec![recording]).await?;
        }
        let posting = Posting { subject: inventory.instance.clone(), at: inventory.captured_at, body: packed };
        cx.board.post(&cx.realm, inventory::TOPIC, posting).await?;
        let digests: BTreeSet<String> = inventory.indices.iter().map(|index| index.digest.clone()).collect();
        let node = Node {
            instance: inventory.instance.clone(),
            facts: inventory.facts.clone(),
            heard_at: cx.now,
            captured_at: Some(inventory.captured_at),
            refreshed_at: inventory.refreshed_at,
            indices: digests.into_iter().collect(),
            inventory_digest: digest,
        };
        node::post(cx, &node).await?;
        let inventory = Arc::new(inventory);
        let missing = self.take_in(cx, &inventory).await?;
        self.scan_batch(cx, &[inventory]).await?;
        if let Some(before) = before {
            self.forget_unused(cx, &before.indices).await?;
        }
        Ok(missing)
    }

    /// Keeps the content of an index for which hosts are waiting, and judges them again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn receive(&self, cx: &Cx, digest: &str, compressed: Vec<u8>, content: Index) -> Result<(), StoreError> {
        let posting = Posting { subject: digest.to_owned(), at: cx.now, body: compressed };
        cx.board.post(&cx.realm, INDEX_TOPIC, posting).await?;
        self.facts(&cx.realm).indices.keep(digest, Arc::new(content));
        let nodes = node::all(cx).await?;
        let waiting: Vec<&Node> = nodes.iter().filter(|node| node.indices.iter().any(|held| held == digest)).collect();
        for batch in waiting.chunks(judging::BATCH) {
            let mut inventories = Vec::with_capacity(batch.len());
            for node in batch {
                if let Some(inventory) = self.inventory(cx, &node.instance).await?.map(Arc::new) {
                    self.take_in(cx, &inventory).await?;
                    inventories.push(inventory);
                }
            }
            self.scan_batch(cx, &inventories).await?;
        }
        Ok(())
    }

    /// True if the content of an index is known.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_index(&self, cx: &Cx, digest: &str) -> Result<bool, StoreError> {
        self.facts(&cx.realm).indices.has(cx, digest).await
    }

    /// The latest inventory of a node.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn inventory(&self, cx: &Cx, instance: &str) -> Result<Option<Inventory>, StoreError> {
        match cx.board.find(&cx.realm, inventory::TOPIC, instance).await? {
            Some(posting) => unpack(&posting.body).map(Some),
            None => Ok(None),
        }
    }

    /// Forgets a node that is registered no more, and lets its key hold no longer.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget(&self, cx: &Cx, instance: &str, access_key_id: &str) -> Result<(), StoreError> {
        if let Some(keyholder) = &self.keyholder {
            keyholder.dismiss(access_key_id);
        }
        let node = node::find(cx, instance).await?;
        for topic in [inventory::TOPIC, node::TOPIC, crate::scan::TOPIC, crate::scan::PACKAGES_TOPIC] {
            cx.board.remove(&cx.realm, topic, instance).await?;
        }
        let facts = self.facts(&cx.realm);
        facts.fleet.write().unwrap_or_else(PoisonError::into_inner).remove(instance);
        match node {
            Some(node) => self.forget_unused(cx, &node.indices).await,
            None => Ok(()),
        }
    }

    /// Lets an agent's key hold from now on.
    pub(crate) fn enrol(&self, cx: &Cx, key: AgentKey) {
        if let Some(keyholder) = &self.keyholder {
            keyholder.enrol(cx, key);
        }
    }

    pub(crate) fn facts(&self, realm: &Realm) -> Arc<Facts> {
        let mut realms = self.realms.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(realms.entry(realm.clone()).or_default())
    }

    /// Takes an inventory into the fleet. Returns the digests of indices whose content is not known.
    async fn take_in(&self, cx: &Cx, inventory: &Arc<Inventory>) -> Result<Vec<String>, StoreError> {
        let facts = self.facts(&cx.realm);
        let mut missing = BTreeSet::new();
        let mut known = BTreeMap::new();
        for reference in &inventory.indices {
            match facts.indices.get(cx, &reference.digest).await? {
                Some(content) => {
                    known.insert(reference.digest.clone(), content);
                }
                None => {
                    missing.insert(reference.digest.clone());
                }
            }
        }
        let inventory = Arc::clone(inventory);
        aside(move || {
            let mut fleet = facts.fleet.write().unwrap_or_else(PoisonError::into_inner);
            // A host of a family that is not judged is in no fleet, and has no scan.
            let _blind = fleet.upsert(&inventory, &known, &Outcomes::default());
            drop(known);
            facts.indices.trim();
        })
        .await?;
        Ok(missing.into_iter().collect())
    }

    /// Removes the content of indices that no node refers to any more.
    async fn forget_unused(&self, cx: &Cx, candidates: &[String]) -> Result<(), StoreError> {
        let nodes = node::all(cx).await?;
        let used: BTreeSet<&String> = nodes.iter().flat_map(|node| &node.indices).collect();
        for digest in candidates.iter().filter(|digest| !used.contains(digest)) {
            cx.board.remove(&cx.realm, INDEX_TOPIC, digest).await?;
        }
        Ok(())
    }
}
