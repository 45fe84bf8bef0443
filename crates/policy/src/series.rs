//! [`Series`]: what was measured, in columns. What a preview replays at the speed of memory.

pub mod columns;
pub mod memory;
mod texts;

#[cfg(feature = "contract")]
pub mod contract;

use std::sync::Arc;

use async_trait::async_trait;
use bartizan_ledger::StoreError;
use bartizan_wire::{Realm, Timestamp};

use crate::tape::{Position, Span};

pub use columns::{Columns, TextCells};
pub use memory::MemorySeries;
pub use texts::Texts;

/// One measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Whose it is, such as a thing's name.
    pub subject: Arc<str>,
    /// What was measured, such as `aws:all-bytes-out`.
    pub measure: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// How much, or which.
    pub value: Value,
}

/// What a measurement gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A quantity. Any bits come back as they were, also those that stand for no number.
    Number(f64),
    /// A set or list: addresses, ports or names, in the order given.
    Texts(Texts),
}

/// Samples by realm and track (such as `device/report`).
///
/// Nothing is merged: a sample that is written twice is there twice. Whoever may have to write again after a crash says
/// with each write up to where it has come, and asks [`sealed`](Series::sealed) before it starts again.
#[async_trait]
pub trait Series: Send + Sync + std::fmt::Debug {
    /// Keeps samples, all or none; durable when it returns. `sealed` is the position on a [`Tape`](crate::Tape) up to
    /// which everything is written with this, if they come from one; it is kept only together with samples.
    ///
    /// # Errors
    /// They cannot be stored, or are more than what can be stored at once. Nothing can be seen of them.
    async fn write(
        &self,
        realm: &Realm,
        track: &str,
        samples: Arc<Vec<Sample>>,
        sealed: Option<Position>,
    ) -> Result<(), StoreError>;

    /// The furthest position that came with samples of a track that are still kept.
    async fn sealed(&self, realm: &Realm, track: &str) -> Result<Option<Position>, StoreError>;

    /// The samples of a track as they are now. Whatever is written, merged or pruned later does not show in it: whoever
    /// reads several times, or beside samples that are about to be written, sees none of them twice and misses none.
    ///
    /// # Errors
    /// What there is cannot be told.
    fn view(&self, realm: &Realm, track: &str) -> Result<Arc<dyn View>, StoreError>;

    /// [`View::replay`] over what is there now.
    ///
    /// # Errors
    /// Something does not read back. What was handed out until then is right, and not everything.
    fn replay(
        &self,
        realm: &Realm,
        track: &str,
        measure: &str,
        span: Span,
        sink: &mut dyn FnMut(&Columns<'_>),
    ) -> Result<(), StoreError> {
        self.view(realm, track)?.replay(measure, span, sink)
    }

    /// The samples of one subject and measure within a span, in order of time; of one instant, numbers first, else as
    /// written.
    async fn find(
        &self,
        realm: &Realm,
        track: &str,
        measure: &str,
        subject: &str,
        span: Span,
    ) -> Result<Vec<Sample>, StoreError>;

    /// What there are samples of, in byte order.
    async fn measures(&self, realm: &Realm, track: &str) -> Result<Vec<Arc<str>>, StoreError>;
}

/// The samples of a track as they were at one moment.
pub trait View: Send + Sync + std::fmt::Debug {
    /// Hands out every sample of a measure within a span, in calls of some thousand rows.
    ///
    /// Rows are sorted by subject, then time, within what was stored together: a subject comes again in a later call
    /// when more of it was written later. Of each subject the rows come in order of time, as far as they were written in
    /// that order; rows with the same time come in the order in which they were written. Blocks until it is done, and
    /// must not be called where others wait for their turn.
    ///
    /// # Errors
    /// Something does not read back. What was handed out until then is right, and not everything.
    fn replay(&self, measure: &str, span: Span, sink: &mut dyn FnMut(&Columns<'_>)) -> Result<(), StoreError>;
}
