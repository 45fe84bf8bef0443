#![doc = include_str!("../README.md")]

pub mod diff_revisions;
pub mod errors;
pub mod get_preview;
pub mod list_history;
pub mod list_previews;
pub mod preview;
mod resource;
pub mod restorable;
pub mod roll_back;
pub mod room;

pub use errors::HistoryError;
pub use restorable::Restorable;
pub use room::History;

use std::sync::Arc;

use bartizan_operation::ErasedOperation;

/// Every operation of this crate.
#[must_use]
pub fn operations(room: &Arc<History>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<list_history::ListHistory>(Arc::clone(room)),
        ErasedOperation::of::<diff_revisions::DiffRevisions>(Arc::clone(room)),
        ErasedOperation::of::<roll_back::RollBack>(Arc::clone(room)),
        ErasedOperation::of::<preview::Preview>(Arc::clone(room)),
        ErasedOperation::of::<get_preview::GetPreview>(Arc::clone(room)),
        ErasedOperation::of::<list_previews::ListPreviews>(Arc::clone(room)),
    ]
}

/// Largest body of these operations, in bytes: a preview carries a whole document.
pub(crate) const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
