//! Weekly inactive windows: when sensors of a profile start nothing.
//!
//! Times are UTC. A window begins with its first minute and ends before its last; one that ends before it starts runs past
//! midnight and belongs to the day on which it starts. Windows are kept as minutes of the week, which begins on Monday, so
//! that no calendar is needed: UTC has neither summer time nor, on this clock, leap seconds.

use std::fmt;

use bartizan_wire::Timestamp;
use serde::Serialize;

/// Minutes of a day.
pub const DAY_MINUTES: u32 = 1_440;
/// Minutes of a week.
pub const WEEK_MINUTES: u32 = 7 * DAY_MINUTES;
/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;
/// The epoch was a Thursday: so many minutes after the week began.
const EPOCH_MINUTE: i64 = 3 * DAY_MINUTES as i64;
/// Days from Monday.
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// When on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// From 00:00 to 24:00.
    AllDay,
    /// From a minute of the day up to another, which is the next day's if it is smaller.
    Between {
        /// The first minute, 0 to 1,439.
        start: u32,
        /// The first minute after, 0 to 1,440.
        end: u32,
    },
}

/// One entry of a profile: the same hours on some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Days counted from Monday, 0 to 6.
    pub days: Vec<u8>,
    /// When on each of them.
    pub hours: Hours,
}

/// Why windows are not a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// A day beyond Sunday.
    #[error("a week has the days 0 to 6")]
    Day,
    /// A time beyond midnight.
    #[error("a window starts before 24:00 and ends at 24:00 or before")]
    Time,
    /// A window of no length, which could also mean a whole day.
    #[error("a window that starts when it ends is empty; use allDayToggle for a whole day")]
    Empty,
}

/// A stretch of the week: minutes since Monday 00:00, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Stretch {
    /// Its first minute.
    pub start: u32,
    /// The first minute after it; greater than `start`, at most that of the week's end.
    pub end: u32,
}

/// The inactive stretches of a week: sorted, apart from each other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Week {
    inactive: Vec<Stretch>,
}

impl Week {
    /// Puts windows together. Windows that overlap are one.
    ///
    /// # Errors
    /// A window is none.
    pub fn of(windows: &[Window]) -> Result<Self, WindowError> {
        let mut found = Vec::new();
        for window in windows {
            let (start, length) = match window.hours {
                Hours::AllDay => (0, DAY_MINUTES),
                Hours::Between { start, end } if start >= DAY_MINUTES || end > DAY_MINUTES => {
                    return Err(WindowError::Time);
                }
                Hours::Between { start, end } if start == end => return Err(WindowError::Empty),
                Hours::Between { start, end } if end > start => (start, end - start),
                Hours::Between { start, end } => (start, DAY_MINUTES - start + end),
            };
            for &day in &window.days {
                if usize::from(day) >= DAYS.len() {
                    return Err(WindowError::Day);
                }
                push(&mut found, u32::from(day) * DAY_MINUTES + start, length);
            }
        }
        Ok(Self { inactive: joined(found) })
    }

    /// Whether sensors may start something at this time.
    #[must_use]
    pub fn active_at(&self, at: Timestamp) -> bool {
        self.inside(minute_of_week(at)).is_none()
    }

    /// The first time, from `at` on, at which sensors may start something. `None` if there is none all week.
    #[must_use]
    pub fn next_active(&self, at: Timestamp) -> Option<Timestamp> {
        let minute = minute_of_week(at);
        let Some(stretch) = self.inside(minute) else { return Some(at) };
        let mut wait = stretch.end - minute;
        // One that goes on into the next week ends where that week's first stretch does.
        if stretch.end == WEEK_MINUTES
            && let Some(first) = self.inactive.first().filter(|first| first.start == 0)
        {
            if first.end == WEEK_MINUTES {
                return None;
            }
            wait += first.end;
        }
        Some(Timestamp(start_of_minute(at).saturating_add(i64::from(wait) * MINUTE_MS)))
    }

    /// When the inactive stretch began in which a time is; the time itself if it is in none, or all of the week is one.
    #[must_use]
    pub fn inactive_from(&self, at: Timestamp) -> Timestamp {
        let minute = minute_of_week(at);
        let Some(stretch) = self.inside(minute) else { return at };
        let mut back = minute - stretch.start;
        if stretch.start == 0
            && let Some(last) = self.inactive.last().filter(|last| last.end == WEEK_MINUTES)
        {
            if last.start == 0 {
                return at;
            }
            back += WEEK_MINUTES - last.start;
        }
        Timestamp(start_of_minute(at).saturating_sub(i64::from(back) * MINUTE_MS))
    }

    /// The first time, from `at` on, at which sensors may not start anything. `None` if there is none all week.
    #[must_use]
    pub fn next_inactive(&self, at: Timestamp) -> Option<Timestamp> {
        let minute = minute_of_week(at);
        if self.inside(minute).is_some() {
            return Some(at);
        }
        let later = self.inactive.iter().find(|stretch| stretch.start > minute).map(|stretch| stretch.start - minute);
        let wait = later.or_else(|| self.inactive.first().map(|first| first.start + WEEK_MINUTES - minute))?;
        Some(Timestamp(start_of_minute(at).saturating_add(i64::from(wait) * MINUTE_MS)))
    }

