//! [`Tape`]: recorded observations, append-only. What a preview replays.

pub mod memory;

use async_trait::async_trait;
use bartizan_ledger::StoreError;
use bartizan_wire::{Realm, Timestamp};
use serde::{Deserialize, Serialize};

pub use memory::MemoryTape;

/// One recorded observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Who was observed, such as a managed node's id.
    pub subject: String,
    /// When.
    pub at: Timestamp,
    /// The observation in the room's own format.
    pub body: Vec<u8>,
}

/// Half-open: `from <= at < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

/// A place on a track, behind a recording: what comes after it is what a reader that stood there has not read. Grows from
/// one recording to the next, by no rule; never names another place later, whatever is deleted in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Before everything.
    pub const START: Self = Self(0);
}

/// Append-only recordings by realm and track (such as `host/inventory`).
#[async_trait]
pub trait Tape: Send + Sync + std::fmt::Debug {
    /// Appends, and says where the track then ended, which other appends may have moved on by now; durable when it
    /// returns. Nothing to append tells where the track ends.
    async fn append(&self, realm: &Realm, track: &str, recordings: Vec<Recording>) -> Result<Position, StoreError>;
    /// Recordings of a span in the order in which they were appended, after skipping `skip`, at most `limit`.
    async fn read(
        &self,
        realm: &Realm,
        track: &str,
        span: Span,
        skip: u64,
        limit: u32,
    ) -> Result<Vec<Recording>, StoreError>;
    /// Recordings behind a position in the order in which they were appended, each with the position behind it, at most
    /// `limit`. Nothing that is appended later is ever placed before a position that was read from.
    async fn read_after(
        &self,
        realm: &Realm,
        track: &str,
        after: Position,
        limit: u32,
    ) -> Result<Vec<(Position, Recording)>, StoreError>;
    /// Recordings of a track up to a position may be deleted; some of them may stay for a while.
    async fn prune_to(&self, realm: &Realm, track: &str, position: Position) -> Result<(), StoreError>;
}
