//! What `durationSeconds` sums.
//!
//! Datapoints are kept in **slots** of ten seconds, so that a thing that reports without pause needs bounded memory; a
//! slot `s` holds the times `(10 (s - 1), 10 s]` in seconds since the epoch.
//!
//! - A static criterion over `D` seconds sums the slots of the last `D` seconds up to its datapoint, **less one slot**: a
//!   device that reports every 300 seconds does so a little early or late, and the one before last must not be counted
//!   twice. Cloud-side windows end at multiples of 300 seconds, for which nothing changes.
//! - A percentile over `D` seconds at a tick `T` takes exactly the slots in `(T - D, T]`.

use bartizan_wire::Timestamp;

/// Milliseconds of a slot: the slack that the least delay between two reports has (decision 23 of the reference).
pub(crate) const SLOT_MS: i64 = 10_000;
/// Slots of a period of five minutes.
pub(crate) const PERIOD_SLOTS: u32 = 30;
const SLOT_SECONDS: u32 = 10;

/// The slot of a time; times outside of the years 1970 to 3330 fall into the first or last.
pub(crate) fn slot(at: i64) -> u32 {
    let slots = at.saturating_add(SLOT_MS - 1).div_euclid(SLOT_MS);
    u32::try_from(slots.max(0)).unwrap_or(u32::MAX)
}

/// The slot in which a tick's window ends.
pub(crate) fn tick_slot(at: Timestamp) -> u32 {
    slot(at.0)
}

/// Slots of a duration.
pub(crate) const fn slots(duration_seconds: u32) -> u32 {
    duration_seconds / SLOT_SECONDS
}

/// The last slot that a static criterion over so many slots no longer counts, for a datapoint of slot `newest`.
pub(crate) const fn before_static(newest: u32, slots: u32) -> u32 {
    newest.saturating_sub(slots.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_end_at_their_multiple() {
        assert_eq!(slot(0), 0);
        assert_eq!(slot(1), 1);
        assert_eq!(slot(10_000), 1);
        assert_eq!(slot(10_001), 2);
        assert_eq!(slot(-5), 0);
        assert_eq!(slot(i64::MAX), u32::MAX);
        assert_eq!(tick_slot(Timestamp(300_000)), PERIOD_SLOTS);
    }

    #[test]
    fn jitter_counts_no_report_twice() {
        let counted = |earlier: i64, later: i64, duration: u32| {
            let (earlier, later) = (slot(9_000_000 + earlier), slot(9_000_000 + later));
            earlier > before_static(later, slots(duration))
        };
        assert!(!counted(0, 290_000, 300), "the least delay");
        assert!(counted(0, 270_000, 300));
        assert!(!counted(7_000, 7_000 + 599_700, 600));
        assert!(counted(7_000, 7_000 + 300_300, 600));
        assert!(!counted(300_000, 900_000, 600) && counted(600_000, 900_000, 600), "windows of the cloud side");
    }
}
