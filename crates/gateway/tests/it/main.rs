//! A gateway before an application, both real, over real connections.
#![cfg(test)]

mod requests;
mod world;
