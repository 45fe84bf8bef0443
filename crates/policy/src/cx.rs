//! [`Cx`]: what a call may use. No HTTP, no SQL, no clock: the time is a value, and stores are traits.

use std::sync::Arc;

use bartizan_ledger::{Audit, Board, Ledger, Revision};
use bartizan_wire::{Realm, Timestamp};

use crate::{Principal, Series, Tape, Turns};

/// Makes identifiers that nobody can guess. The random source belongs to `server`.
pub trait Mint: Send + Sync + std::fmt::Debug {
    /// `digits` lower-case hexadecimal digits.
    fn hex(&self, digits: usize) -> String;

    /// A random UUID: version 4, variant 1.
    fn uuid(&self) -> String {
        let digits = self.hex(30);
        let mut id = String::with_capacity(36);
        for (at, digit) in digits.chars().chain(std::iter::repeat('0')).take(30).enumerate() {
            match at {
                8 => id.push('-'),
                12 => id.push_str("-4"),
                15 => id.push_str("-a"),
                18 => id.push('-'),
                _ => {}
            }
            id.push(digit);
        }
        id
    }
}

/// The circumstances of one call.
#[derive(Debug, Clone)]
pub struct Cx {
    /// Where the call acts.
    pub realm: Realm,
    /// Who asks.
    pub principal: Principal,
    /// When, fixed once for the whole call.
    pub now: Timestamp,
    /// The request's id, as answered to the client.
    pub request: String,
    /// Why, in the caller's words, if given.
    pub reason: Option<String>,
    /// The revision that the caller saw and wants to replace: any other is a conflict. `None` updates blindly.
    pub expect: Option<Revision>,
    /// Documents. In a preview this is an overlay that keeps the commit to itself.
    pub ledger: Arc<dyn Ledger>,
    /// Latest states.
    pub board: Arc<dyn Board>,
    /// What was asked for and not committed.
    pub audit: Arc<dyn Audit>,
    /// Recorded observations.
    pub tape: Arc<dyn Tape>,
    /// Measured values in columns.
    pub series: Arc<dyn Series>,
    /// Whose turn it is to update a document blindly.
    pub turns: Arc<Turns>,
    /// New identifiers.
    pub mint: Arc<dyn Mint>,
    /// True while the call is only looked at; see [`preview`](crate::preview).
    pub previewing: bool,
}

#[cfg(test)]
mod tests {
    use super::Mint;

    #[derive(Debug)]
    struct Fixed(&'static str);

    impl Mint for Fixed {
        fn hex(&self, _digits: usize) -> String {
            self.0.to_owned()
        }
    }

    #[test]
    fn a_uuid_has_its_version_and_its_variant() {
        assert_eq!(Fixed("0123456789abcdef0123456789abcd").uuid(), "01234567-89ab-4cde-af01-23456789abcd");
        assert_eq!(Fixed("").uuid(), "00000000-0000-4000-a000-000000000000");
    }
}
