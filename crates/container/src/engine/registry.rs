//! Schedules of registries: when a registry's images are listed, and which of them are scanned then.

use bartizan_wire::Timestamp;

use super::exclusion::{Name, Reference, Whole};
use super::facts::Image;
use super::window::{DAY_MINUTES, minute_of_week};

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;
/// Days between runs at most.
pub const INTERVAL_DAYS_MAX: u32 = 365;

/// When a schedule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// Once, when it was made.
    Once,
    /// Every so many days at a minute of the day, counted from the day on which it was made.
    Every {
        /// Days between, 1 to 365.
        days: u32,
        /// The minute of the day.
        minute: u32,
    },
    /// Every week.
    Weekly {
        /// Days from Monday.
        day: u8,
        /// The minute of the day.
        minute: u32,
    },
}

/// Repositories and tags, and how new an image must be.
#[derive(Debug, Clone)]
pub struct Choice {
    repository: Whole,
    tags: Vec<Whole>,
    days: Option<u32>,
}

impl Choice {
    /// Images of repositories that match, with a tag that matches one of a list with commas between, made in the last days.
    ///
    /// # Errors
    /// A pattern is no regular expression.
    pub fn new(repository: &str, tags: &str, days: Option<u32>) -> Result<Self, String> {
        let tags = between_commas(tags).into_iter().map(|tag| Whole::new(tag.trim())).collect::<Result<_, _>>()?;
        Ok(Self { repository: Whole::new(repository)?, tags, days })
    }

    fn names(&self, name: &Name) -> bool {
        let tagged = match &name.reference {
            Reference::Tag(tag) => self.tags.iter().any(|one| one.matches(tag)),
            Reference::Digest(_) => false,
        };
        tagged && self.repository.matches(&name.repository)
    }
}

/// A schedule of a registry.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The registry's id.
    pub registry: Box<str>,
    /// When it was made.
    pub made: Timestamp,
    /// When it runs.
    pub cadence: Cadence,
    /// What it takes; all if there is none.
    pub choices: Vec<Choice>,
    /// Whether it scans what was scanned already.
    pub force: bool,
}

impl Schedule {
    /// The first run at or after a time. `None` for one that has run for the last time.
    #[must_use]
    pub fn next_run(&self, from: Timestamp) -> Option<Timestamp> {
        match self.cadence {
            Cadence::Once => (self.made >= from).then_some(self.made),
            Cadence::Every { days, minute } => {
                let days = i64::from(days.clamp(1, INTERVAL_DAYS_MAX));
                let first = day_start(self.made) + i64::from(minute) * MINUTE_MS;
                let period = days * Timestamp::DAY_MS;
                // The minute of the first day may have passed before the schedule was made.
                let least = from.0.max(self.made.0);
                let missing = least.saturating_sub(first).max(0);
                let runs = missing.div_euclid(period) + i64::from(missing.rem_euclid(period) > 0);
                Some(Timestamp(first.saturating_add(runs.saturating_mul(period))))
            }
            Cadence::Weekly { day, minute } => {
                let least = Timestamp(from.0.max(self.made.0));
                let target = u32::from(day % 7) * DAY_MINUTES + minute;
                let start = least.0 - least.0.rem_euclid(MINUTE_MS);
                let week = super::window::WEEK_MINUTES;
                let mut wait = (target + week - minute_of_week(least)) % week;
                if wait == 0 && least.0 > start {
                    wait = week;
                }
                Some(Timestamp(start.saturating_add(i64::from(wait) * MINUTE_MS)))
            }
        }
    }

    /// Whether a run at a time would look at an image.
    #[must_use]
    pub fn takes(&self, image: &Image, at: Timestamp) -> bool {
        if !image.registries.contains(&self.registry) {
            return false;
        }
        self.choices.is_empty()
            || self.choices.iter().any(|choice| {
                let new_enough = match (choice.days, image.made) {
                    (Some(days), Some(made)) => made.plus_days(i64::from(days)) >= at,
                    // One that does not say when it was made is looked at: too much rather than too little.
                    _ => true,
                };
                new_enough && image.names.iter().any(|name| choice.names(name))
            })
    }

    /// Whether a run looks at a tag of a repository at all, whenever its image was made.
    #[must_use]
    pub fn wants(&self, name: &Name) -> bool {
        self.choices.is_empty() || self.choices.iter().any(|choice| choice.names(name))
    }

    /// Whether a choice depends on when images were made.
    #[must_use]
    pub fn asks_age(&self) -> bool {
        self.choices.iter().any(|choice| choice.days.is_some())
    }
}

fn day_start(at: Timestamp) -> i64 {
    at.0 - at.0.rem_euclid(Timestamp::DAY_MS)
}

/// The parts between commas that do not stand in a repetition or a set: `a{1,2},b` has two.
fn between_commas(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut begin, mut escaped) = (Vec::new(), 0_u32, 0, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text.get(begin..at).unwrap_or_default());
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(begin..).unwrap_or_default());
    parts
}
