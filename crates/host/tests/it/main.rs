//! The host room against the outside: recorded data and other implementations of the same rules.
#![cfg(test)]

mod baselines;
mod corpus;
mod deb_oracle;
mod engine_fleet;
mod engine_oracle;
mod engine_properties;
mod groups;
mod machine;
mod made;
mod nodes;
mod schemas;
mod shared;
mod vendor;
mod version_pairs;
mod world;
