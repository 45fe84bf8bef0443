//! What is large is kept as JSON in zstd behind a format byte.

use std::io::Read as _;

use bartizan_ledger::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The first byte: which form follows.
const FORMAT: u8 = 1;
/// zstd's own default: an inventory shrinks to a tenth in a millisecond.
const LEVEL: i32 = 3;
/// Bytes of one packed value when unpacked: ten times the largest inventory that is taken.
const UNPACKED_BYTES_MAX: u64 = 128 << 20;

/// Packs a value.
///
/// # Errors
/// When it cannot be written, which does not depend on the value.
pub fn pack(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let failed = |why: String| StoreError::Failed(format!("a value could not be packed: {why}"));
    let text = serde_json::to_vec(value).map_err(|error| failed(error.to_string()))?;
    let mut packed = vec![FORMAT];
    packed.extend(zstd::bulk::compress(&text, LEVEL).map_err(|error| failed(error.to_string()))?);
    Ok(packed)
}

/// Reads what [`pack`] made.
///
/// # Errors
/// For anything else.
pub fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Result<T, StoreError> {
    let damaged = |why: String| StoreError::Damaged(format!("a packed value cannot be read: {why}"));
    let [FORMAT, rest @ ..] = packed else { return Err(damaged("its format is not known".to_owned())) };
    let mut text = Vec::new();
    zstd::stream::read::Decoder::new(rest)
        .and_then(|decoder| decoder.take(UNPACKED_BYTES_MAX).read_to_end(&mut text))
        .map_err(|error| damaged(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let value = vec!["one".to_owned(), "two".repeat(1000)];
        let packed = pack(&value).unwrap();
        assert!(packed.len() < 200);
        assert_eq!(unpack::<Vec<String>>(&packed).unwrap(), value);
        for broken in [&b""[..], b"\x02abc", b"\x01abc", &packed[..packed.len() - 3]] {
            assert!(unpack::<Vec<String>>(broken).is_err());
        }
    }
}
