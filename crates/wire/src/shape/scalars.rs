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

impl Blob {
    /// As it travels.
    #[must_use]
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.0)
    }
}

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
        serializer.serialize_str(&self.to_base64())
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

#[cfg(test)]
mod tests {
    use super::Blob;
    use crate::{Checked, Constraint, Json, Shape};

    fn read<T: Shape>(text: &str) -> Result<T, String> {
        let json = Json::parse(text.as_bytes(), 8).unwrap();
        Checked::decode(&json).map(Checked::into_inner).map_err(|violations| violations.render())
    }

    #[test]
    fn whole_numbers_may_be_spelled_as_doubles() {
        for text in ["5", "5.0", "5e0", "50e-1"] {
            assert_eq!(read::<i32>(text), Ok(5), "{text}");
            assert_eq!(read::<i64>(text), Ok(5), "{text}");
        }
        assert_eq!(read::<i32>("-2147483648"), Ok(i32::MIN));
        assert_eq!(read::<i64>("-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(read::<i64>("-9223372036854775808.0"), Ok(i64::MIN));
        for text in ["5.5", "2147483648", "-2147483649", "\"5\"", "true", "[]", "1e300"] {
            assert!(read::<i32>(text).unwrap_err().contains("must be a whole number of 32 bits"), "{text}");
        }
        for text in ["9223372036854775808", "9223372036854775808.0", "0.1"] {
            assert!(read::<i64>(text).unwrap_err().contains("must be a whole number of 64 bits"), "{text}");
        }
    }

    #[test]
    fn other_scalars_take_their_type_alone() {
        assert_eq!(read::<bool>("true"), Ok(true));
        assert!(read::<bool>("\"true\"").is_err());
        assert!(read::<bool>("1").is_err());
        assert_eq!(read::<f64>("1"), Ok(1.0));
        assert!(read::<f64>("\"NaN\"").is_err());
        assert_eq!(read::<String>("\"\""), Ok(String::new()));
        assert_eq!(
            read::<String>("null").unwrap_err(),
            "1 validation error detected: Value null at '' failed to satisfy constraint: Member must not be null"
        );
    }

    #[test]
    fn blobs_are_base64_and_count_bytes() {
        let blob: Blob = read("\"/wD/\"").unwrap();
        assert_eq!(blob.0, [255, 0, 255]);
        assert_eq!(serde_json::to_string(&blob).unwrap(), "\"/wD/\"");
        assert_eq!(serde_json::from_str::<Blob>("\"/wD/\"").unwrap(), blob);
        for text in ["\"/wD\"", "\"_wD_\"", "\"/w D/\"", "[255]"] {
            assert!(read::<Blob>(text).is_err(), "{text}");
        }
        assert_eq!(breaches(&blob, Constraint { length_max: Some(2), ..Constraint::NONE }).len(), 1);
        assert!(breaches(&blob, Constraint { length_max: Some(3), ..Constraint::NONE }).is_empty());
    }

    fn breaches(value: &impl Shape, constraint: Constraint) -> Vec<String> {
        let mut out = Vec::new();
        value.breaches(&constraint, &mut out);
        out
    }

    #[test]
    fn lengths_count_code_points() {
        let three = Constraint { length_min: Some(3), length_max: Some(3), ..Constraint::NONE };
        assert!(breaches(&"ä日\u{1F600}".to_owned(), three).is_empty());
        assert_eq!(breaches(&"ä日".to_owned(), three), ["Member must have length greater than or equal to 3"]);
        assert_eq!(breaches(&"abcd".to_owned(), three), ["Member must have length less than or equal to 3"]);
    }

    #[test]
    fn ranges_include_their_ends() {
        let days = Constraint { range_min: Some(0), range_max: Some(360), ..Constraint::NONE };
        for good in [0, 360] {
            assert!(breaches(&good, days).is_empty());
            assert!(breaches(&i64::from(good), days).is_empty());
            assert!(breaches(&f64::from(good), days).is_empty());
        }
        assert_eq!(breaches(&361, days), ["Member must have value less than or equal to 360"]);
        assert_eq!(breaches(&-1_i64, days), ["Member must have value greater than or equal to 0"]);
        assert_eq!(breaches(&360.5, days), ["Member must have value less than or equal to 360"]);
    }
}
