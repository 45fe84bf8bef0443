//! The device room as clients use it, over stores in memory; and its engine.
#![cfg(test)]

mod certificates;
mod engine;
mod exports;
mod fleet;
mod mitigation;
mod previews;
mod profiles;
mod recovery;
mod reports;
mod shared;
mod thing_groups;
mod things;
mod violations;
mod windows;
mod world;
