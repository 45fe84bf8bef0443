//! The digests by which images, manifests and layers are named.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

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
    hash: Hash,
    bytes: u64,
}

enum Hash {
    /// Not wanted.
    No,
    /// As the bytes go by.
    Here(Sha256),
    /// On another processor.
    Beside(Beside),
}

impl<R> fmt::Debug for Hashing<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<R: Read> Hashing<R> {
    /// Over `from`, hashing on another processor if there is one: for what is read in large pieces.
    pub fn beside(from: R) -> Self {
        let several = std::thread::available_parallelism().is_ok_and(|count| count.get() > 1);
        let beside = if several { Beside::start() } else { None };
        Self { from, hash: beside.map_or_else(|| Hash::Here(Sha256::new()), Hash::Beside), bytes: 0 }
    }

    /// Over `from`, without a digest.
    pub fn counting(from: R) -> Self {
        Self { from, hash: Hash::No, bytes: 0 }
    }

    /// What it reads from, the digest of everything that was read, if it was wanted, and how much that was.
    pub fn into_parts(self) -> (R, Option<Digest>, u64) {
        let digest = match self.hash {
            Hash::No => None,
            Hash::Here(hash) => Some(Digest(hash.finalize().into())),
            Hash::Beside(beside) => beside.finish(),
        };
        (self.from, digest, self.bytes)
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        match &mut self.hash {
            Hash::No => {}
            Hash::Here(hash) => hash.update(bytes),
            Hash::Beside(beside) => beside.update(bytes),
        }
        self.bytes += count as u64;
        Ok(count)
    }
}

/// A thread that hashes. Pieces wait for it in a short queue, and come back to be used again.
struct Beside {
    to: SyncSender<Vec<u8>>,
    back: Receiver<Vec<u8>>,
    thread: JoinHandle<Digest>,
}

/// Pieces that wait; with the largest ones half a megabyte.
const QUEUE: usize = 4;

impl Beside {
    /// `None` if the system gives no thread.
    fn start() -> Option<Self> {
        let (to, pieces) = sync_channel::<Vec<u8>>(QUEUE);
        let (give_back, back) = sync_channel::<Vec<u8>>(2 * QUEUE);
        let work = move || {
            let mut hash = Sha256::new();
            for piece in pieces {
                hash.update(&piece);
                // Nobody need take it back.
                let _ = give_back.try_send(piece);
            }
            Digest(hash.finalize().into())
        };
        let thread = std::thread::Builder::new().name("digest".to_owned()).spawn(work).ok()?;
        Some(Self { to, back, thread })
    }

    fn update(&mut self, bytes: &[u8]) {
        let mut piece = self.back.try_recv().unwrap_or_default();
        piece.clear();
        piece.extend_from_slice(bytes);
        // It fails if the thread has ended, and then there is no digest in the end.
        let _ = self.to.send(piece);
    }

    fn finish(self) -> Option<Digest> {
        drop(self.to);
        self.thread.join().ok()
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
    fn hashing_here_and_beside_is_the_same() {
        let bytes: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let here = Hashing { from: &bytes[..], hash: Hash::Here(Sha256::new()), bytes: 0 };
        for mut hashing in [here, Hashing::beside(&bytes[..])] {
            io::copy(&mut hashing, &mut io::sink()).unwrap();
            let (_, digest, count) = hashing.into_parts();
            assert_eq!((digest, count), (Some(Digest::of(&bytes)), bytes.len() as u64));
        }
        let (_, digest, count) = Hashing::counting(&bytes[..]).into_parts();
        assert_eq!((digest, count), (None, 0));
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
