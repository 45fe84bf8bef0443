//! Container images on disk: their layers read once as streams, the packages in them, and what is known to be wrong with
//! those.
//!
//! Bytes of strangers go in, so every reader has limits with names ([`limits`]), and what could not be read or judged is
//! part of the answer ([`inventory::Blind`]).

pub mod analyze;
pub mod asked;
pub mod digest;
pub mod feed;
pub mod inventory;
pub mod judge;
pub mod layer;
pub mod limits;
pub mod package;
pub mod report;
pub mod scan;
pub mod source;
pub mod stack;
pub mod stream;
pub mod tar;
pub mod version;
