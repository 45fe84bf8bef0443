//! Query strings: their arguments, and what may be done to the whole before it is split into them.

mod combine;
mod named;

use memchr::memchr;

use crate::transformation::{Outcome, Transformation};

/// An argument as it stands in the query string: nothing is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument<'a> {
    pub name: &'a [u8],
    /// Empty for an argument without `=`.
    pub value: &'a [u8],
}

impl Argument<'_> {
    /// True if the argument has this name. Case does not matter, as the vendor has it. Neither does URL encoding of the
    /// argument's name: the application will decode it, so it must not hide an argument.
    #[must_use]
    pub fn is_named(&self, name: &[u8]) -> bool {
        named::is_named(self.name, name)
    }
}

/// The arguments of a query string (the part after `?`) in their order. Empty pieces, as in `a=1&&b=2`, are none.
pub fn arguments(query: &[u8]) -> impl Iterator<Item = Argument<'_>> {
    let mut rest = Some(query);
    std::iter::from_fn(move || {
        loop {
            let now = rest?;
            let piece = match memchr(b'&', now).and_then(|at| now.split_at_checked(at)) {
                Some((piece, tail)) => {
                    rest = tail.get(1..);
                    piece
                }
                None => {
                    rest = None;
                    now
                }
            };
            if !piece.is_empty() {
                return Some(argument(piece));
            }
        }
    })
}

fn argument(piece: &[u8]) -> Argument<'_> {
    let split = memchr(b'=', piece).and_then(|at| piece.split_at_checked(at));
    let (name, tail) = split.unwrap_or((piece, &[]));
    Argument { name, value: tail.get(1..).unwrap_or_default() }
}

/// What is done to a query string before it is split (`PreParseTextTransformationType` of the vendor's newer model).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PreParse {
    /// Nothing.
    None,
    /// As [`Transformation::UrlDecode`], over the whole: an encoded `&` then separates.
    UrlDecode,
    /// As [`Transformation::UrlDecodeUni`], over the whole.
    UrlDecodeUni,
    /// Arguments of the same name become the first of them, with all values joined by commas.
    CombineDuplicateQueryArgsByComma,
    /// `;` becomes `&`.
    ReplaceSemicolonsWithAmpersands,
}

impl PreParse {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::None,
        Self::UrlDecode,
        Self::UrlDecodeUni,
        Self::CombineDuplicateQueryArgsByComma,
        Self::ReplaceSemicolonsWithAmpersands,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::UrlDecode => "URL_DECODE",
            Self::UrlDecodeUni => "URL_DECODE_UNI",
            Self::CombineDuplicateQueryArgsByComma => "COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA",
            Self::ReplaceSemicolonsWithAmpersands => "REPLACE_SEMICOLONS_WITH_AMPERSANDS",
        }
    }

    /// The transformation that the API calls so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }

    /// Transforms a query string, as [`Transformation::apply`] does.
    pub fn apply(self, query: &[u8], buffer: &mut Vec<u8>) -> Outcome {
        match self {
            Self::None => Outcome::Same,
            Self::UrlDecode => Transformation::UrlDecode.apply(query, buffer),
            Self::UrlDecodeUni => Transformation::UrlDecodeUni.apply(query, buffer),
            Self::CombineDuplicateQueryArgsByComma => combine::apply(query, buffer),
            Self::ReplaceSemicolonsWithAmpersands => replace_semicolons(query, buffer),
        }
    }
}

fn replace_semicolons(query: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    if memchr(b';', query).is_none() {
        return Outcome::Same;
    }
    buffer.clear();
    buffer.extend(query.iter().map(|byte| if *byte == b';' { b'&' } else { *byte }));
    Outcome::Written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scratch;

    fn pairs(query: &str) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        arguments(query.as_bytes()).map(|one| (text(one.name), text(one.value))).collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_string(), value.to_string())
    }

    #[test]
    fn a_query_is_split_as_it_stands() {
        assert_eq!(pairs("a=1&&B=x=y&c&=d&"), [pair("a", "1"), pair("B", "x=y"), pair("c", ""), pair("", "d")]);
        assert_eq!(pairs(""), []);
        assert_eq!(pairs("a=%26b"), [pair("a", "%26b")]);
    }

    #[test]
    fn an_encoded_name_does_not_hide_an_argument() {
        let named = |name: &[u8], wanted: &[u8]| Argument { name, value: b"" }.is_named(wanted);
        assert!(named(b"User", b"uSER"));
        assert!(named(b"%75se%72", b"user"));
        assert!(named(b"a+b", b"a b"));
        assert!(named(b"%zz", b"%ZZ"));
        assert!(!named(b"use", b"user"));
        assert!(!named(b"users", b"user"));
        assert!(!named(b"%7", b"\x07"));
    }

    #[test]
    fn what_is_done_before_splitting() {
        let mut scratch = Scratch::default();
        let combine = PreParse::CombineDuplicateQueryArgsByComma;
        let semicolons = PreParse::ReplaceSemicolonsWithAmpersands;
        assert_eq!(scratch.pre_parse(&[combine], b"a=1&b=2&A=3&a"), b"a=1,3,&b=2");
        assert_eq!(scratch.pre_parse(&[combine], b"a=1&b=2"), b"a=1&b=2");
        assert_eq!(scratch.pre_parse(&[semicolons, combine], b"a=1;a=2"), b"a=1,2");
        assert_eq!(scratch.pre_parse(&[PreParse::UrlDecode], b"a=1%26b=2"), b"a=1&b=2");
        for one in PreParse::ALL {
            assert_eq!(PreParse::from_name(one.name()), Some(*one));
        }
    }
}
