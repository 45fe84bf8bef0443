//! The shapes of single values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::decode::{mismatch, sentence};
use crate::{Constraint, Json, Path, Schema, SchemaKind, Shape, Violations, pattern};

impl Shape for String {
    const SCHEMA: &'static Schema = &Schema { name: "String", kind: SchemaKind::String };

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        match json {
            Json::String(text) => Some(text.clone()),
            other => mismatch(other, "a string", at, out),
        }
    }

    fn check(&self, _at: &mut Path, _out: &mut Violations) {}

    fn render(&self) -> String {
        self.clone()
    }

    fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
        sentence::length(self.chars().count(), constraint, out);
        if let Some(spelled) = constraint.pattern
            && !pattern::matches(spelled, self)
        {
            out.push(sentence::must_match(spelled));
        }
    }
}

impl Shape for bool {
    const SCHEMA: &'static Schema = &Schema { name: "Boolean", kind: SchemaKind::Boolean };

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(*value),
            other => mismatch(other, "true or false", at, out),
        }
    }

    fn check(&self, _at: &mut Path, _out: &mut Violations) {}

    fn render(&self) -> String {
        self.to_string()
    }
}

/// The vendor refuses fractions, but takes `5.0` for 5. `None` also beyond 64 bits.
fn whole(number: &serde_json::Number) -> Option<i64> {
    /// 2^63, the first double beyond the range.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if let Some(value) = number.as_i64() {
        return Some(value);
    }
    let value = number.as_f64().filter(|value| value.fract() == 0.0 && (-BEYOND..BEYOND).contains(value))?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the range, both tested above")]
    let value = value as i64;
    Some(value)
}

macro_rules! integer {
    ($type:ty, $name:literal, $kind:ident, $expected:literal) => {
        impl Shape for $type {
            const SCHEMA: &'static Schema = &Schema { name: $name, kind: SchemaKind::$kind };

            fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
                if let Json::Number(number) = json
                    && let Some(value) = whole(number)
                    && let Ok(value) = <$type>::try_from(value)
                {
                    return Some(value);
                }
                mismatch(json, $expected, at, out)
            }

            fn check(&self, _at: &mut Path, _out: &mut Violations) {}

            fn render(&self) -> String {
                self.to_string()
            }

            fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
                sentence::range(i64::from(*self), constraint, out);
            }
        }
    };
}
integer!(i32, "Integer", Integer, "a whole number of 32 bits");
integer!(i64, "Long", Long, "a whole number of 64 bits");

impl Shape for f64 {
    const SCHEMA: &'static Schema = &Schema { name: "Double", kind: SchemaKind::Double };

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        match json {
            Json::Number(number) if number.as_f64().is_some() => number.as_f64(),
            other => mismatch(other, "a number", at, out),
        }
    }

    fn check(&self, _at: &mut Path, _out: &mut Violations) {}

    fn render(&self) -> String {
        self.to_string()
    }

    fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
        sentence::range(*self, constraint, out);
    }
}

/// Bytes, which travel as base64 with padding. Lengths count bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Blob(pub Vec<u8>);

impl Shape for Blob {
    const SCHEMA: &'static Schema = &Schema { name: "Blob", kind: SchemaKind::Blob };

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        if let Json::String(text) = json
            && let Ok(bytes) = BASE64.decode(text)
        {
            return Some(Self(bytes));
        }
        mismatch(json, "a base64 string", at, out)
    }

    fn check(&self, _at: &mut Path, _out: &mut Violations) {}

    /// As Java shows a buffer, which says nothing of the content.
    fn render(&self) -> String {
        let length = self.0.len();
        format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]")
    }

    fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
        sentence::length(self.0.len(), constraint, out);
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64.decode(text).map(Self).map_err(|_| serde::de::Error::custom("expected base64 with padding"))
    }
}

impl Shape for Json {
    const SCHEMA: &'static Schema = &Schema { name: "Document", kind: SchemaKind::Document };

    fn decode(json: &Json, _at: &mut Path, _out: &mut Violations) -> Option<Self> {
        Some(json.clone())
    }

    fn check(&self, _at: &mut Path, _out: &mut Violations) {}

    fn render(&self) -> String {
        self.to_string()
    }
}
