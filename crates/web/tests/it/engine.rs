//! What web ACLs decide.
#![expect(clippy::needless_pass_by_value, reason = "a test writes `json!` where it calls")]

mod evaluation;
mod naive;
mod property;
mod rates;
mod statements;
mod world;
