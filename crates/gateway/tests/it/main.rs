//! A gateway before an application, both real, over real connections.
#![cfg(test)]

mod frames;
mod places;
mod requests;
mod secure;
mod world;
