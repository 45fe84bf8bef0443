//! What an operator can set of the device room.

use crate::metric::PERIOD_SECONDS;

/// The settings of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Seconds between two ticks, at which windows of cloud-side metrics close and fleets are compared; a device may
    /// report once in it. The vendor's is [`PERIOD_SECONDS`]; a shorter one is for trying things out.
    pub period_seconds: i64,
    /// Bytes and packets of the first report after the connection of a device are left out, and the rest of it is judged:
    /// some agents count everything since the machine started in it.
    pub skip_first_report: bool,
}

/// Marks of what is counted in a window, in one period.
const MARKS: i64 = 30;
/// Share of the period by which a report may come early: clients send at exactly 300 seconds, and 10 are the slack.
const SLACK_DIVISOR: i64 = 30;

impl Settings {
    /// Milliseconds that must lie between two accepted reports of a thing (decision 23).
    #[must_use]
    pub fn report_interval_ms(self) -> i64 {
        self.period_ms() - self.period_ms() / SLACK_DIVISOR
    }

    /// Milliseconds after which what was counted in the open window is made durable: a thirtieth of the period. So long
    /// before a crash, counts may be lost.
    #[must_use]
    pub fn mark_interval_ms(self) -> i64 {
        self.period_ms() / MARKS
    }

    /// The period in milliseconds.
    #[must_use]
    pub fn period_ms(self) -> i64 {
        self.period_seconds.max(1).saturating_mul(1000)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { period_seconds: PERIOD_SECONDS, skip_first_report: false }
    }
}
