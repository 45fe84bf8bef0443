use super::{Outcome, start};
use crate::bytes::find;

pub(super) fn lower(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = find(input, |byte| byte.is_ascii_uppercase()) else { return Outcome::Same };
    let rest = start(input, at, buffer);
    buffer.extend(rest.iter().map(u8::to_ascii_lowercase));
    Outcome::Written
}

pub(super) fn upper(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = find(input, |byte| byte.is_ascii_lowercase()) else { return Outcome::Same };
    let rest = start(input, at, buffer);
    buffer.extend(rest.iter().map(u8::to_ascii_uppercase));
    Outcome::Written
}
