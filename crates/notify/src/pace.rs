//! [`Pace`]: how hard delivery tries.

use std::time::Duration;

use bartizan_wire::Timestamp;

/// How hard delivery tries, and when it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Pause after the first failed attempt; it doubles with each further one.
    pub pause: Duration,
    /// Longest pause, one that a receiver asks for included.
    pub pause_max: Duration,
    /// Attempts in all.
    pub attempts_max: u32,
    /// An alert that has waited this long when an attempt fails is given up.
    pub age_max: Duration,
    /// Deliveries to one target at the same time.
    pub at_once: usize,
    /// Alerts of one target that are held in memory; the others wait on the board.
    pub held_max: usize,
    /// Between looks at the board that nobody asked for.
    pub look: Duration,
}

impl Default for Pace {
    /// One second, two, four.. up to a quarter of an hour; given up after a day.
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(1),
            pause_max: Duration::from_secs(15 * 60),
            attempts_max: 100,
            age_max: Duration::from_secs(24 * 60 * 60),
            at_once: 4,
            held_max: 10_000,
            look: Duration::from_secs(30),
        }
    }
}

impl Pace {
    /// The pause after so many failures in a row, and not shorter than what was `asked` for. The same for the same
    /// arguments: there is one sender, so that nothing has to be spread by chance.
    #[must_use]
    pub fn pause_after(&self, failures: u32, asked: Option<Duration>) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let pause = self.pause.saturating_mul(1 << doublings);
        pause.max(asked.unwrap_or_default()).min(self.pause_max)
    }
}

/// `from`, so much later.
pub(crate) fn later(from: Timestamp, by: Duration) -> Timestamp {
    Timestamp(from.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let pace = Pace::default();
        let seconds = |failures| pace.pause_after(failures, None).as_secs();
        assert_eq!([0, 1, 2, 3, 10, 11, 40, u32::MAX].map(seconds), [1, 1, 2, 4, 512, 900, 900, 900]);
        assert_eq!(pace.pause_after(1, Some(Duration::from_secs(30))).as_secs(), 30);
        assert_eq!(pace.pause_after(1, Some(Duration::from_secs(86_400))).as_secs(), 900);
    }

    #[test]
    fn a_receiver_that_is_away_for_an_afternoon_loses_nothing() {
        let pace = Pace::default();
        let tried: u64 = (1..pace.attempts_max).map(|failures| pace.pause_after(failures, None).as_secs()).sum();
        assert!(tried > 12 * 3600 && tried <= pace.age_max.as_secs(), "{tried} seconds");
    }
}
