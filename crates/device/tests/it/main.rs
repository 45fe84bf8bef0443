//! The device room as clients use it, over stores in memory.
#![cfg(test)]

mod thing_groups;
mod things;
mod world;
