//! Objects of which exactly one member is present, as Rust enums.
