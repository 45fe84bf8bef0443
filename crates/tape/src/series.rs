//! Samples on disk: columns in Parquet files, which others read as they are.
//!
//! `<folder>/<account>/<region>/<track>/series/<first>-<last>.parquet` holds the samples of one write, or of several that
//! were merged. A file gets its name when all of it is durable and never changes after that. Files are merged four at a
//! time, so that there are few, and deleted as a whole when all of it is old.

mod arrange;
mod bits;
mod coded;
mod deltas;
mod index;
mod merge;
mod names;
mod pack;
mod pages;
mod rows;
mod runs;
mod scan;
mod schema;
mod segment;
mod store;
mod track;
mod unpack;
mod write;

pub use store::FileSeries;
