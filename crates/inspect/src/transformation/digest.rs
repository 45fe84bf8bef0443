//! Digests as raw bytes: a statement that compares them has raw bytes too.

use md5::Md5;
use sha2::{Digest, Sha256};

use super::Outcome;

pub(super) fn md5(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    write::<Md5>(input, buffer)
}

pub(super) fn sha256(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    write::<Sha256>(input, buffer)
}

fn write<D: Digest>(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    buffer.clear();
    buffer.extend_from_slice(&D::digest(input));
    Outcome::Written
}

#[cfg(test)]
mod tests {
    use super::super::Transformation;

    fn hex(transformation: Transformation, input: &[u8]) -> String {
        let mut buffer = Vec::new();
        transformation.apply(input, &mut buffer);
        buffer.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_are_the_published_ones() {
        // RFC 1321, A.5, and FIPS 180-2, B.1
        assert_eq!(hex(Transformation::Md5, b"abc"), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(
            hex(Transformation::Sha256, b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
