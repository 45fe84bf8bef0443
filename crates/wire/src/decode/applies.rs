//! Which constraint applies to which type: bounds that derived code states, so that a constraint in the wrong place is
//! refused by the compiler.

use std::collections::BTreeMap;

use crate::Blob;

/// `length` may constrain it.
#[diagnostic::on_unimplemented(
    message = "`length` does not apply to `{Self}`",
    note = "it applies to strings (code points), lists (items), maps (entries) and blobs (bytes); numbers have a `range`"
)]
pub trait Length {}
impl Length for String {}
impl Length for Blob {}
impl<T> Length for Vec<T> {}
impl<T> Length for BTreeMap<String, T> {}
impl<T: Length> Length for Option<T> {}
impl<T: Length> Length for Box<T> {}

/// `range` may constrain it.
#[diagnostic::on_unimplemented(
    message = "`range` does not apply to `{Self}`",
    note = "it applies to numbers; strings, lists and maps have a `length`"
)]
pub trait Range {}
impl Range for i32 {}
impl Range for i64 {}
impl Range for f64 {}
impl<T: Range> Range for Option<T> {}
impl<T: Range> Range for Box<T> {}

/// `pattern` may constrain it.
#[diagnostic::on_unimplemented(
    message = "`pattern` does not apply to `{Self}`",
    note = "it applies to strings; for the items of a list write `each(pattern = \"..\")`"
)]
pub trait Pattern {}
impl Pattern for String {}
impl<T: Pattern> Pattern for Option<T> {}
impl<T: Pattern> Pattern for Box<T> {}

/// `each` may constrain what is inside.
#[diagnostic::on_unimplemented(
    message = "`each` does not apply to `{Self}`",
    note = "it applies to the items of a list and to the values of a map"
)]
pub trait Each {
    /// What is inside.
    type Item;
}
impl<T> Each for Vec<T> {
    type Item = T;
}
impl<T> Each for BTreeMap<String, T> {
    type Item = T;
}
impl<T: Each> Each for Option<T> {
    type Item = T::Item;
}
impl<T: Each> Each for Box<T> {
    type Item = T::Item;
}

/// `key` may constrain its keys.
#[diagnostic::on_unimplemented(message = "`key` does not apply to `{Self}`", note = "it applies to the keys of a map")]
pub trait Keyed {
    /// What the keys are.
    type Key;
}
impl<T> Keyed for BTreeMap<String, T> {
    type Key = String;
}
impl<T: Keyed> Keyed for Option<T> {
    type Key = T::Key;
}
impl<T: Keyed> Keyed for Box<T> {
    type Key = T::Key;
}

/// Fails to compile unless `length` applies.
pub const fn length<T: Length>() {}
/// Fails to compile unless `range` applies.
pub const fn range<T: Range>() {}
/// Fails to compile unless `pattern` applies.
pub const fn pattern<T: Pattern>() {}
/// Fails to compile unless `each` applies.
pub const fn each<T: Each>() {}
/// Fails to compile unless `key` applies.
pub const fn key<T: Keyed>() {}
