#![doc = include_str!("../README.md")]

pub mod api;
pub mod dead;
pub mod delivery;
pub mod errors;
mod pace;
mod queue;
mod ringing;
pub mod sink;

pub use bartizan_policy::alert::{Alert, OUTBOX, Waiting, enqueue};
pub use delivery::{Bell, Clock, Delivery};
pub use errors::AlertsError;
pub use pace::Pace;
pub use queue::Outcome;
pub use ringing::Ringing;
pub use sink::{Sinks, SinksError};

use std::sync::Arc;

use bartizan_operation::ErasedOperation;

/// Every operation of this crate.
#[must_use]
pub fn operations(room: &Arc<api::Alerts>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<api::list_dead_letters::ListDeadLetters>(Arc::clone(room)),
        ErasedOperation::of::<api::retry_dead_letter::RetryDeadLetter>(Arc::clone(room)),
    ]
}
