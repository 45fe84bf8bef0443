//! What was proved already: no proof is taken twice.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use bartizan_wire::Timestamp;

use super::proof::VALID_MS;

/// Proofs of the last minutes that are remembered; who comes when there are more has to try again later. Each has cost its
/// client some work, so that nobody fills this in passing.
const SPENT_MAX: usize = 200_000;
/// Bytes that tell tasks apart.
pub(super) const ID_BYTES: usize = 16;

/// What was proved already.
#[derive(Debug, Default)]
pub(crate) struct Spent(Mutex<BTreeSet<(i64, [u8; ID_BYTES])>>);

impl Spent {
    /// Takes a proof; false if it was taken before, or cannot be remembered.
    pub(super) fn take(&self, issued: i64, id: [u8; ID_BYTES], now: Timestamp) -> bool {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // what is older counts for nothing any more
        let over = now.0.saturating_sub(VALID_MS);
        while spent.first().is_some_and(|(issued, _)| *issued < over) {
            spent.pop_first();
        }
        spent.len() < SPENT_MAX && spent.insert((issued, id))
    }
}

#[cfg(test)]
mod tests {
    use bartizan_wire::Timestamp;

    use super::{Spent, VALID_MS};

    #[test]
    fn a_proof_is_taken_once_and_forgotten_when_it_counts_no_more() {
        let spent = Spent::default();
        let now = Timestamp(1_000_000);
        assert!(spent.take(now.0, [1; 16], now));
        assert!(!spent.take(now.0, [1; 16], now));
        assert!(spent.take(now.0, [2; 16], now));
        let later = Timestamp(now.0 + VALID_MS + 1);
        assert!(spent.take(later.0, [3; 16], later));
        assert_eq!(spent.0.lock().unwrap().len(), 1);
    }
}
