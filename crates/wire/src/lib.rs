//! What a value on the wire is: its shape, the proof that its constraints hold, and every way they can be broken.
//!
//! No I/O, no clock. Everything that travels between a client and Bartizan, or into the ledger, is a [`Shape`].

// Derived code names this crate from outside, also in the crate's own tests.
extern crate self as bartizan_wire;

pub mod arn;
pub mod checked;
pub mod decode;
pub mod json;
pub mod one_of;
pub mod path;
pub mod pattern;
pub mod realm;
pub mod schema;
pub mod shape;
mod shown;
pub mod time;
pub mod violation;

pub use arn::{Arn, ResourceName};
pub use bartizan_wire_derive::Shape;
pub use checked::Checked;
pub use json::{Json, SyntaxError};
pub use path::Path;
pub use realm::Realm;
pub use schema::{Constraint, Member, Schema, SchemaKind};
pub use shape::{Blob, Loose, Shape};
pub use time::Timestamp;
pub use violation::{Rule, Violation, Violations};
