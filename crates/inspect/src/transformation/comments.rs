use memchr::memmem;

use super::{Outcome, copy_until, start};
use crate::bytes::ByteSet;

pub(super) fn replace(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let begin = |text: &[u8]| memmem::find(text, b"/*");
    let Some(at) = begin(input) else { return Outcome::Same };
    let mut rest = start(input, at, buffer);
    loop {
        buffer.push(b' ');
        let inside = rest.get(2..).unwrap_or_default();
        let Some(after) = memmem::find(inside, b"*/").and_then(|end| inside.get(end + 2..)) else {
            return Outcome::Written;
        };
        let Some(next) = copy_until(after, begin(after), buffer) else { return Outcome::Written };
        rest = next;
    }
}

const MARK: ByteSet = ByteSet::of(b"/*<-#");

pub(super) fn remove_marks(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let mut at = 0;
    // most text has a `/` or `-` somewhere and no mark
    let first = loop {
        let rest = input.get(at..).unwrap_or_default();
        let Some(next) = MARK.find(rest) else { return Outcome::Same };
        at += next;
        if mark(rest.get(next..).unwrap_or_default()) > 0 {
            break at;
        }
        at += 1;
    };
    let mut rest = start(input, first, buffer);
    while let [byte, tail @ ..] = rest {
        match mark(rest) {
            0 => {
                buffer.push(*byte);
                let Some(next) = copy_until(tail, MARK.find(tail), buffer) else { return Outcome::Written };
                rest = next;
            }
            length => rest = rest.get(length..).unwrap_or_default(),
        }
    }
    Outcome::Written
}

/// The length of the mark at the front, 0 if there is none.
fn mark(text: &[u8]) -> usize {
    match text {
        [b'<', b'!', b'-', b'-', ..] => 4,
        [b'-', b'-', b'>', ..] => 3,
        [b'/', b'*', ..] | [b'*', b'/', ..] | [b'-', b'-', ..] => 2,
        [b'#', ..] => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Scratch, Transformation as T};

    #[test]
    fn a_comment_is_one_space() {
        let mut scratch = Scratch::default();
        assert_eq!(scratch.apply(&[T::ReplaceComments], b"Before /* x */ After"), b"Before   After");
        assert_eq!(scratch.apply(&[T::ReplaceComments], b"a/**/b/*/c*/d/*"), b"a b d ");
        assert_eq!(scratch.apply(&[T::ReplaceComments], b"a*/b"), b"a*/b");
    }

    #[test]
    fn marks_go_and_text_stays() {
        let mut scratch = Scratch::default();
        assert_eq!(scratch.apply(&[T::RemoveCommentsChar], b"/* TestCase */"), b" TestCase ");
        assert_eq!(scratch.apply(&[T::RemoveCommentsChar], b"<!--a-->b--c#d<!-e-/f*"), b"abcd<!-e-/f*");
        assert_eq!(scratch.apply(&[T::RemoveCommentsChar], b"a-b/c*d<e"), b"a-b/c*d<e");
    }
}
