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
            return hide(action, query).into();
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
            let shown =
                hidden.map_or_else(|| String::from_utf8_lossy(value).into_owned(), |(_, action)| hide(*action, value));
            format!("{}={shown}", String::from_utf8_lossy(name))
        });
        pieces.collect::<Vec<_>>().join("&").into()
    }

    /// A header's value, without what must not be seen of it.
    #[must_use]
    pub fn value<'a>(&self, name: &[u8], value: &'a [u8]) -> Cow<'a, str> {
        if let Some((_, action)) = self.headers.iter().find(|(key, _)| name.eq_ignore_ascii_case(key.as_bytes())) {
            return hide(*action, value).into();
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
                |(_, action)| format!("{name}={}", hide(*action, value.as_bytes())),
            )
        });
        pieces.collect::<Vec<_>>().join(";").into()
    }
}

/// What stands instead: equal values have equal digests.
fn hide(action: DataProtectionAction, value: &[u8]) -> String {
    match action {
        DataProtectionAction::Substitution => REDACTED.to_owned(),
        DataProtectionAction::Hash => Sha256::digest(value).iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
