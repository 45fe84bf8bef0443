//! [`one_of!`](crate::one_of!): objects of which exactly one member is present, as Rust enums.
//!
//! The vendors have many (`Statement`, `FieldToMatch`, `RuleAction`). serde's external tagging reads them almost, but
//! its errors mislead on `{}`, on two members, and on a null beside the one that is meant.

use crate::shown::quoted;
use crate::{Json, Member, Path, Violations, decode};

/// How many of the members seen are named in an error.
const SEEN_SHOWN_MAX: usize = 10;

/// The members that are present and known. Null members are absent; unknown members are ignored, as everywhere.
pub fn known<'json>(
    json: &'json Json,
    members: &'static [Member],
    at: &Path,
    out: &mut Violations,
) -> Option<Vec<(&'static Member, &'json Json)>> {
    let present = decode::structure(json, at, out)?.iter().filter(|(_, value)| !value.is_null());
    let known = present.filter_map(|(name, value)| Some((members.iter().find(|member| member.name == name)?, value)));
    Some(known.collect())
}

/// Reports that there is not exactly one member, and which were seen, unknown ones among them.
pub fn refuse(json: &Json, members: &'static [Member], at: &Path, out: &mut Violations) {
    let present = json.as_object().unwrap_or_default().iter().filter(|(_, value)| !value.is_null());
    let seen: Vec<&str> = present.map(|(name, _)| name.as_str()).collect();
    let choices: Vec<_> = members.iter().map(|member| format!("`{}`", member.name)).collect();
    let mut text = format!("exactly one of {} must be present", choices.join(", "));
    let place = at.to_string();
    if !place.is_empty() {
        text.push_str(&format!(" in `{place}`"));
    }
    text.push_str(&found(&seen));
    out.review(at, text);
}

fn found(seen: &[&str]) -> String {
    if seen.is_empty() {
        return "; found none".to_owned();
    }
    let shown: Vec<_> = seen.iter().take(SEEN_SHOWN_MAX).map(|name| quoted(name)).collect();
    let more =
        if seen.len() > SEEN_SHOWN_MAX { format!(" and {} more", seen.len() - SEEN_SHOWN_MAX) } else { String::new() };
    format!("; found {}{more}", shown.join(", "))
}

/// Declares an enum for an object of which exactly one member is present, with its [`Shape`](crate::Shape) and serde's
/// `Serialize`. The vendor's name of the shape stands behind `as` where it differs from Rust's, and a member's constraint
/// behind `with`.
///
/// ```
/// use bartizan_wire::{Checked, Json, Shape, one_of};
/// use serde::Serialize;
///
/// #[derive(Debug, Clone, PartialEq, Serialize, Shape)]
/// #[serde(rename_all = "PascalCase")]
/// struct Geo {
///     country_codes: Vec<String>,
/// }
///
/// one_of! {
///     /// What a rule looks for.
///     #[derive(Debug, Clone, PartialEq)]
///     enum Looks as "Statement" {
///         /// The country of the client's address.
///         Geo(Geo) = "GeoMatchStatement",
///         /// The opposite of another.
///         Not(Box<Looks>) = "NotStatement",
///     }
/// }
///
/// let json = Json::parse(br#"{"NotStatement": {"GeoMatchStatement": {"CountryCodes": ["NZ"]}}}"#, 8)?;
/// let looks = Checked::<Looks>::decode(&json)?;
/// assert_eq!(looks.member(), "NotStatement");
///
/// let geo = r#"{"CountryCodes": []}"#;
/// let both = format!(r#"{{"NotStatement": {{"GeoMatchStatement": {geo}}}, "GeoMatchStatement": {geo}}}"#);
/// let both = Json::parse(both.as_bytes(), 8)?;
/// let error = Checked::<Looks>::decode(&both).unwrap_err();
/// assert_eq!(
///     error.render(),
///     "exactly one of `GeoMatchStatement`, `NotStatement` must be present; found `NotStatement`, `GeoMatchStatement`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! one_of {
    (@name $name:ident $shape:literal) => {
        $shape
    };
    (@name $name:ident) => {
        ::core::stringify!($name)
    };
    (@constraint $constraint:expr) => {
        $constraint
    };
    (@constraint) => {
        $crate::Constraint::NONE
    };
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident $(as $shape:literal)? {
            $( $(#[$variant_meta:meta])* $variant:ident($type:ty) = $wire:literal $(with $constraint:expr)? ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        $visibility enum $name {
            $( $(#[$variant_meta])* $variant($type) ),+
        }

        impl $name {
            /// The wire name of the member that is present.
            #[must_use]
            $visibility const fn member(&self) -> &'static str {
                match self {
                    $( Self::$variant(_) => $wire ),+
                }
            }
        }

        impl $crate::Shape for $name {
            const SCHEMA: &'static $crate::Schema = &$crate::Schema {
                name: $crate::one_of!(@name $name $($shape)?),
                kind: $crate::SchemaKind::OneOf(&[$(
                    $crate::Member {
                        name: $wire,
                        required: false,
                        sensitive: false,
                        constraint: $crate::one_of!(@constraint $($constraint)?),
                        schema: $crate::decode::schema::<$type>,
                    }
                ),+]),
            };

            fn decode(
                json: &$crate::Json,
                at: &mut $crate::Path,
                out: &mut $crate::Violations,
            ) -> ::core::option::Option<Self> {
                let $crate::SchemaKind::OneOf(members) = &Self::SCHEMA.kind else {
                    return $crate::decode::mismatch(json, "an object", at, out);
                };
                let known = $crate::one_of::known(json, members, at, out)?;
                // What is wrong inside is told in any case: a wrong type comes before one member too many.
                let mut read = ::core::option::Option::None;
                for (member, json) in &known {
                    read = match member.name {
                        $( $wire => $crate::decode::present::<$type>(json, member, at, out).map(Self::$variant), )+
                        _ => ::core::option::Option::None,
                    };
                }
                if known.len() == 1 {
                    return read;
                }
                $crate::one_of::refuse(json, members, at, out);
                ::core::option::Option::None
            }

            fn check(&self, at: &mut $crate::Path, out: &mut $crate::Violations) {
                let $crate::SchemaKind::OneOf(members) = &Self::SCHEMA.kind else { return };
                let ::core::option::Option::Some(member) = members.iter().find(|member| member.name == self.member())
                else {
                    return;
                };
                match self {
                    $( Self::$variant(value) => $crate::decode::check(value, member, at, out) ),+
                }
            }

            fn render(&self) -> ::std::string::String {
                let value = match self {
                    $( Self::$variant(value) => $crate::Shape::render(value) ),+
                };
                ::std::format!("{}({}={value})", Self::SCHEMA.name, self.member())
            }
        }

        impl $crate::one_of::serde::Serialize for $name {
            fn serialize<S: $crate::one_of::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                use $crate::one_of::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(::core::option::Option::Some(1))?;
                match self {
                    $( Self::$variant(value) => map.serialize_entry($wire, value)? ),+
                }
                map.end()
            }
        }
    };
}

/// For the code that the macro writes.
#[doc(hidden)]
pub use serde;
