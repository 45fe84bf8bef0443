//! [`Shape`]: a type that knows its schema, can be read from JSON and can be checked.

use crate::{Constraint, Json, Path, Schema, Violations};

mod collections;
mod loose;
mod scalars;

pub use loose::Loose;
pub use scalars::Blob;

/// A value that travels. Derived for structures and for enums of unit variants; exactly-one-member objects use
/// [`one_of!`](crate::one_of!).
///
/// A value obtained by [`decode`](Shape::decode) without a violation satisfies [`check`](Shape::check). Values that the
/// program builds or edits are checked again before they are trusted: see [`Checked`](crate::Checked).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a shape",
    note = "derive `Shape`, or declare it with `one_of!`; integers travel as `i32` or `i64`, maps as `BTreeMap<String, _>`"
)]
pub trait Shape: Sized {
    /// The static description.
    const SCHEMA: &'static Schema;

    /// Reads the value, reporting every violation below `at`, and not only the first.
    /// `None` is returned only when at least one violation was reported.
    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self>;

    /// Reports every constraint that does not hold for this value or anything inside it.
    fn check(&self, at: &mut Path, out: &mut Violations);

    /// How the value is shown in a violation's text; compound values are shown as the vendor shows them.
    fn render(&self) -> String;

    /// Adds the vendor's sentence for each part of a member's constraint that this value breaks. Types that no
    /// constraint applies to keep this body; the derive refuses a constraint on them.
    fn breaches(&self, _constraint: &Constraint, _out: &mut Vec<String>) {}
}
