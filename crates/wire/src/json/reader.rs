//! Reading JSON: one value, within limits, without duplicate members.

use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::Json;
use crate::shown::quoted;

/// Why the bytes are not JSON that we take.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// Counted from one.
    pub line: usize,
    /// In bytes, counted from one; 0 stands before the first byte of the line.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for SyntaxError {}

impl Json {
    /// Reads one value. `depth_max` counts lists and objects inside each other, at most [`Self::DEPTH_CEILING`].
    ///
    /// # Errors
    /// For anything that is not exactly one JSON value in UTF-8 without a byte order mark, for a member that occurs
    /// twice in an object, and beyond the limits.
    pub fn parse(bytes: &[u8], depth_max: usize) -> Result<Self, SyntaxError> {
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            let message = "a byte order mark is not JSON, remove it".to_owned();
            return Err(SyntaxError { line: 1, column: 1, message });
        }
        let values = Cell::new(0);
        let seed = Seed { depth_left: depth_max.min(Self::DEPTH_CEILING), values: &values };
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        seed.deserialize(&mut reader).and_then(|json| reader.end().map(|()| json)).map_err(|error| {
            let text = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            let message = text.strip_suffix(&place).unwrap_or(&text).to_owned();
            SyntaxError { line: error.line(), column: error.column(), message }
        })
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Cell::new(0);
        Seed { depth_left: Self::DEPTH_CEILING, values: &values }.deserialize(deserializer)
    }
}

/// Reads one value while counting.
#[derive(Clone, Copy)]
struct Seed<'count> {
    depth_left: usize,
    values: &'count Cell<usize>,
}

impl Seed<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left, ..self }),
            None => Err(E::custom("lists and objects are nested too deeply")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > Json::VALUES_MAX {
            return Err(D::Error::custom(format!("more than {} values in one document", Json::VALUES_MAX)));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let inside = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(inside)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let inside = self.deeper()?;
        let mut members: Vec<(String, Json)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if members.len() < FEW_MEMBERS && members.iter().any(|(known, _)| *known == name) {
                return Err(twice(&name));
            }
            let value = map.next_value_seed(inside)?;
            members.push((name, value));
        }
        if members.len() > FEW_MEMBERS {
            let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            if let Some(name) = names.array_windows().find_map(|[one, two]| (one == two).then_some(*one)) {
                return Err(twice(name));
            }
        }
        Ok(Json::Object(members))
    }
}

/// Up to here duplicates are sought one by one as members come; objects with more are sorted once, at their end.
const FEW_MEMBERS: usize = 16;

fn twice<E: serde::de::Error>(name: &str) -> E {
    E::custom(format!("member {} occurs twice in one object", quoted(name)))
}

#[cfg(test)]
mod tests {
    use super::{FEW_MEMBERS, Json, SyntaxError};

    fn parse(text: &str) -> Result<Json, SyntaxError> {
        Json::parse(text.as_bytes(), Json::DEPTH_MAX)
    }

    #[track_caller]
    fn refuses(text: &str, message: &str) {
        assert_eq!(parse(text).unwrap_err().to_string(), message, "{text:?}");
    }

    #[test]
    fn refuses_what_others_read_in_two_ways() {
        refuses(r#"{"a":1,"b":{"a":1},"a":1}"#, "member `a` occurs twice in one object at line 1 column 22");
        refuses("{\"a\\n\":1,\n\"a\\u000a\":2}", "member `a\\n` occurs twice in one object at line 2 column 9");
        refuses("\u{feff}{}", "a byte order mark is not JSON, remove it at line 1 column 1");
        refuses("{} {}", "trailing characters at line 1 column 4");
        refuses("", "EOF while parsing a value at line 1 column 0");
        refuses("{\"a\":\n 01}", "invalid number at line 2 column 3");
        for text in ["[1,]", "{a:1}", "'a'", "NaN", "1e999", "\"\u{1}\"", r#""\ud800""#, "/**/1", "+1"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(Json::parse(b"\"\xff\"", 1).is_err());
        assert!(Json::parse(b"\"\xed\xa0\x80\"", 1).is_err(), "a surrogate in UTF-8");
    }

    #[test]
    fn finds_a_duplicate_among_many() {
        let members = |last: &str| {
            let many: Vec<_> = (0..FEW_MEMBERS * 3).map(|index| format!(r#""m{index}":0"#)).collect();
            format!("{{{},\"{last}\":0}}", many.join(","))
        };
        assert!(parse(&members("other")).is_ok());
        for known in ["m0", "m15", "m16", "m47"] {
            let error = parse(&members(known)).unwrap_err();
            assert_eq!(error.message, format!("member `{known}` occurs twice in one object"));
        }
        let barely: Vec<_> = (0..FEW_MEMBERS).map(|index| format!(r#""m{index}":0"#)).collect();
        assert!(parse(&format!("{{{},\"m0\":0}}", barely.join(","))).is_err(), "the first one past the few");
    }

    #[test]
    fn bounds_the_depth() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(nested(3).as_bytes(), 3).is_ok());
        let error = Json::parse(nested(4).as_bytes(), 3).unwrap_err();
        assert_eq!(error.to_string(), "lists and objects are nested too deeply at line 1 column 5");
        assert!(Json::parse(b"1", 0).is_ok());
        assert!(Json::parse(nested(Json::DEPTH_CEILING).as_bytes(), usize::MAX).is_ok());
        assert!(Json::parse(nested(Json::DEPTH_CEILING + 1).as_bytes(), usize::MAX).is_err());
        assert!(Json::parse("[".repeat(1_000_000).as_bytes(), usize::MAX).is_err());
    }

    #[test]
    fn bounds_the_number_of_values() {
        let list = |values: usize| format!("[{}]", vec!["0"; values].join(","));
        assert!(parse(&list(Json::VALUES_MAX - 1)).is_ok());
        assert!(parse(&list(Json::VALUES_MAX)).unwrap_err().message.starts_with("more than 1000000 values"));
    }
}
