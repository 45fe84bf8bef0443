//! Numbers as devices write them: some write every number as a float.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

/// The id of a report: any integer of 64 bits, signed or not, answered as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReportId(i128);

impl From<i64> for ReportId {
    fn from(id: i64) -> Self {
        Self(id.into())
    }
}

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for ReportId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (i64::try_from(self.0), u64::try_from(self.0)) {
            (Ok(id), _) => serializer.serialize_i64(id),
            (_, Ok(id)) => serializer.serialize_u64(id),
            _ => serializer.serialize_i128(self.0),
        }
    }
}

impl<'de> Deserialize<'de> for ReportId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole).map(Self)
    }
}

/// Beyond this, floats do not tell neighbouring integers apart.
const FLOAT_WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// An integer, also when it is written as a float.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = i128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_f32<E: Error>(self, number: f32) -> Result<i128, E> {
        self.visit_f64(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<i128, E> {
        if number.fract() != 0.0 || number.abs() > FLOAT_WHOLE_MAX {
            return Err(E::invalid_value(Unexpected::Float(number), &self));
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
        Ok(number as i128)
    }
}

/// A number of things: not negative. What a device writes with a fraction is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(pub(super) i64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Counted).map(Self)
    }
}

struct Counted;

impl Visitor<'_> for Counted {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number that is not negative")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
        Ok(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
        if number < 0 { Err(E::invalid_value(Unexpected::Signed(number), &self)) } else { Ok(number) }
    }

    fn visit_f32<E: Error>(self, number: f32) -> Result<i64, E> {
        self.visit_f64(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<i64, E> {
        if number < 0.0 || !number.is_finite() {
            return Err(E::invalid_value(Unexpected::Float(number), &self));
        }
        #[expect(clippy::cast_possible_truncation, reason = "saturates at the greatest count")]
        Ok(number.round() as i64)
    }
}

/// A port that something can listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Port(pub(super) i32);

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = deserializer.deserialize_any(Whole)?;
        let port = u16::try_from(number).ok().filter(|port| *port > 0);
        let wrong = || D::Error::custom(format_args!("port {number} is not in 1..=65535"));
        port.map(|port| Self(port.into())).ok_or_else(wrong)
    }
}

/// A number of a custom metric: finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured(pub(super) f64);

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNumber).map(Self)
    }
}

struct AnyNumber;

impl Visitor<'_> for AnyNumber {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    #[expect(clippy::cast_precision_loss, reason = "a measured number is a float")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "a measured number is a float")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_f32<E: Error>(self, number: f32) -> Result<f64, E> {
        self.visit_f64(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
        if number.is_finite() { Ok(number) } else { Err(E::invalid_value(Unexpected::Float(number), &self)) }
    }
}
