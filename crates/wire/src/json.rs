//! JSON as received: bounded, without duplicate members.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// A JSON value whose objects keep their order and have no duplicate members.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`, which the AWS protocols treat as absent.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// Members in the order in which they came.
    Object(Vec<(String, Json)>),
}

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
    /// The deepest nesting that [`parse`](Self::parse) can be asked to allow; the reader's stack bounds it.
    pub const DEPTH_CEILING: usize = 120;
    /// The nesting that is enough for every document of the vendors: rule statements nest deepest.
    pub const DEPTH_MAX: usize = 64;
    /// How many values one document may hold, since each takes far more memory than the two bytes that it may come from.
    pub const VALUES_MAX: usize = 1_000_000;

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

    /// The member of an object, if it is there; null is there.
    #[must_use]
    pub fn get(&self, member: &str) -> Option<&Self> {
        self.as_object()?.iter().find(|(name, _)| name == member).map(|(_, value)| value)
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[(String, Self)]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// True for `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The kind of value, in words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// As the vendor shows compound values, without quotation marks: `[a, b]`, `{k=v}`.
    #[must_use]
    pub fn to_string_plain(&self) -> String {
        match self {
            Self::String(text) => text.clone(),
            Self::Array(items) => {
                format!("[{}]", items.iter().map(Self::to_string_plain).collect::<Vec<_>>().join(", "))
            }
            Self::Object(members) => {
                let members: Vec<_> =
                    members.iter().map(|(name, value)| format!("{name}={}", value.to_string_plain())).collect();
                format!("{{{}}}", members.join(", "))
            }
            scalar => scalar.to_string(),
        }
    }
}

/// Compact JSON text.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
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
    E::custom(format!("member `{}` occurs twice in one object", name.escape_debug()))
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone(), Self::from(value))).collect())
            }
        }
    }
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Number(number.clone()),
            Json::String(text) => Self::String(text.clone()),
            Json::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Json::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone(), Self::from(value))).collect())
            }
        }
    }
}
