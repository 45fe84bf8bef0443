//! [`Contextualize`]: what a call may use.

use bartizan_ledger::Revision;
use bartizan_policy::{Cx, Mint, Principal};
use bartizan_wire::Timestamp;

/// What the protocol knows about a call.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// Who asks.
    pub principal: Principal,
    /// When.
    pub now: Timestamp,
    /// The request's id, as answered to the client.
    pub request: String,
    /// `x-bartizan-reason`.
    pub reason: Option<String>,
    /// `x-bartizan-expect`: the revision that the caller saw.
    pub expect: Option<Revision>,
    /// Asked for below `/preview`.
    pub previewing: bool,
}

/// Everything that a call needs and the protocol does not have. Implemented by `server`.
pub trait Contextualize: Send + Sync + std::fmt::Debug {
    /// The wall clock.
    fn now(&self) -> Timestamp;
    /// The random source, from which request ids are made.
    fn mint(&self) -> &dyn Mint;
    /// True while everything that is needed for serving works.
    fn ready(&self) -> bool;
    /// Who asks without a signature, where an operation allows that.
    fn anonymous(&self) -> Principal;
    /// The call's context.
    fn cx(&self, circumstances: Circumstances) -> Cx;
}
