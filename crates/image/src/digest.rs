//! The digests by which images, manifests and layers are named.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written `sha256:<64 hexadecimal digits>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

/// Why a text is no digest that can be verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Another algorithm. The OCI specification also registers sha512, which no registry hands out.
    #[error("the digest `{0}` is not of sha256; build the image with sha256 digests")]
    Algorithm(String),
    /// Not 64 lower-case hexadecimal digits.
    #[error("`{0}` is no digest; write it as `sha256:` and 64 lower-case hexadecimal digits")]
    Form(String),
}

impl Digest {
    /// Of bytes in memory.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hexadecimal digits, without the algorithm.
    #[must_use]
    pub fn hex(&self) -> String {
        use fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            // A String takes everything.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`DigestError::Form`].
    pub fn from_hex(text: &str) -> Result<Self, DigestError> {
        let wrong = || DigestError::Form(crate::package::shortened(text, 100));
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let shown = || crate::package::shortened(text, 100);
        match text.split_once(':') {
            Some(("sha256", hex)) => Self::from_hex(hex).map_err(|_| DigestError::Form(shown())),
            Some(_) => Err(DigestError::Algorithm(shown())),
            None => Err(DigestError::Form(shown())),
        }
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hashes what is read through it, or only counts it.
pub struct Hashing<R> {
    from: R,
    hash: Option<Sha256>,
    bytes: u64,
}

impl<R> fmt::Debug for Hashing<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<R: Read> Hashing<R> {
    /// Over `from`.
    pub fn new(from: R) -> Self {
        Self { from, hash: Some(Sha256::new()), bytes: 0 }
    }

    /// Over `from`, without a digest.
    pub fn counting(from: R) -> Self {
        Self { from, hash: None, bytes: 0 }
    }

    /// No digest of what comes is wanted any more.
    pub fn forget(&mut self) {
        self.hash = None;
    }

    /// What it reads from, the digest of everything that was read, if it was wanted, and how much that was.
    pub fn into_parts(self) -> (R, Option<Digest>, u64) {
        (self.from, self.hash.map(|hash| Digest(hash.finalize().into())), self.bytes)
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        if let Some(hash) = &mut self.hash {
            hash.update(buffer.get(..count).unwrap_or_default());
        }
        self.bytes += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_and_writes_itself() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        assert_eq!(empty.parse(), Ok(Digest::of(b"")));
        assert_eq!(serde_json::to_string(&Digest::of(b"")).unwrap(), format!("\"{empty}\""));
    }

    #[test]
    fn other_texts_are_refused() {
        let sha512 = format!("sha512:{}", "0".repeat(128));
        assert_eq!(sha512.parse::<Digest>(), Err(DigestError::Algorithm(crate::package::shortened(&sha512, 100))));
        for text in ["", "sha256:", "sha256:00", &format!("sha256:{}", "A".repeat(64)), &"0".repeat(64)] {
            assert_eq!(text.parse::<Digest>(), Err(DigestError::Form(text.to_owned())), "{text}");
        }
        let path = format!("sha256:../{}", "a".repeat(61));
        assert!(path.parse::<Digest>().is_err());
    }
}
