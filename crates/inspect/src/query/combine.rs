//! Arguments of the same name become one, as some web frameworks hand them to the application.

use super::{Argument, arguments};
use crate::transformation::Outcome;

/// In the place of the first argument of a name stand the values of all of that name. Takes time in proportion to n log n.
pub(super) fn apply(query: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let mut all: Vec<(usize, Argument<'_>)> = arguments(query).enumerate().collect();
    // stable: arguments of one name stay in their order
    all.sort_by(|(_, a), (_, b)| lower(a).cmp(lower(b)));
    let mut groups: Vec<&[(usize, Argument<'_>)]> =
        all.chunk_by(|(_, a), (_, b)| a.name.eq_ignore_ascii_case(b.name)).collect();
    if groups.len() == all.len() {
        return Outcome::Same;
    }
    groups.sort_by_key(|group| group.first().map(|(at, _)| *at));
    buffer.clear();
    for group in groups {
        for (number, (_, argument)) in group.iter().enumerate() {
            if number > 0 {
                buffer.push(b',');
            } else {
                if !buffer.is_empty() {
                    buffer.push(b'&');
                }
                buffer.extend_from_slice(argument.name);
                buffer.push(b'=');
            }
            buffer.extend_from_slice(argument.value);
        }
    }
    Outcome::Written
}

fn lower<'a>(argument: &Argument<'a>) -> impl Iterator<Item = u8> + use<'a> {
    argument.name.iter().map(u8::to_ascii_lowercase)
}
