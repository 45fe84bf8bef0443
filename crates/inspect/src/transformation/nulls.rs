use memchr::memchr;

use super::{Outcome, start};

pub(super) fn remove(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = memchr(0, input) else { return Outcome::Same };
    let rest = start(input, at, buffer);
    buffer.extend(rest.iter().filter(|byte| **byte != 0));
    Outcome::Written
}

pub(super) fn replace(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = memchr(0, input) else { return Outcome::Same };
    let rest = start(input, at, buffer);
    buffer.extend(rest.iter().map(|byte| if *byte == 0 { b' ' } else { *byte }));
    Outcome::Written
}
