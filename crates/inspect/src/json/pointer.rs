//! Which elements are inspected.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::JsonScratch;
use super::scan::{DEPTH_MAX, Event, Malformed, scan};
use crate::window::Scope;

/// Why a text is no JSON pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    /// It does not begin with `/`.
    #[error("a path begins with `/`")]
    NoSlash,
    /// A `~` has neither `0` nor `1` behind it.
    #[error("`~` is written as `~0`, and `/` in a key as `~1`")]
    Tilde,
}

/// Selects keys and values of a body (`JsonMatchPattern` and `JsonMatchScope` of the API).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonSelector {
    /// The tree of paths, the root first; a path ends at a node that is selected with all below it.
    nodes: Vec<Node>,
    scope: Scope,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    selected: bool,
    children: BTreeMap<Vec<u8>, usize>,
}

/// Where a value is: at a node of the tree, in what is selected, or nowhere.
#[derive(Debug, Clone, Copy)]
enum Place {
    Selected,
    At(usize),
    Nowhere,
}

/// A container on the way.
#[derive(Debug, Clone, Copy)]
struct Frame {
    place: Place,
    /// The number of the next element, in an array.
    next: Option<u32>,
    /// Where the value of the last key is.
    value: Place,
}

impl JsonSelector {
    /// Selects everything.
    #[must_use]
    pub fn all(scope: Scope) -> Self {
        Self { nodes: vec![Node { selected: true, children: BTreeMap::new() }], scope }
    }

    /// Selects what these JSON pointers (RFC 6901) point to and all that is in it. The last key of a path is not selected
    /// itself. `/` alone is the whole body.
    ///
    /// # Errors
    /// One of them is no JSON pointer.
    pub fn paths<'a>(paths: impl IntoIterator<Item = &'a str>, scope: Scope) -> Result<Self, PointerError> {
        let mut selector = Self { nodes: vec![Node::default()], scope };
        for path in paths {
            let keys = path.strip_prefix('/').ok_or(PointerError::NoSlash)?;
            let mut at = 0;
            for key in keys.split('/').filter(|_| !keys.is_empty()) {
                at = selector.child(at, unescape(key)?);
            }
            if let Some(node) = selector.nodes.get_mut(at) {
                node.selected = true;
            }
        }
        Ok(selector)
    }

    fn child(&mut self, at: usize, key: Vec<u8>) -> usize {
        let new = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let child = *node.children.entry(key).or_insert(new);
        if child == new {
            self.nodes.push(Node::default());
        }
        child
    }

    /// Hands every selected key and value to `inspect`, until it breaks off. Strings are handed over with their escapes decoded,
    /// other values as they are written.
    ///
    /// # Errors
    /// The body is not JSON; what came before that was handed over.
    pub fn each(
        &self,
        body: &[u8],
        scratch: &mut JsonScratch,
        mut inspect: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Malformed> {
        let mut frames = [Frame { place: Place::Nowhere, next: None, value: Place::Nowhere }; DEPTH_MAX];
        let mut depth = 0_usize;
        scan(body, scratch, &mut |event| {
            let place = match depth.checked_sub(1).and_then(|top| frames.get_mut(top)) {
                None => self.node(0),
                Some(frame) => match event {
                    Event::Key(key) => {
                        frame.value = self.below(frame.place, key);
                        frame.place
                    }
                    Event::Value(_) | Event::Open(_) => frame.take(self),
                    Event::Close => Place::Nowhere,
                },
            };
            match event {
                Event::Open(array) => {
                    if let Some(frame) = frames.get_mut(depth) {
                        *frame = Frame { place, next: array.then_some(0), value: Place::Nowhere };
                    }
                    depth += 1;
                    ControlFlow::Continue(())
                }
                Event::Close => {
                    depth = depth.saturating_sub(1);
                    ControlFlow::Continue(())
                }
                Event::Key(key) if matches!(place, Place::Selected) && self.scope.keys() => inspect(key),
                Event::Value(value) if matches!(place, Place::Selected) && self.scope.values() => inspect(value),
                Event::Key(_) | Event::Value(_) => ControlFlow::Continue(()),
            }
        })
    }

    fn node(&self, at: usize) -> Place {
        if self.nodes.get(at).is_some_and(|node| node.selected) { Place::Selected } else { Place::At(at) }
    }

    fn below(&self, place: Place, key: &[u8]) -> Place {
        match place {
            Place::Selected => Place::Selected,
            Place::Nowhere => Place::Nowhere,
            Place::At(at) => {
                let child = self.nodes.get(at).and_then(|node| node.children.get(key));
                child.map_or(Place::Nowhere, |child| self.node(*child))
            }
        }
    }
}

impl Frame {
    /// Where the value is that comes next.
    fn take(&mut self, selector: &JsonSelector) -> Place {
        let Some(number) = self.next else {
            return std::mem::replace(&mut self.value, Place::Nowhere);
        };
        self.next = number.checked_add(1);
        match self.place {
            Place::At(_) => {
                let mut digits = [0; 10];
                selector.below(self.place, decimal(number, &mut digits))
            }
            place => place,
        }
    }
}

/// The digits of a number.
fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + number.to_le_bytes()[0].wrapping_sub((number / 10).wrapping_mul(10).to_le_bytes()[0]);
        number /= 10;
        count += 1;
        if number == 0 {
            break;
        }
    }
    digits.get(digits.len() - count..).unwrap_or_default()
}

fn unescape(key: &str) -> Result<Vec<u8>, PointerError> {
    let mut bytes = key.bytes();
    let mut out = Vec::with_capacity(key.len());
    while let Some(byte) = bytes.next() {
        out.push(match (byte, byte == b'~') {
            (byte, false) => byte,
            (_, true) => match bytes.next() {
                Some(b'0') => b'~',
                Some(b'1') => b'/',
                _ => return Err(PointerError::Tilde),
            },
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 7, 10, 99, 100, 65_536, u32::MAX] {
            assert_eq!(decimal(number, &mut [0; 10]), number.to_string().as_bytes());
        }
    }
}
