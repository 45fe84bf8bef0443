//! Processes of this host: what starts and what ends, from the kernel's process connector.
//!
//! The connector tells numbers alone. What program it was is read from `/proc`, so that of a process which is gone within moments only
//! its number is known: such are counted. What the kernel could not deliver is counted too, by the gaps in its numbering.

mod connector;
mod ocsf;
mod process;
mod watch;

pub use ocsf::event;
pub use process::Process;
pub use watch::{Seen, Tally, Watch};
