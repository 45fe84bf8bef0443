//! What the four kinds of policy share: the life cycle of a document, preview, tape, series, permits.
//!
//! A room brings a [`Kind`]; everything that all kinds have in common is written once, here.

pub mod alert;
pub mod aside;
pub mod cx;
pub mod keyholder;
pub mod kind;
pub mod lifecycle;
mod opened;
pub mod packing;
pub mod permit;
pub mod postings;
pub mod preview;
pub mod series;
pub mod sink;
pub mod tape;
pub mod turns;

pub use alert::Alert;
pub use aside::aside;
pub use cx::{Cx, Mint};
pub use keyholder::{AGENT_PREFIX, AgentKey, Keyholder};
pub use kind::{Kind, References};
pub use lifecycle::{Contended, Draft, Held, LifecycleError};
pub use permit::{Authorizer, Permit, Principal};
pub use preview::{Evidence, Foresee, Foresight};
pub use series::{Columns, MemorySeries, Sample, Series, Value, View};
pub use sink::Sink;
pub use tape::{MemoryTape, Position, Recording, Span, Tape};
pub use turns::Turns;
