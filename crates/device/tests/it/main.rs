//! The device room as clients use it, over stores in memory; and its engine.
#![cfg(test)]

mod certificates;
mod engine;
mod profiles;
mod reports;
mod shared;
mod thing_groups;
mod things;
mod world;
