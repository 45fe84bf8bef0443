//! Names and values of headers and cookies, and how many of them are inspected.

use memchr::memchr;

/// A name and a value: a header, or a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<'a> {
    pub name: &'a [u8],
    pub value: &'a [u8],
}

/// Cookies of the values of all `Cookie` headers, in their order, with white space around them gone and quotes kept. A cookie
/// without `=` is a name without a value. Where headers of one name arrive joined by commas, cookies have to be split there
/// too: say so with `joined`.
pub fn cookies<'a>(
    values: impl Iterator<Item = &'a [u8]> + Clone,
    joined: bool,
) -> impl Iterator<Item = Pair<'a>> + Clone {
    values.flat_map(move |value| value.split(move |byte| *byte == b';' || (joined && *byte == b','))).filter_map(
        |piece| {
            let piece = piece.trim_ascii();
            if piece.is_empty() {
                return None;
            }
            let split = memchr(b'=', piece).and_then(|at| piece.split_at_checked(at));
            let (name, value) = split.unwrap_or((piece, &[]));
            Some(Pair { name: name.trim_ascii(), value: value.get(1..).unwrap_or_default().trim_ascii() })
        },
    )
}

/// How much of a list is inspected: what is beyond either is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Bytes of names and values.
    pub bytes: usize,
    /// Pairs.
    pub pairs: usize,
}

impl Window {
    /// What the vendor inspects of headers, and of cookies.
    pub const VENDOR: Self = Self { bytes: 8192, pairs: 200 };

    /// The pairs within; the last may be cut.
    pub fn inspected<'a>(self, pairs: impl Iterator<Item = Pair<'a>>) -> impl Iterator<Item = Pair<'a>> {
        let mut left = self.bytes;
        pairs.take(self.pairs).map_while(move |pair| {
            // a pair of nothing is within, wherever it is
            if left == 0 && !(pair.name.is_empty() && pair.value.is_empty()) {
                return None;
            }
            let name = pair.name.get(..left).unwrap_or(pair.name);
            left -= name.len();
            let value = pair.value.get(..left).unwrap_or(pair.value);
            left -= value.len();
            Some(Pair { name, value })
        })
    }

    /// True if there is more than is inspected.
    pub fn is_exceeded<'a>(self, pairs: impl Iterator<Item = Pair<'a>>) -> bool {
        let mut bytes = 0;
        let mut count = 0;
        pairs.into_iter().any(|pair| {
            bytes += pair.name.len() + pair.value.len();
            count += 1;
            bytes > self.bytes || count > self.pairs
        })
    }
}

/// Which names are inspected (`HeaderMatchPattern` and `CookieMatchPattern` of the API).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    All,
    Included(Vec<Vec<u8>>),
    Excluded(Vec<Vec<u8>>),
}

impl Names {
    /// True if this name is inspected. Case matters for cookies, and not for headers.
    #[must_use]
    pub fn admit(&self, name: &[u8], any_case: bool) -> bool {
        let listed = |names: &[Vec<u8>]| {
            names.iter().any(|one| if any_case { one.eq_ignore_ascii_case(name) } else { one.as_slice() == name })
        };
        match self {
            Self::All => true,
            Self::Included(names) => listed(names),
            Self::Excluded(names) => !listed(names),
        }
    }
}

/// Whether names, values or both are inspected (`MapMatchScope` and `JsonMatchScope` of the API).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    All,
    Key,
    Value,
}

impl Scope {
    /// True if names are inspected.
    #[must_use]
    pub const fn keys(self) -> bool {
        matches!(self, Self::All | Self::Key)
    }

    /// True if values are inspected.
    #[must_use]
    pub const fn values(self) -> bool {
        matches!(self, Self::All | Self::Value)
    }
}

/// Writes the names of headers in the order in which they came, in lower case and with `:` between: `host:user-agent:accept`.
pub fn header_order<'a>(names: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    out.clear();
    for (number, name) in names.enumerate() {
        if number > 0 {
            out.push(b':');
        }
        out.extend(name.iter().map(u8::to_ascii_lowercase));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pair: Pair<'_>) -> String {
        format!("{}={}", pair.name.escape_ascii(), pair.value.escape_ascii())
    }

    #[test]
    fn cookies_are_split() {
        let read = |values: &[&str], joined| -> Vec<String> {
            cookies(values.iter().map(|value| value.as_bytes()), joined).map(text).collect()
        };
        assert_eq!(read(&["a=1; B = \"x=y\";;c", "d=,e=2"], false), ["a=1", r#"B=\"x=y\""#, "c=", "d=,e=2"]);
        assert_eq!(read(&["a=1,b=2; c=3"], true), ["a=1", "b=2", "c=3"]);
        assert_eq!(read(&[" ; "], false), [""; 0]);
    }

    #[test]
    fn a_window_cuts() {
        let pairs =
            [Pair { name: b"ab", value: b"cde" }, Pair { name: b"fg", value: b"h" }, Pair { name: b"i", value: b"" }];
        let seen = |bytes, count| -> Vec<String> {
            Window { bytes, pairs: count }.inspected(pairs.into_iter()).map(text).collect()
        };
        assert_eq!(seen(9, 3), ["ab=cde", "fg=h", "i="]);
        assert_eq!(seen(6, 3), ["ab=cde", "f="]);
        assert_eq!(seen(5, 3), ["ab=cde"]);
        assert_eq!(seen(4, 3), ["ab=cd"]);
        assert_eq!(seen(9, 1), ["ab=cde"]);
        let empty = Pair { name: b"", value: b"" };
        let full = [Pair { name: b"a", value: b"" }, empty, empty];
        assert_eq!(Window { bytes: 1, pairs: 3 }.inspected(full.into_iter()).count(), 3);
        assert!(!Window { bytes: 1, pairs: 3 }.is_exceeded(full.into_iter()));
        let exceeded = |bytes, count| Window { bytes, pairs: count }.is_exceeded(pairs.into_iter());
        assert!(!exceeded(9, 3) && exceeded(8, 3) && exceeded(9, 2));
    }

    #[test]
    fn names_are_admitted() {
        let names = vec![b"Host".to_vec()];
        assert!(Names::Included(names.clone()).admit(b"hOST", true));
        assert!(!Names::Included(names.clone()).admit(b"hOST", false));
        assert!(!Names::Excluded(names.clone()).admit(b"Host", false));
        assert!(Names::Excluded(names).admit(b"Accept", true) && Names::All.admit(b"x", false));
    }

    #[test]
    fn the_order_of_headers_is_one_text() {
        let mut out = b"old".to_vec();
        header_order([&b"Host"[..], b"User-Agent", b"accept"].into_iter(), &mut out);
        assert_eq!(out, b"host:user-agent:accept");
    }
}
