//! JSON as received: bounded, without duplicate members.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::{Number, Value};

mod reader;

pub use reader::SyntaxError;

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

impl Json {
    /// The deepest nesting that [`parse`](Self::parse) can be asked to allow; the reader's stack bounds it.
    pub const DEPTH_CEILING: usize = 120;
    /// The nesting that is enough for every document of the vendors: rule statements nest deepest.
    pub const DEPTH_MAX: usize = 64;
    /// How many values one document may hold, since each takes far more memory than the two bytes that it may come from.
    pub const VALUES_MAX: usize = 1_000_000;

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

#[cfg(test)]
mod tests {
    use super::{Json, SyntaxError};
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
    use serde_json::{Number, Value};

    fn parse(text: &str) -> Result<Json, SyntaxError> {
        Json::parse(text.as_bytes(), Json::DEPTH_MAX)
    }

    #[test]
    fn keeps_members_in_their_order() {
        let text = r#"{"b":[1,-2,2.5,"ä\n",true,null],"a":{}}"#;
        let json = parse(text).unwrap();
        assert_eq!(json.to_string(), text);
        assert_eq!(json.get("a"), Some(&Json::Object(vec![])));
        assert_eq!(json.get("c"), None);
        assert_eq!(json.get("b").and_then(Json::as_array).map(<[Json]>::len), Some(6));
        assert_eq!(json.to_string_plain(), "{b=[1, -2, 2.5, ä\n, true, null], a={}}");
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            any::<i64>().prop_map(|number| Json::Number(number.into())),
            any::<u64>().prop_map(|number| Json::Number(number.into())),
            // serde_json reads a double back within one unit in the last place; halves are exact.
            any::<i32>()
                .prop_filter_map("finite", |number| { Number::from_f64(f64::from(number) + 0.5).map(Json::Number) }),
            any::<String>().prop_map(Json::String),
        ];
        leaf.prop_recursive(6, 60, 6, |inner| {
            let object = proptest::collection::btree_map(any::<String>(), inner.clone(), 0..24);
            prop_oneof![
                proptest::collection::vec(inner, 0..6).prop_map(Json::Array),
                object.prop_map(|members| Json::Object(members.into_iter().rev().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(json in any_json()) {
            let text = json.to_string();
            assert_eq!(parse(&text).unwrap(), json);
            assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), json);
        }

        #[test]
        fn values_come_and_go(json in any_json()) {
            let value = Value::from(&json);
            assert_eq!(Value::from(&Json::from(&value)), value);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let ours = Json::parse(&bytes, Json::DEPTH_MAX);
            let theirs = serde_json::from_slice::<Value>(&bytes);
            assert!(theirs.is_ok() || ours.is_err(), "stricter than serde_json");
        }
    }
}
