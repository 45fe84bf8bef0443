use super::Outcome;
use crate::bytes::is_space;

pub(super) fn both(input: &[u8], _: &mut Vec<u8>) -> Outcome {
    let left = leading(input);
    if left == input.len() { part(input, 0, 0) } else { part(input, left, kept(input)) }
}

pub(super) fn left(input: &[u8], _: &mut Vec<u8>) -> Outcome {
    part(input, leading(input), input.len())
}

pub(super) fn right(input: &[u8], _: &mut Vec<u8>) -> Outcome {
    part(input, 0, kept(input))
}

/// How many bytes of white space are at the front.
fn leading(input: &[u8]) -> usize {
    input.iter().take_while(|byte| is_space(**byte)).count()
}

/// How many bytes are left without the white space at the end.
fn kept(input: &[u8]) -> usize {
    input.len() - input.iter().rev().take_while(|byte| is_space(**byte)).count()
}

fn part(input: &[u8], from: usize, to: usize) -> Outcome {
    if from == 0 && to == input.len() { Outcome::Same } else { Outcome::Part(from..to) }
}
