//! What must not be seen [WAFV2 API reference, `DataProtectionConfig`, `RedactedFields`].

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::document::{
    DataProtection, DataProtectionAction, FieldToMatch, FieldToProtectType, LoggingConfiguration, WebAcl,
};

/// What stands instead.
const REDACTED: &str = "REDACTED";

/// What of a request must not be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Names in lower case.
    headers: Vec<(String, DataProtectionAction)>,
    cookies: Vec<(String, DataProtectionAction)>,
    arguments: Vec<(String, DataProtectionAction)>,
    query: Option<DataProtectionAction>,
    body: Option<DataProtectionAction>,
    path: bool,
    method: bool,
    /// Of digests; without one, anybody can guess what a digest is of.
    key: Vec<u8>,
}

impl Redaction {
    /// As the web ACL has it, and for logs as their configuration has it too.
    #[must_use]
    pub fn of(web_acl: &WebAcl, logging: Option<&LoggingConfiguration>) -> Self {
        let mut redaction = Self::default();
        for one in web_acl.data_protection_config.iter().flat_map(|config| &config.data_protections) {
            redaction.protect(one);
        }
        for field in logging.iter().filter_map(|logging| logging.redacted_fields.as_ref()).flatten() {
            match field {
                FieldToMatch::SingleHeader(header) => redaction.header(&header.name),
                FieldToMatch::QueryString(_) => redaction.query = Some(DataProtectionAction::Substitution),
                FieldToMatch::UriPath(_) => redaction.path = true,
                FieldToMatch::Method(_) => redaction.method = true,
                _ => {}
            }
        }
        redaction
    }

    /// With digests that only who knows the secret can compare with guesses. Every web ACL has a key of its own, so that digests
    /// of two of them tell nothing about each other.
    #[must_use]
    pub fn keyed(mut self, secret: &[u8], arn: &str) -> Self {
        self.key = authenticated(secret, arn.as_bytes()).to_vec();
        self
    }

    /// Also this header.
    pub fn header(&mut self, name: &str) {
        self.headers.push((name.to_ascii_lowercase(), DataProtectionAction::Substitution));
    }

    fn protect(&mut self, one: &DataProtection) {
        let keys = || one.field.field_keys.iter().flatten().map(|key| (key.clone(), one.action));
        match one.field.field_type {
            FieldToProtectType::SingleHeader => {
                self.headers.extend(keys().map(|(key, action)| (key.to_ascii_lowercase(), action)));
            }
            FieldToProtectType::SingleCookie => self.cookies.extend(keys()),
            FieldToProtectType::SingleQueryArgument => self.arguments.extend(keys()),
            FieldToProtectType::QueryString => self.query = Some(one.action),
            FieldToProtectType::Body => self.body = Some(one.action),
        }
    }

    /// How the body is to be hidden, if it is.
    #[must_use]
    pub const fn body(&self) -> Option<DataProtectionAction> {
        self.body
    }

    pub(super) fn method<'a>(&self, method: &'a [u8]) -> Cow<'a, str> {
        if self.method { REDACTED.into() } else { String::from_utf8_lossy(method) }
    }

    pub(super) fn path<'a>(&self, path: &'a [u8]) -> Cow<'a, str> {
        if self.path { REDACTED.into() } else { String::from_utf8_lossy(path) }
    }

    /// The query string, without what must not be seen of it.
    #[must_use]
    pub fn query<'a>(&self, query: &'a [u8]) -> Cow<'a, str> {
        if let Some(action) = self.query {
            return self.hide(action, query).into();
        }
        if self.arguments.is_empty() {
            return String::from_utf8_lossy(query);
        }
        let pieces = query.split(|byte| *byte == b'&').map(|piece| {
            let Some(at) = piece.iter().position(|byte| *byte == b'=') else {
                return String::from_utf8_lossy(piece).into_owned();
            };
            let (name, value) = piece.split_at_checked(at).unwrap_or((piece, &[]));
            let value = value.get(1..).unwrap_or_default();
            let argument = bartizan_inspect::Argument { name, value };
            let hidden = self.arguments.iter().find(|(key, _)| argument.is_named(key.as_bytes()));
            let shown = hidden
                .map_or_else(|| String::from_utf8_lossy(value).into_owned(), |(_, action)| self.hide(*action, value));
            format!("{}={shown}", String::from_utf8_lossy(name))
        });
        pieces.collect::<Vec<_>>().join("&").into()
    }

    /// A header's value, without what must not be seen of it.
    #[must_use]
    pub fn value<'a>(&self, name: &[u8], value: &'a [u8]) -> Cow<'a, str> {
        if let Some((_, action)) = self.headers.iter().find(|(key, _)| name.eq_ignore_ascii_case(key.as_bytes())) {
            return self.hide(*action, value).into();
        }
        if self.cookies.is_empty() || !name.eq_ignore_ascii_case(b"cookie") {
            return String::from_utf8_lossy(value);
        }
        let pieces = value.split(|byte| *byte == b';').map(|piece| {
            let text = String::from_utf8_lossy(piece);
            let Some((name, value)) = text.split_once('=') else { return text.into_owned() };
            let hidden = self.cookies.iter().find(|(key, _)| key == name.trim());
            hidden.map_or_else(
                || text.clone().into_owned(),
                |(_, action)| format!("{name}={}", self.hide(*action, value.as_bytes())),
            )
        });
        pieces.collect::<Vec<_>>().join(";").into()
    }

    /// What stands instead: equal values have equal digests.
    fn hide(&self, action: DataProtectionAction, value: &[u8]) -> String {
        match action {
            DataProtectionAction::Substitution => REDACTED.to_owned(),
            DataProtectionAction::Hash => {
                authenticated(&self.key, value).iter().map(|byte| format!("{byte:02x}")).collect()
            }
        }
    }
}

/// HMAC-SHA256 [RFC 2104].
fn authenticated(key: &[u8], text: &[u8]) -> [u8; 32] {
    /// Bytes that SHA-256 takes at once.
    const BLOCK: usize = 64;
    let short = if key.len() > BLOCK { Sha256::digest(key).to_vec() } else { key.to_vec() };
    let padded = |pad: u8| (0..BLOCK).map(|at| short.get(at).copied().unwrap_or(0) ^ pad).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::{Redaction, authenticated};
    use crate::document::DataProtectionAction;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Cases 2 and 6 of RFC 4231: a short key, and one that is longer than a block.
    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(
            hex(&authenticated(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(&authenticated(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn equal_values_of_one_web_acl_have_equal_digests_and_of_two_they_have_not() {
        let hashed = || Redaction {
            headers: vec![("x".to_owned(), DataProtectionAction::Hash)],
            cookies: vec![("sid".to_owned(), DataProtectionAction::Hash)],
            arguments: vec![
                ("token".to_owned(), DataProtectionAction::Hash),
                ("a".to_owned(), DataProtectionAction::Substitution),
            ],
            ..Redaction::default()
        };
        let (one, two) = (hashed().keyed(b"secret", "one"), hashed().keyed(b"secret", "two"));
        let shown = one.value(b"X", b"v").into_owned();
        assert_eq!(shown.len(), 64);
        assert_eq!(one.value(b"cookie", b"a=b; sid=v"), format!("a=b; sid={shown}"));
        assert_eq!(one.query(b"token=v&a=1&b=2"), format!("token={shown}&a=REDACTED&b=2"));
        assert_ne!(two.value(b"x", b"v"), shown);
        assert_ne!(hashed().keyed(b"other", "one").value(b"x", b"v"), shown);
    }
}
