//! Pauses between attempts: longer after each failure, and never the same for two hosts, so that a server that comes
//! back is not met by all of them at once.

use std::time::Duration;

/// The pauses of one request.
#[derive(Debug)]
pub(crate) struct Pauses {
    ceiling: Duration,
    max: Duration,
}

impl Pauses {
    pub(crate) fn new(first: Duration, max: Duration) -> Self {
        Self { ceiling: first.min(max), max }
    }

    /// The next one: up to the ceiling, at random, and not shorter than what the server `asked` for.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let pause = self.ceiling.mul_f64(random_share());
        self.ceiling = self.ceiling.saturating_mul(2).min(self.max);
        // Also spread over what is asked for, or all would come back when it ends.
        let asked = asked.unwrap_or_default().min(self.max);
        pause.max(asked + asked.mul_f64(random_share() / 4.0))
    }
}

/// From 0 to 1. Without a source of randomness, one half.
pub(crate) fn random_share() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_respect_the_server() {
        let second = Duration::from_secs(1);
        let mut pauses = Pauses::new(second, 8 * second);
        for ceiling in [1, 2, 4, 8, 8, 8] {
            assert!(pauses.next(None) <= ceiling * second);
        }
        for _ in 0..20 {
            let pause = pauses.next(Some(8 * second));
            assert!(pause >= 8 * second && pause <= 10 * second, "{pause:?}");
        }
        assert!(pauses.next(Some(1000 * second)) <= 10 * second, "no server can make an agent silent for long");
    }

    #[test]
    fn two_hosts_do_not_pause_alike() {
        let pauses: Vec<_> =
            (0..8).map(|_| Pauses::new(Duration::from_secs(1), Duration::from_secs(1)).next(None)).collect();
        assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{pauses:?}");
    }
}
