//! [`Operation`]: one thing that a client can ask for, as data and a function; and the table of all of them.
//!
//! No HTTP: a [`Binding`] says how an operation is addressed, `protocol` knows what that means on the wire.

pub mod binding;
pub mod describe;
pub mod error;
pub mod openapi;
pub mod page;
pub mod table;

pub use binding::{Binding, Elsewhere, Method};
pub use error::{ErrorBody, Fault, ServiceError};
pub use table::{Answer, BoundTwice, ErasedOperation, Rate, Refusal, Reply, Table};

use std::future::Future;

use bartizan_policy::preview::Foresee;
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Schema, Shape};
use serde::Serialize;

/// One operation. Adding one touches its room alone (R7).
pub trait Operation: Send + Sync + 'static {
    /// The vendor's name, such as `UpdatePatchBaseline`.
    const NAME: &'static str;
    /// What authorization is asked about, such as `ssm:UpdatePatchBaseline`.
    const ACTION: &'static str;
    /// How it is addressed.
    const BINDING: Binding;
    /// The kinds that it may commit; empty for one that only reads.
    const WRITES: &'static [&'static str] = &[];
    /// What its JSON body is, where the input has it as any JSON because it is read with more patience than shapes are: for
    /// documents about the API.
    const BODY: Option<&'static Schema> = None;
    /// The request.
    type Input: Shape + Send + Sync;
    /// The answer.
    type Output: Shape + Serialize + Send;
    /// Every error of its own.
    type Error: ServiceError;
    /// The room's own facts, such as its catalogue; it foresees what a change would do.
    type Room: Foresee + Send + Sync + 'static;

    /// What authorization is asked about.
    fn resource(cx: &Cx, input: &Self::Input) -> ResourceName;

    /// Headers of a successful answer, by name in lower case: for protocols that say in headers what is beside the output.
    fn headers(_output: &Self::Output) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Does it.
    fn call(
        room: &Self::Room,
        cx: &Cx,
        permit: Permit,
        input: Checked<Self::Input>,
    ) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;
}
