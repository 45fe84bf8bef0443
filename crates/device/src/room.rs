//! The device room's facts: what devices report and what the broker notices of them, judged by the security profiles that
//! cover them. No clock, no runtime and no network: time is told, and stores are traits.
//!
//! Everything that the judgment depends on is recorded on one track of the tape, in the order in which it is judged:
//! reports, closed windows, ticks, and marks where other documents begin to hold. The judgment is a fold over that track,
//! so a restart comes to the same: it takes the latest snapshot and judges what was recorded since. What was found is
//! written with the position up to which it was judged, at once; findings up to that position are not written again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use bartizan_ledger::{Key, StoreError};
use bartizan_policy::{Cx, Turns};
use bartizan_wire::{Realm, Timestamp};

pub mod actives;
mod book;
pub mod filter;
mod foresee;
pub mod intake;
mod judge;
pub mod keep;
mod mark;
pub mod notice;
mod read;
mod rebuild;
pub mod record;
mod recover;
mod rules;
pub mod samples;
mod seal;
pub mod settings;
mod snapshot;
pub mod statistics;
pub mod suggested;
pub mod throttle;
pub mod topic;
mod ward;
pub mod window;
mod work;

pub use intake::{Answer, Received};
pub use rebuild::Rebuilt;
pub use recover::Recovered;
use settings::Settings;
use topic::ReportTopic;
use ward::Ward;

/// Carries what is published over HTTPS on: reports into the one queue of the server, all others to their subscribers.
#[async_trait]
pub trait Broker: Send + Sync + std::fmt::Debug {
    /// Returns once a report is durable, or a message has gone to its subscribers.
    ///
    /// # Errors
    /// When it cannot be kept now.
    async fn publish(&self, realm: &Realm, topic: &str, payload: Vec<u8>, now: Timestamp) -> Result<(), StoreError>;
    /// Sends something of the room's own to whoever is subscribed now.
    fn tell(&self, topic: &str, payload: Vec<u8>);
}

use crate::mitigation::work::Bell;
use crate::roster::Roster;

/// Issues certificates with which devices connect.
pub trait Issuer: Send + Sync + std::fmt::Debug {
    /// One for a thing.
    ///
    /// # Errors
    /// Why there is none, for the log.
    fn issue(&self, thing: &str, now: Timestamp) -> Result<Issued, String>;
}

/// A certificate and what goes with it.
#[derive(Clone)]
pub struct Issued {
    /// The device's certificate.
    pub certificate_pem: String,
    /// Its key.
    pub private_key_pem: String,
    /// What it verifies the server with.
    pub authority_pem: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("certificate_pem", &self.certificate_pem).finish_non_exhaustive()
    }
}

/// What operations of this room work on beside documents.
#[derive(Debug, Default)]
pub struct DeviceRoom {
    settings: Settings,
    /// A number that devices do not know; see [`Engine::salted`](crate::engine::Engine::salted).
    salt: u64,
    roster: Roster,
    broker: OnceLock<Arc<dyn Broker>>,
    issuer: OnceLock<Arc<dyn Issuer>>,
    /// Whoever moves values into columns does so alone, whoever records does, and whoever judges does. They are taken in
    /// this order.
    sealing: Turns,
    recording: Turns,
    judging: Turns,
    wards: Mutex<BTreeMap<Realm, Arc<Ward>>>,
    bell: Bell,
}

impl DeviceRoom {
    /// A room in which nothing is known yet. `salt` is a number that devices do not know.
    #[must_use]
    pub fn new(settings: Settings, salt: u64) -> Self {
        Self { settings, salt, ..Self::default() }
    }

    /// What an operator has set.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Who is registered, and which thing is in which group.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Rings when there may be mitigation tasks to carry on with: see [`work::advance`](crate::mitigation::work::advance).
    #[must_use]
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    /// From now on this carries on what is published over HTTPS. The first one stays.
    pub fn connect(&self, broker: Arc<dyn Broker>) {
        let _the_first_stays = self.broker.set(broker);
    }

    /// From now on this issues certificates. The first one stays.
    pub fn enrol_with(&self, issuer: Arc<dyn Issuer>) {
        let _the_first_stays = self.issuer.set(issuer);
    }

    /// A certificate for a thing; `None` where devices do not connect with one.
    pub(crate) fn issue(&self, thing: &str, now: Timestamp) -> Option<Result<Issued, String>> {
        self.issuer.get().map(|issuer| issuer.issue(thing, now))
    }

    /// Publishes a message: through the broker, if there is one.
    ///
    /// # Errors
    /// When it cannot be kept now.
    pub async fn publish(&self, cx: &Cx, topic: &str, payload: Vec<u8>) -> Result<(), StoreError> {
        if let Some(broker) = self.broker.get() {
            return broker.publish(&cx.realm, topic, payload, cx.now).await;
        }
        // Without one nobody is subscribed to anything.
        if let Some(topic) = ReportTopic::parse(topic) {
            self.take_in(cx, vec![Received::read(topic, cx.now, &payload)]).await?;
            self.settle(cx).await?;
        }
        Ok(())
    }

    /// Waits until nobody else moves values into columns in the caller's realm; the turn ends when the value is dropped.
    async fn sealing_turn(&self, cx: &Cx) -> impl Send + use<'_> {
        self.sealing.take(&place(cx)).await
    }

    /// Waits until nobody else records in the caller's realm.
    async fn turn(&self, cx: &Cx) -> impl Send + use<'_> {
        self.recording.take(&place(cx)).await
    }

    /// Waits until nobody else judges in the caller's realm.
    async fn judging_turn(&self, cx: &Cx) -> impl Send + use<'_> {
        self.judging.take(&place(cx)).await
    }

    fn ward_of(&self, realm: &Realm) -> Arc<Ward> {
        let mut wards = self.wards.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ward) = wards.get(realm) {
            return Arc::clone(ward);
        }
        Arc::clone(wards.entry(realm.clone()).or_default())
    }

    /// The caller's realm, recovered. For those who have no turn.
    async fn ready(&self, cx: &Cx) -> Result<Arc<Ward>, StoreError> {
        let ward = self.ward_of(&cx.realm);
        if ward.state().is_none() {
            self.open(cx).await?;
        }
        Ok(ward)
    }

    /// The caller's realm, recovered. Only for those who have the turn.
    async fn ward(&self, cx: &Cx) -> Result<Arc<Ward>, StoreError> {
        let ward = self.ward_of(&cx.realm);
        if ward.state().is_none() {
            self.recover(cx, &ward).await?;
        }
        Ok(ward)
    }
}

fn place(cx: &Cx) -> Key {
    Key { realm: cx.realm.clone(), kind: record::TRACK.to_owned(), name: String::new() }
}
