//! [`Holders`]: whom certificates stand for.

use std::collections::HashMap;
use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_wire::Timestamp;

use crate::certificate::{Certificate, CertificateStatus};

/// Whom a registered certificate stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// It may be used to connect. A certificate that is not active never is.
    pub active: bool,
    /// From then on it is valid.
    pub not_before: Timestamp,
    /// Until then it is valid.
    pub not_after: Timestamp,
    /// The things, in order; empty until it is attached to one.
    pub things: Box<[Arc<str>]>,
}

impl Holder {
    /// True if it admits its things at this time.
    #[must_use]
    pub fn admits(&self, now: Timestamp) -> bool {
        self.active && self.not_before <= now && now <= self.not_after
    }
}

/// Holders by the certificate's digest.
#[derive(Debug, Clone, Default)]
pub(super) struct Holders(HashMap<[u8; 32], Holder>);

impl Holders {
    pub(super) fn find(&self, certificate: &str) -> Option<&Holder> {
        self.0.get(&digest(certificate)?)
    }

    pub(super) fn set(&mut self, id: &str, next: Option<Certificate>) -> Result<(), StoreError> {
        let key = digest(id).ok_or_else(|| StoreError::Damaged(format!("`{id}` is not the id of a certificate")))?;
        match next {
            Some(next) => {
                let things = next.things.iter().map(|name| Arc::from(name.as_str())).collect();
                let active = next.status == CertificateStatus::Active;
                self.0.insert(key, Holder { active, not_before: next.not_before, not_after: next.not_after, things });
            }
            None => {
                self.0.remove(&key);
            }
        }
        Ok(())
    }
}

/// Sixty-four hexadecimal digits as bytes.
fn digest(id: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if id.len() != 64 || !id.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(id.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}
