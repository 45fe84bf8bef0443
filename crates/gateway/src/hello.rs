//! What a client's first TLS message says, and the fingerprints JA3 and JA4 of it.

mod fingerprint;
mod parse;

pub(crate) use fingerprint::Fingerprints;

/// A ClientHello, as far as fingerprints need it [RFC 8446, 4.1.2]. Lists keep the order of the message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hello {
    version: u16,
    ciphers: Vec<u16>,
    extensions: Vec<u16>,
    groups: Vec<u16>,
    point_formats: Vec<u8>,
    signatures: Vec<u16>,
    versions: Vec<u16>,
    /// The first protocol that ALPN names.
    protocol: Option<Vec<u8>>,
}

/// Both fingerprints of a ClientHello in the bytes that a client sent first; `None` if there is none.
#[must_use]
pub fn fingerprints(sent: &[u8]) -> Option<(String, String)> {
    let hello = Hello::read(sent)?;
    let Fingerprints { ja3, ja4 } = Fingerprints::of(&hello);
    Some((ja3, ja4))
}
