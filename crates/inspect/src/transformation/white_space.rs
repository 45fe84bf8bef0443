use super::{Outcome, start};
use crate::bytes::find;

/// The no-break space of Latin-1, which the vendor counts as white space.
const NO_BREAK_SPACE: u8 = 160;

const fn is_white(byte: u8) -> bool {
    crate::bytes::is_space(byte) || byte == NO_BREAK_SPACE
}

pub(super) fn compress(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    // a single space stays a space
    let other = find(input, |byte| is_white(byte) && byte != b' ');
    let twice = memchr::memmem::find(input, b"  ");
    let Some(at) = [other, twice].into_iter().flatten().min() else { return Outcome::Same };
    let mut in_white = at > 0 && input.get(at - 1).is_some_and(|byte| is_white(*byte));
    for byte in start(input, at, buffer) {
        if !is_white(*byte) {
            buffer.push(*byte);
            in_white = false;
        } else if !in_white {
            buffer.push(b' ');
            in_white = true;
        }
    }
    Outcome::Written
}

pub(super) fn remove(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = find(input, is_white) else { return Outcome::Same };
    let rest = start(input, at, buffer);
    buffer.extend(rest.iter().filter(|byte| !is_white(**byte)));
    Outcome::Written
}
