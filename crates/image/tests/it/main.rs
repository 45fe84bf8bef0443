//! The tests of this crate, in one program.
#![cfg(test)]

mod cache;
mod find;
mod hostile;
mod judged;
mod layers;
mod made;
mod properties;
mod reported;
mod rpm;
mod shared;
mod sources;
mod unpack;
