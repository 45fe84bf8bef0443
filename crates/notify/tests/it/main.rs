//! Delivery to real sockets, from real boards.
#![cfg(test)]

mod deliveries;
mod kill;
mod operations;
mod receiver;
mod signatures;
mod world;
