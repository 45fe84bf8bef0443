//! Which reports come too soon (decisions 23 and 26).

use std::sync::Arc;

use ahash::AHashMap;
use bartizan_wire::Timestamp;

use super::settings::Settings;

/// What is done with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken in.
    Fresh,
    /// It was taken in already: it is acknowledged again.
    Repeated,
    /// The last accepted one is not long enough ago.
    TooSoon,
}

/// The last accepted report of each thing, for as long as it matters.
#[derive(Debug, Clone, Default)]
pub struct Throttle {
    last: AHashMap<Arc<str>, (Timestamp, Box<str>)>,
}

impl Throttle {
    /// Whether a report may be taken in now. A clock that went backwards holds nobody up.
    #[must_use]
    pub fn verdict(&self, thing: &str, id: &str, at: Timestamp, settings: Settings) -> Verdict {
        let Some((last, last_id)) = self.last.get(thing) else { return Verdict::Fresh };
        let since = at.0.saturating_sub(last.0);
        if since < 0 || since >= settings.report_interval_ms() {
            return Verdict::Fresh;
        }
        if &**last_id == id { Verdict::Repeated } else { Verdict::TooSoon }
    }

    /// A report was accepted.
    pub fn accepted(&mut self, thing: &Arc<str>, id: &str, at: Timestamp) {
        self.last.insert(Arc::clone(thing), (at, id.into()));
    }

    /// The last accepted report could not be kept.
    pub fn withdraw(&mut self, thing: &str) {
        self.last.remove(thing);
    }

    /// Forgets what holds nobody up any more.
    pub fn forget(&mut self, now: Timestamp, settings: Settings) {
        self.last.retain(|_, (at, _)| now.0.saturating_sub(at.0) < settings.report_interval_ms());
    }

    /// Everything that is remembered, for a snapshot, in no particular order.
    pub fn entries(&self) -> impl Iterator<Item = (&Arc<str>, Timestamp, &str)> {
        self.last.iter().map(|(thing, (at, id))| (thing, *at, id.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> Timestamp {
        Timestamp(1_790_000_000_000 + seconds * 1000)
    }

    #[test]
    fn only_accepted_reports_count() {
        let settings = Settings::default();
        let mut throttle = Throttle::default();
        let thing: Arc<str> = "dev-1".into();
        assert_eq!(throttle.verdict("dev-1", "1", seconds(0), settings), Verdict::Fresh);
        throttle.accepted(&thing, "1", seconds(0));
        assert_eq!(throttle.verdict("dev-1", "1", seconds(2), settings), Verdict::Repeated);
        assert_eq!(throttle.verdict("dev-1", "2", seconds(289), settings), Verdict::TooSoon);
        // the refused one has moved nothing
        assert_eq!(throttle.verdict("dev-1", "2", seconds(290), settings), Verdict::Fresh);
        assert_eq!(throttle.verdict("dev-2", "2", seconds(1), settings), Verdict::Fresh);
        assert_eq!(throttle.verdict("dev-1", "0", seconds(-5), settings), Verdict::Fresh, "the clock was set back");
    }

    #[test]
    fn a_shorter_period_has_a_shorter_slack() {
        let settings = Settings { period_seconds: 3, ..Settings::default() };
        assert_eq!(settings.report_interval_ms(), 2900);
        let mut throttle = Throttle::default();
        throttle.accepted(&"dev-1".into(), "1", seconds(0));
        assert_eq!(throttle.verdict("dev-1", "2", seconds(3), settings), Verdict::Fresh);
        throttle.forget(seconds(3), settings);
        assert_eq!(throttle.entries().count(), 0);
    }
}
