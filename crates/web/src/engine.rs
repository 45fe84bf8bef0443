//! What web ACLs decide.
//!
//! [`compile`] makes a [`Plan`] of a web ACL and everything that it refers to; [`judge`] says what the plan does with one
//! request. Both are plain functions: time, addresses' places and tokens come with the request, counts of rate-based rules
//! are in a [`Counter`]. A plan is read by many threads; each has a [`Scratch`] of its own, which keeps the memory that it has
//! grown to, so that a request that no rule matches allocates nothing.

mod action;
mod budget;
mod candidates;
mod compile;
mod component;
mod evaluate;
mod judge;
mod judgment;
mod label;
mod library;
mod plan;
mod rate;
mod rate_key;
mod request;
mod scratch;
mod statement;
mod token;
mod verdict;
mod view;

/// A name and a value, of a request's header.
pub use bartizan_inspect::Pair as Header;
pub use bartizan_inspect::{AddressSet, Network};

pub use action::{Action, ActionKind, Response};
pub use budget::{MEMORY_MAX, STEPS_MAX};
pub use compile::{CompileError, compile};
pub use judge::{Asked, State, judge, judge_with};
pub use judgment::{
    Counted, Detail, Ending, GroupOutcome, Inserted, Judgment, KeyValue, Limited, Oversize, Terminated, TokenOutcome,
    Traced,
};
pub use library::{Library, ManagedRules};
pub use plan::{GroupFacts, Plan, RuleFacts, RuleKind, RuleRef};
pub use rate::{Counter, INSTANCES_MAX, Rates};
pub use request::{Atlas, Body, NoAtlas, Place, Request};
pub use scratch::Scratch;
pub use token::{Failure, Token};
pub use verdict::Verdict;
