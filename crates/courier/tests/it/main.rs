//! Requests over real sockets.
#![cfg(test)]

mod exchange;