    /// Minutes of the week in which sensors start nothing.
    #[must_use]
    pub fn inactive_minutes(&self) -> u32 {
        self.inactive.iter().map(|stretch| stretch.end - stretch.start).sum()
    }

    /// Milliseconds between two times at which sensors may start something; 0 if they are not in this order.
    #[must_use]
    pub fn active_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        let length = to.0.saturating_sub(from.0);
        if length <= 0 {
            return 0;
        }
        length - (self.inactive_since(to) - self.inactive_since(from))
    }

    /// Milliseconds that were inactive from the beginning of the epoch's week up to a time.
    fn inactive_since(&self, at: Timestamp) -> i64 {
        let since = at.0.saturating_add(EPOCH_MINUTE * MINUTE_MS);
        let week = i64::from(WEEK_MINUTES) * MINUTE_MS;
        let (weeks, within) = (since.div_euclid(week), since.rem_euclid(week));
        let part = self.inactive.iter().map(|stretch| {
            let (start, end) = (i64::from(stretch.start) * MINUTE_MS, i64::from(stretch.end) * MINUTE_MS);
            within.clamp(start, end) - start
        });
        weeks * i64::from(self.inactive_minutes()) * MINUTE_MS + part.sum::<i64>()
    }

    /// The stretches, in UTC.
    #[must_use]
    pub fn inactive(&self) -> &[Stretch] {
        &self.inactive
    }

    /// The same stretches on a clock that is so many minutes ahead of UTC, for people who read local time.
    #[must_use]
    pub fn shown_at(&self, offset_minutes: i32) -> Self {
        let week = WEEK_MINUTES.cast_signed();
        let ahead = offset_minutes.rem_euclid(week).unsigned_abs();
        let mut found = Vec::new();
        for stretch in &self.inactive {
            push(&mut found, (stretch.start + ahead) % WEEK_MINUTES, stretch.end - stretch.start);
        }
        Self { inactive: joined(found) }
    }

    fn inside(&self, minute: u32) -> Option<&Stretch> {
        let after = self.inactive.partition_point(|stretch| stretch.start <= minute);
        self.inactive.get(after.checked_sub(1)?).filter(|stretch| minute < stretch.end)
    }
}

/// `Saturday 23:00 to Sunday 02:00, ..`; a stretch across the week's edge is told as one.
impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told: Vec<Stretch> = self.inactive.clone();
        let wraps = told.len() > 1
            && told.first().is_some_and(|first| first.start == 0)
            && told.last().is_some_and(|last| last.end == WEEK_MINUTES);
        if wraps {
            let first = told.remove(0);
            if let Some(last) = told.last_mut() {
                last.end = first.end;
            }
        }
        if told.is_empty() {
            return f.write_str("none");
        }
        for (index, stretch) in told.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            if stretch.start == 0 && stretch.end == WEEK_MINUTES {
                return f.write_str("all week");
            }
            write!(f, "{comma}{} to {}", Named(stretch.start, false), Named(stretch.end, true))?;
        }
        Ok(())
    }
}

/// A minute of the week by its name; as an end, midnight is the 24:00 of the day before.
struct Named(u32, bool);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let midnight = self.1 && self.0.is_multiple_of(DAY_MINUTES);
        let day = if midnight { (self.0 / DAY_MINUTES + 6) % 7 } else { self.0 / DAY_MINUTES % 7 };
        let of_day = if midnight { DAY_MINUTES } else { self.0 % DAY_MINUTES };
        let name = DAYS.get(usize::try_from(day).unwrap_or(0)).unwrap_or(&"");
        write!(f, "{name} {:02}:{:02}", of_day / 60, of_day % 60)
    }
}

/// The minute of the week in which a time is.
#[must_use]
pub fn minute_of_week(at: Timestamp) -> u32 {
    let minute = at.0.div_euclid(MINUTE_MS) + EPOCH_MINUTE;
    u32::try_from(minute.rem_euclid(i64::from(WEEK_MINUTES))).unwrap_or(0)
}

/// When the minute began in which a time is.
fn start_of_minute(at: Timestamp) -> i64 {
    at.0 - at.0.rem_euclid(MINUTE_MS)
}

/// Adds so many minutes from a minute of the week on, in two parts if they cross its edge.
fn push(found: &mut Vec<Stretch>, start: u32, length: u32) {
    let end = start + length;
    found.push(Stretch { start, end: end.min(WEEK_MINUTES) });
    if end > WEEK_MINUTES {
        found.push(Stretch { start: 0, end: end - WEEK_MINUTES });
    }
}

fn joined(mut found: Vec<Stretch>) -> Vec<Stretch> {
    found.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::with_capacity(found.len());
    for stretch in found {
        match joined.last_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => joined.push(stretch),
        }
    }
    joined
}
