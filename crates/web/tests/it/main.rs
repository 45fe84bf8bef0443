//! The web room, from outside.
#![cfg(test)]

mod documents;
mod managed;
mod previews;
mod rules;
mod world;
