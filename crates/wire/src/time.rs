//! Points in time: milliseconds since the Unix epoch, UTC. The wall clock is never read here; see rule R4.

use std::fmt;

use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::decode::mismatch;
use crate::{Json, Path, Schema, SchemaKind, Shape, Violations};

pub use jiff::civil::Date;

/// Milliseconds since 1970-01-01T00:00:00Z. Ordered, copied freely, serialised in storage as an integer;
/// on the AWS JSON wire it is a number of seconds with three decimals, see [`wire_seconds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A text that is not a time in the expected form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeError(String);

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TimeError {}

impl Timestamp {
    /// Milliseconds in a UTC day, which has no leap seconds.
    pub const DAY_MS: i64 = 86_400_000;
    /// The first instant that has a date: the year -9999.
    pub const MIN: Self = Self(-377_705_023_201_000);
    /// The last instant that has a date: the year 9999.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// Reads `2026-11-21T00:53:02Z`, with or without fractions of a second, in UTC or with an offset.
    ///
    /// # Errors
    /// For anything else.
    pub fn from_iso8601(text: &str) -> Result<Self, TimeError> {
        let wrong = |_| TimeError(format!("`{}` is not a time such as `2026-11-21T00:53:02Z`", text.escape_debug()));
        let instant: jiff::Timestamp = text.parse().map_err(wrong)?;
        Ok(Self(instant.as_millisecond()))
    }

    /// Reads the dates of Debian's `Release` files and of mail: `Sat, 21 Nov 2026 00:53:02 UTC`.
    ///
    /// # Errors
    /// For anything else.
    pub fn from_rfc2822(text: &str) -> Result<Self, TimeError> {
        // apt writes `UTC`, which the RFC spells `+0000`.
        let spelled = text.trim().strip_suffix("UTC").map(|rest| format!("{rest}+0000"));
        let wrong =
            |_| TimeError(format!("`{}` is not a time such as `Sat, 21 Nov 2026 00:53:02 UTC`", text.escape_debug()));
        let instant =
            rfc2822::DateTimeParser::new().parse_timestamp(spelled.as_deref().unwrap_or(text)).map_err(wrong)?;
        Ok(Self(instant.as_millisecond()))
    }

    /// From seconds since the epoch, rounded to milliseconds. `None` outside of the years -9999 to 9999.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        let milliseconds = (seconds * 1_000.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "saturates, and is compared with the bounds below")]
        let instant = Self(milliseconds as i64);
        (milliseconds.is_finite() && (Self::MIN..=Self::MAX).contains(&instant)).then_some(instant)
    }

    /// Seconds since the epoch, exact to the millisecond.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of the years -9999 to 9999 fit in 53 bits")]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// The date in UTC; instants beyond the calendar have its first or last date.
    #[must_use]
    pub fn date(self) -> Date {
        self.instant().to_zoned(TimeZone::UTC).date()
    }

    /// Midnight, UTC, at the start of a date.
    #[must_use]
    pub fn start_of(date: Date) -> Self {
        let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
        midnight.map_or(if date.year() > 0 { Self::MAX } else { Self::MIN }, |instant| Self(instant.as_millisecond()))
    }

    /// So many days of 24 hours later, or earlier.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(Self::DAY_MS)))
    }

    /// `2026-11-21T00:53:02Z`; with milliseconds when there are any.
    #[must_use]
    pub fn to_iso8601(self) -> String {
        self.instant().to_string()
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.clamp(Self::MIN.0, Self::MAX.0)).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_iso8601())
    }
}

impl Shape for Timestamp {
    const SCHEMA: &'static Schema = &Schema { name: "Timestamp", kind: SchemaKind::Timestamp };

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        let read = match json {
            Json::Number(number) => number.as_f64().and_then(Self::from_seconds),
            Json::String(text) => Self::from_iso8601(text).ok(),
            _ => None,
        };
        read.or_else(|| mismatch(json, "a time: seconds since 1970, or `2026-11-21T00:53:02Z`", at, out))
    }

    fn check(&self, _at: &mut Path, _out: &mut Violations) {}

    fn render(&self) -> String {
        self.to_iso8601()
    }
}

/// `#[serde(with = "bartizan_wire::time::wire_seconds")]`: a JSON number of seconds with up to three decimals.
pub mod wire_seconds {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Timestamp;

    /// Writes the number.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(time.seconds())
    }

    /// Reads the number.
    ///
    /// # Errors
    /// For anything but a number within the calendar.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Timestamp::from_seconds(seconds).ok_or_else(|| serde::de::Error::custom("the time is beyond the calendar"))
    }

    /// The same for a time that may be absent:
    /// `#[serde(with = "bartizan_wire::time::wire_seconds::option", default, skip_serializing_if = "Option::is_none")]`.
    pub mod option {
        use serde::{Deserialize, Deserializer, Serializer};

        use super::Timestamp;

        /// Writes the number, or null.
        ///
        /// # Errors
        /// Those of the serializer.
        pub fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
            match time {
                Some(time) => super::serialize(time, serializer),
                None => serializer.serialize_none(),
            }
        }

        /// Reads the number; null is absent.
        ///
        /// # Errors
        /// For anything but null or a number within the calendar.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
            let Some(seconds) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
            let beyond = || serde::de::Error::custom("the time is beyond the calendar");
            Timestamp::from_seconds(seconds).map(Some).ok_or_else(beyond)
        }
    }
}
