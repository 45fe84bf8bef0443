//! The tape on disk: recorded observations in append-only files, for previews to replay.
//!
//! `<folder>/<account>/<region>/<track>/<number>.tape` holds frames, each with checksums of its own. One writer thread
//! appends whatever is waiting and flushes once for it; an append returns after that flush. A file that has grown large
//! is sealed, gets an index beside it, and is deleted as a whole when all of it is old.

mod append;
mod fault;
mod frame;
mod place;
mod position;
mod read;
mod scan;
mod segment;
mod series;
mod tape;
mod writer;

pub use frame::{RECORDING_BYTES_MAX, SUBJECT_BYTES_MAX};
pub use place::TRACK_BYTES_MAX;
pub use series::FileSeries;
pub use tape::{FileTape, Pruned, RETENTION_DAYS, TapeSettings};
