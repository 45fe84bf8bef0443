//! The host room against the outside: recorded data and other implementations of the same rules.
#![cfg(test)]

mod baselines;
mod deb_oracle;
mod engine_oracle;
mod groups;
mod machine;
mod shared;
mod vendor;
mod version_pairs;
mod world;
