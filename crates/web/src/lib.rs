#![doc = include_str!("../README.md")]

pub mod api;
pub mod cidr;
pub mod complaint;
pub mod document;
pub mod engine;
mod entity;
pub mod errors;
mod foresee;
pub mod gather;
pub mod identity;
pub mod kind;
pub mod label;
mod notice;
pub mod protected;
mod publishing;
pub mod record;
pub mod recorded;
pub mod references;
pub mod regex_dialect;
mod replay;
pub mod review;
pub mod room;
mod settling;
pub mod traffic;
pub mod usage;
pub mod walk;
pub mod wcu;

pub use api::operations;
pub use notice::tell_expired;
