//! JSON as received: bounded, without duplicate members.

/// A JSON value whose objects keep their order and have no duplicate members.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`, which the AWS protocols treat as absent.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// Members in the order in which they came.
    Object(Vec<(String, Json)>),
}

/// Why the bytes are not JSON that we take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError(pub String);
