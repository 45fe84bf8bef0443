//! New [`LockToken`]s.

use std::fmt::Write;

use crate::{LockToken, StoreError};

impl LockToken {
    /// A token that nobody has seen before and nobody can guess: a version 4 UUID (RFC 9562, section 5.4).
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn mint() -> Result<Self, StoreError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| StoreError::Failed(format!("the system gives no random bytes: {error}")))?;
        Ok(Self::from_random(bytes))
    }

    /// The version 4 UUID made of these bytes, of which six bits say version and variant.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut text = String::with_capacity(36);
        for (place, byte) in bytes.into_iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            let byte = match place {
                6 => (byte & 0x0f) | 0x40,
                8 => (byte & 0x3f) | 0x80,
                _ => byte,
            };
            // writing to a string does not fail
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_form_of_a_version_4_uuid() {
        assert_eq!(LockToken::from_random([0xff; 16]).0, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(LockToken::from_random([0; 16]).0, "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn is_new_each_time() {
        assert_ne!(LockToken::mint().unwrap(), LockToken::mint().unwrap());
    }
}
