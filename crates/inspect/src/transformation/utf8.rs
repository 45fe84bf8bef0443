use std::io::Write;

use super::{Outcome, start};
use crate::bytes::find;

pub(super) fn to_unicode(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = find(input, |byte| byte >= 0x80) else { return Outcome::Same };
    // what is no UTF-8 stays as it is
    for chunk in start(input, at, buffer).utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_ascii() {
                buffer.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                let written = write!(buffer, "%u{:04x}", u32::from(character));
                debug_assert!(written.is_ok(), "writing into memory does not fail");
            }
        }
        buffer.extend_from_slice(chunk.invalid());
    }
    Outcome::Written
}
