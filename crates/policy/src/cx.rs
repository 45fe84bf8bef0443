//! [`Cx`]: what a call may use. No HTTP, no SQL, no clock: the time is a value, and stores are traits.

use std::sync::Arc;

use bartizan_ledger::{Audit, Board, Ledger, Revision};
use bartizan_wire::{Realm, Timestamp};

use crate::{Principal, Series, Tape, Turns};

/// Makes identifiers that nobody can guess. The random source belongs to `server`.
pub trait Mint: Send + Sync + std::fmt::Debug {
    /// `digits` lower-case hexadecimal digits.
    fn hex(&self, digits: usize) -> String;
}

/// The circumstances of one call.
#[derive(Debug, Clone)]
pub struct Cx {
    /// Where the call acts.
    pub realm: Realm,
    /// Who asks.
    pub principal: Principal,
    /// When, fixed once for the whole call.
    pub now: Timestamp,
    /// The request's id, as answered to the client.
    pub request: String,
    /// Why, in the caller's words, if given.
    pub reason: Option<String>,
    /// The revision that the caller saw and wants to replace: any other is a conflict. `None` updates blindly.
    pub expect: Option<Revision>,
    /// Documents. In a preview this is an overlay that keeps the commit to itself.
    pub ledger: Arc<dyn Ledger>,
    /// Latest states.
    pub board: Arc<dyn Board>,
    /// What was asked for and not committed.
    pub audit: Arc<dyn Audit>,
    /// Recorded observations.
    pub tape: Arc<dyn Tape>,
    /// Measured values in columns.
    pub series: Arc<dyn Series>,
    /// Whose turn it is to update a document blindly.
    pub turns: Arc<Turns>,
    /// New identifiers.
    pub mint: Arc<dyn Mint>,
    /// True while the call is only looked at; see [`preview`](crate::preview).
    pub previewing: bool,
}
