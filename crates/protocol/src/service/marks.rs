//! What a request carries beside its input, and the id that it is given.

use bartizan_ledger::Revision;
use bartizan_policy::Mint;
use http::{HeaderMap, HeaderName};

use crate::failure::Failure;
use crate::limits::REASON_BYTES_MAX;

const REASON: HeaderName = HeaderName::from_static("x-bartizan-reason");
const EXPECT: HeaderName = HeaderName::from_static("x-bartizan-expect");

/// The headers of our own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) reason: Option<String>,
    pub(super) expect: Option<Revision>,
}

impl Marks {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Failure> {
        let reason = once(headers, &REASON)?.map(str::trim).filter(|text| !text.is_empty());
        if reason.is_some_and(|text| text.len() > REASON_BYTES_MAX) {
            return Err(Failure::Invalid(format!("shorten `{REASON}` to at most {REASON_BYTES_MAX} bytes")));
        }
        let expect = match once(headers, &EXPECT)? {
            None => None,
            Some(text) => {
                let revision = if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None };
                Some(Revision(revision.ok_or_else(|| {
                    Failure::Invalid(format!(
                        "`{EXPECT}` must be the number of a revision, got `{}`",
                        text.escape_debug()
                    ))
                })?))
            }
        };
        Ok(Self { reason: reason.map(str::to_owned), expect })
    }
}

fn once<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Failure> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Failure::Invalid(format!("give `{name}` once")));
    }
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(Failure::Invalid(format!("`{name}` must be UTF-8 text"))),
    }
}

/// A random UUID (version 4), as the vendor's request ids are.
pub(super) fn request_id(mint: &dyn Mint) -> String {
    let digits = mint.hex(30);
    let mut id = String::with_capacity(36);
    for (at, digit) in digits.chars().chain(std::iter::repeat('0')).take(30).enumerate() {
        match at {
            8 => id.push('-'),
            12 => id.push_str("-4"),
            15 => id.push_str("-a"),
            18 => id.push('-'),
            _ => {}
        }
        id.push(digit);
    }
    id
}

#[cfg(test)]
mod tests {
    use super::request_id;
    use bartizan_policy::Mint;

    #[derive(Debug)]
    struct Fixed(&'static str);

    impl Mint for Fixed {
        fn hex(&self, _digits: usize) -> String {
            self.0.to_owned()
        }
    }

    #[test]
    fn a_request_id_has_the_form_of_a_uuid() {
        assert_eq!(request_id(&Fixed("0123456789abcdef0123456789abcd")), "01234567-89ab-4cde-af01-23456789abcd");
        assert_eq!(request_id(&Fixed("")), "00000000-0000-4000-a000-000000000000");
    }
}
