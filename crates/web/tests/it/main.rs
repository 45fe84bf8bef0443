//! The web room, from outside.
#![cfg(test)]

mod decisions;
mod documents;
mod engine;
mod limits;
mod managed;
mod previews;
mod rules;
mod world;
