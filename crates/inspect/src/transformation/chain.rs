//! Several transformations, one after another, over buffers that are used again.

use std::ops::Range;

use super::{Outcome, Transformation};
use crate::query::PreParse;

/// Two buffers that transformations write into in turn. Keep one a thread or a request: what it has grown to it keeps.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    one: Vec<u8>,
    two: Vec<u8>,
}

/// Where the bytes are that the next transformation works on.
#[derive(Clone, Copy)]
enum Place {
    Input,
    One,
    Two,
}

impl Scratch {
    /// Applies the transformations in their order. The result borrows from the input if none of them changed anything, and
    /// then nothing was copied.
    pub fn apply<'a>(&'a mut self, chain: &[Transformation], input: &'a [u8]) -> &'a [u8] {
        self.run(chain, input, |one, from, into| one.apply(from, into))
    }

    /// The same for what is done to a query string before it is split.
    pub fn pre_parse<'a>(&'a mut self, chain: &[PreParse], query: &'a [u8]) -> &'a [u8] {
        self.run(chain, query, |one, from, into| one.apply(from, into))
    }

    fn run<'a, T: Copy>(
        &'a mut self,
        chain: &[T],
        input: &'a [u8],
        apply: impl Fn(T, &[u8], &mut Vec<u8>) -> Outcome,
    ) -> &'a [u8] {
        let mut place = Place::Input;
        let mut range = 0..input.len();
        for one in chain {
            let (from, into) = match place {
                Place::Input => (input, &mut self.one),
                Place::One => (self.one.as_slice(), &mut self.two),
                Place::Two => (self.two.as_slice(), &mut self.one),
            };
            match apply(*one, part(from, &range), into) {
                Outcome::Same => {}
                Outcome::Part(inner) => range = range.start + inner.start..range.start + inner.end,
                Outcome::Written => {
                    range = 0..into.len();
                    place = match place {
                        Place::Input | Place::Two => Place::One,
                        Place::One => Place::Two,
                    };
                }
            }
        }
        let all = match place {
            Place::Input => input,
            Place::One => self.one.as_slice(),
            Place::Two => self.two.as_slice(),
        };
        part(all, &range)
    }
}

fn part<'a>(all: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    all.get(range.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Transformation as T;

    #[test]
    fn transformations_follow_one_another() {
        let mut scratch = Scratch::default();
        let chain = [T::UrlDecode, T::Trim, T::HtmlEntityDecode, T::TrimLeft, T::Lowercase, T::None];
        assert_eq!(scratch.apply(&chain, b"%20&#32;&lt;A&gt;+"), b"<a>");
        assert_eq!(scratch.apply(&[T::Trim, T::TrimRight], b"  x y "), b"x y");
        assert_eq!(scratch.apply(&[T::Lowercase, T::Uppercase, T::Lowercase], b"aB"), b"ab");
        assert_eq!(scratch.apply(&[], b"aB"), b"aB");
    }

    #[test]
    fn what_does_not_change_is_not_copied() {
        let input = b"/index.html";
        let mut scratch = Scratch::default();
        let chain: Vec<T> = T::ALL
            .iter()
            .copied()
            .filter(|one| !matches!(one, T::Uppercase | T::HexDecode | T::Base64Decode | T::Base64DecodeExt))
            .filter(|one| !matches!(one, T::Md5 | T::Sha256))
            .collect();
        assert!(std::ptr::eq(scratch.apply(&chain, input), input));
        assert_eq!(scratch.one.capacity() + scratch.two.capacity(), 0);
    }
}
