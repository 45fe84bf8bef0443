//! The agent against folders that look like hosts, and against a server that answers what the test wants.
#![cfg(test)]

mod collect;
mod device;
mod frozen;
mod report;
mod server;
mod shared;
