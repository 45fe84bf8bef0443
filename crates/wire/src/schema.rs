//! The static description of a shape, one member beside its constraints: what the parity test compares with the
//! vendor's model, and what documentation and forms are made from.

/// A named type as it travels.
#[derive(Debug)]
pub struct Schema {
    /// The vendor's name of the shape, such as `PatchRule`; primitives carry their Rust-free wire name (`String`).
    pub name: &'static str,
    /// What it is made of.
    pub kind: SchemaKind,
}

/// What a shape is made of. Children are functions so that shapes may contain themselves.
#[derive(Debug)]
pub enum SchemaKind {
    /// Members by wire name, in declaration order.
    Structure(&'static [Member]),
    /// A structure of which exactly one member must be present.
    OneOf(&'static [Member]),
    /// A string out of a closed set.
    Enum(&'static [&'static str]),
    /// A homogeneous list.
    List(fn() -> &'static Schema),
    /// String keys to values.
    Map(fn() -> &'static Schema),
    /// Unicode text; lengths count code points.
    String,
    /// 32-bit signed.
    Integer,
    /// 64-bit signed.
    Long,
    /// IEEE 754 double.
    Double,
    /// `true` or `false`.
    Boolean,
    /// Seconds since the epoch with milliseconds, as a JSON number.
    Timestamp,
    /// Bytes, base64 on the wire.
    Blob,
    /// Any JSON: only for Bartizan's own operations.
    Document,
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Name on the wire.
    pub name: &'static str,
    /// Must be present and not null.
    pub required: bool,
    /// Never logged and never shown in an error.
    pub sensitive: bool,
    /// Constraints on the value itself and, through [`Constraint::each`], on list items or map values.
    pub constraint: Constraint,
    /// The member's type.
    pub schema: fn() -> &'static Schema,
}

/// What a value must satisfy beyond its type. Absent bounds are unlimited.
#[derive(Debug, Clone, Copy)]
pub struct Constraint {
    /// Least length in code points (strings), items (lists), entries (maps) or bytes (blobs).
    pub length_min: Option<u64>,
    /// Greatest length in the same unit.
    pub length_max: Option<u64>,
    /// Least number.
    pub range_min: Option<i64>,
    /// Greatest number.
    pub range_max: Option<i64>,
    /// A regular expression that the whole string must match, spelled as the vendor spells it.
    pub pattern: Option<&'static str>,
    /// Holds for every item of a list, or every value of a map.
    pub each: Option<&'static Constraint>,
    /// Holds for every key of a map.
    pub key: Option<&'static Constraint>,
}

impl Constraint {
    /// Nothing is required.
    pub const NONE: Self = Self {
        length_min: None,
        length_max: None,
        range_min: None,
        range_max: None,
        pattern: None,
        each: None,
        key: None,
    };
}
