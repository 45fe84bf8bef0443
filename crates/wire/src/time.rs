//! Points in time: milliseconds since the Unix epoch, UTC. The wall clock is never read here; see rule R4.

use std::fmt;

use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::decode::mismatch;
use crate::shown::quoted;
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
        let wrong = |_| TimeError(format!("{} is not a time such as `2026-11-21T00:53:02Z`", quoted(text)));
        let instant: jiff::Timestamp = text.parse().map_err(wrong)?;
        Ok(Self(instant.as_millisecond()))
    }

    /// Reads the dates of Debian's `Release` files and of mail: `Sat, 21 Nov 2026 00:53:02 UTC`.
    ///
    /// # Errors
    /// For anything else.
    pub fn from_rfc2822(text: &str) -> Result<Self, TimeError> {
        // apt writes `UTC`, which the RFC spells `+0000`, and some archives write the hours 0 to 9 with one digit.
        let spell = |word: &str| match word {
            "UTC" => "+0000".to_owned(),
            time if time.find(':') == Some(1) => format!("0{time}"),
            other => other.to_owned(),
        };
        let spelled = text.split_whitespace().map(spell).collect::<Vec<_>>().join(" ");
        let wrong = |_| TimeError(format!("{} is not a time such as `Sat, 21 Nov 2026 00:53:02 UTC`", quoted(text)));
        let instant = rfc2822::DateTimeParser::new().parse_timestamp(&spelled).map_err(wrong)?;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;
    use serde::{Deserialize, Serialize};

    use super::{Date, Timestamp};
    use crate::{Checked, Json};

    const SATURDAY: Timestamp = Timestamp(1_795_222_382_000);

    #[test]
    fn reads_the_forms_of_time() {
        for text in ["2026-11-21T00:53:02Z", "2026-11-21T00:53:02.000Z", "2026-11-21T01:53:02+01:00"] {
            assert_eq!(Timestamp::from_iso8601(text), Ok(SATURDAY), "{text}");
        }
        for text in
            ["Sat, 21 Nov 2026 00:53:02 UTC", "Sat, 21 Nov 2026 00:53:02 +0000", "Sat, 21 Nov 2026 01:53:02 +0100"]
        {
            assert_eq!(Timestamp::from_rfc2822(text), Ok(SATURDAY), "{text}");
        }
        assert_eq!(
            Timestamp::from_rfc2822("Sun,  1 Nov 2026  0:53:02 UTC").unwrap().date(),
            Date::constant(2026, 11, 1)
        );
    }

    #[test]
    fn refuses_other_texts() {
        assert_eq!(
            Timestamp::from_iso8601("2026-11-21").unwrap_err().to_string(),
            "`2026-11-21` is not a time such as `2026-11-21T00:53:02Z`"
        );
        assert!(Timestamp::from_iso8601("2026-11-21T00:53:02").is_err(), "no offset");
        for text in ["", "yesterday", "Sat, 32 Nov 2026 00:53:02 UTC", "UTC", "Mon, 21 Nov 2026 00:53:02 UTC"] {
            assert!(Timestamp::from_rfc2822(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shows_milliseconds_when_there_are_any() {
        assert_eq!(SATURDAY.to_iso8601(), "2026-11-21T00:53:02Z");
        assert_eq!(Timestamp(SATURDAY.0 + 50).to_string(), "2026-11-21T00:53:02.05Z");
    }

    #[test]
    fn days_are_those_of_utc() {
        let last = Timestamp::from_iso8601("2026-11-20T23:59:59.999Z").unwrap();
        assert_eq!(last.date(), Date::constant(2026, 11, 20));
        assert_eq!(Timestamp(last.0 + 1).date(), Date::constant(2026, 11, 21));
        assert_eq!(Timestamp::start_of(Date::constant(2026, 11, 21)), Timestamp(last.0 + 1));
        assert_eq!(SATURDAY.plus_days(-365).date(), Date::constant(2025, 11, 21));
        assert_eq!(Timestamp(-1).date(), Date::constant(1969, 12, 31));
    }

    #[test]
    fn the_ends_of_time_hold() {
        assert_eq!(Timestamp(i64::MAX).date(), Timestamp::MAX.date());
        assert_eq!(Timestamp(i64::MIN).date(), Timestamp::MIN.date());
        assert_eq!(jiff::Timestamp::MAX.as_millisecond(), Timestamp::MAX.0 + 999);
        assert_eq!(jiff::Timestamp::MIN.as_millisecond(), Timestamp::MIN.0);
        assert_eq!(Timestamp(i64::MAX).plus_days(1), Timestamp(i64::MAX));
        assert_eq!(Timestamp::from_seconds(f64::NAN), None);
        assert_eq!(Timestamp::from_seconds(1e300), None);
        assert!(Timestamp::start_of(Date::MAX) <= Timestamp::MAX);
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Times {
        #[serde(with = "super::wire_seconds")]
        at: Timestamp,
        #[serde(with = "super::wire_seconds::option", default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    }

    #[test]
    fn travels_as_seconds() {
        let times = Times { at: Timestamp(1_700_000_000_123), until: None };
        assert_eq!(serde_json::to_string(&times).unwrap(), r#"{"at":1700000000.123}"#);
        let read: Times = serde_json::from_str(r#"{"at":1700000000.123,"until":1.7e9}"#).unwrap();
        assert_eq!(read, Times { until: Some(Timestamp(1_700_000_000_000)), ..times });
        assert!(serde_json::from_str::<Times>(r#"{"at":1e15}"#).is_err());
    }

    #[test]
    fn is_read_from_a_number_or_a_text() {
        let read = |text: &str| {
            let json = Json::parse(text.as_bytes(), 1).unwrap();
            Checked::<Timestamp>::decode(&json).map(Checked::into_inner).map_err(|violations| violations.render())
        };
        assert_eq!(read("1795222382"), Ok(SATURDAY));
        assert_eq!(read("1795222382.0004"), Ok(SATURDAY));
        assert_eq!(read("\"2026-11-21T00:53:02Z\""), Ok(SATURDAY));
        for text in ["\"1795222382\"", "true", "1e15", "\"2026-11-21\""] {
            assert!(read(text).unwrap_err().contains("must be a time"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn seconds_and_text_are_exact(milliseconds in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let time = Timestamp(milliseconds);
            assert_eq!(Timestamp::from_seconds(time.seconds()), Some(time));
            assert_eq!(Timestamp::from_iso8601(&time.to_iso8601()), Ok(time));
            let start = Timestamp::start_of(time.date());
            assert!(start <= time && time < start.plus_days(1));
        }
    }
}
