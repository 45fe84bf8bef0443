//! The engine against slower tellings of the same.
#![cfg(test)]

mod exclusions;
mod freshness;
mod previews;
mod profiles;
mod schedules;
mod windows;
mod world;
