//! [`Surroundings`]: everything that a call needs and the protocol does not have.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bartizan_access::authorize::ANONYMOUS;
use bartizan_ledger::Board;
use bartizan_notify::{Bell, Ringing};
use bartizan_policy::{Cx, Mint, Principal, Turns};
use bartizan_protocol::{Circumstances, Contextualize};
use bartizan_wire::{Realm, Timestamp};

use crate::clock;
use crate::mint::RandomMint;
use crate::stores::Stores;

/// The stores, the clock and the random source, as calls see them.
#[derive(Debug)]
pub(crate) struct Surroundings {
    realm: Realm,
    stores: Stores,
    /// The same board as among the stores, heard by the delivery of alerts.
    board: Arc<dyn Board>,
    turns: Arc<Turns>,
    mint: Arc<RandomMint>,
    ready: AtomicBool,
}

impl Surroundings {
    pub(crate) fn new(realm: Realm, stores: Stores, bell: Bell) -> Self {
        let board = Arc::new(Ringing::new(Arc::clone(&stores.board) as _, bell));
        Self { realm, stores, board, turns: Arc::default(), mint: Arc::default(), ready: AtomicBool::new(false) }
    }

    /// From now on, or no longer, everything that is needed for serving works.
    pub(crate) fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// The context of something that the server itself does.
    pub(crate) fn own(&self, principal: &str, request: &str) -> Cx {
        self.cx(Circumstances {
            principal: Principal { name: principal.to_owned(), realm: self.realm.clone() },
            now: clock::now(),
            request: request.to_owned(),
            reason: None,
            expect: None,
            previewing: false,
        })
    }
}

impl Contextualize for Surroundings {
    fn now(&self) -> Timestamp {
        clock::now()
    }

    fn mint(&self) -> &dyn Mint {
        self.mint.as_ref()
    }

    fn ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn anonymous(&self) -> Principal {
        Principal { name: ANONYMOUS.to_owned(), realm: self.realm.clone() }
    }

    fn cx(&self, circumstances: Circumstances) -> Cx {
        Cx {
            realm: circumstances.principal.realm.clone(),
            principal: circumstances.principal,
            now: circumstances.now,
            request: circumstances.request,
            reason: circumstances.reason,
            expect: circumstances.expect,
            ledger: Arc::clone(&self.stores.ledger) as _,
            board: Arc::clone(&self.board),
            audit: Arc::clone(&self.stores.board) as _,
            tape: Arc::clone(&self.stores.tape) as _,
            series: Arc::clone(&self.stores.series) as _,
            turns: Arc::clone(&self.turns),
            mint: Arc::clone(&self.mint) as _,
            previewing: circumstances.previewing,
        }
    }
}
