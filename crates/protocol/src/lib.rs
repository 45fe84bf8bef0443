//! The wire: AWS JSON 1.1, AWS Query, AWS REST-JSON, Qualys REST and Bartizan's own protocol, on HTTP/1.1, in front of a table
//! of operations.
//!
//! Knows protocols and names no room (R7). Who may ask is decided behind [`Authenticate`]; what a call may use comes from
//! [`Contextualize`]; both are implemented by `server`.

mod answer;
mod aws_json;
mod aws_query;
mod aws_rest;
mod bearer;
mod body;
mod coerce;
mod dialect;
mod failure;
pub mod limits;
pub mod listen;
mod members;
mod native;
mod route;
mod routes;
pub mod service;

pub use limits::Limits;
pub use listen::serve;
pub use routes::pattern::PatternError;
pub use service::authenticate::{Authenticate, Unauthenticated, Unproven};
pub use service::context::{Circumstances, Contextualize};
pub use service::{Service, Stats};
