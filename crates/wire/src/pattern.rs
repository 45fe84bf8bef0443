//! The vendors' regular expressions: matched against the whole string, compiled once.
//!
//! They are spelled in Java's dialect. Matching takes time linear in the text, whatever the pattern.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use regex::{Regex, RegexBuilder};

use crate::{Constraint, Schema, SchemaKind};

mod dialect;

/// The largest compiled pattern, in bytes: Unicode classes under a bounded repetition grow quickly.
pub const COMPILED_BYTES_MAX: usize = 8 << 20;

/// Compiled patterns by spelling; `None` for one that cannot be compiled. Spellings are part of the program, so that
/// this cannot grow with requests.
type Cache = RwLock<BTreeMap<&'static str, Option<Arc<Regex>>>>;

static CACHE: OnceLock<Cache> = OnceLock::new();

/// True when the whole of `text` matches. A spelling that cannot be compiled matches nothing; a test that calls
/// [`broken_in`] finds those.
#[must_use]
pub fn matches(spelled: &'static str, text: &str) -> bool {
    compiled(spelled).is_some_and(|regex| regex.is_match(text))
}

/// Compiles a spelling so that it must match the whole string, whether it says so or not.
///
/// # Errors
/// What is wrong with it. Look-around and back-references cannot be had in linear time and are errors.
pub fn compile(spelled: &str) -> Result<Regex, String> {
    RegexBuilder::new(&format!(r"\A(?:{})\z", dialect::translate(spelled)))
        .size_limit(COMPILED_BYTES_MAX)
        .build()
        .map_err(|error| error.to_string())
}

/// Every pattern in a schema, however deep, that cannot be compiled, with the reason.
#[must_use]
pub fn broken_in(schema: &'static Schema) -> Vec<(&'static str, String)> {
    let mut walk = Walk::default();
    walk.schema(schema);
    let mut broken = walk.broken;
    broken.sort_unstable();
    broken.dedup();
    broken
}

/// The walk over a schema, which may contain itself.
#[derive(Default)]
struct Walk {
    seen: Vec<&'static Schema>,
    broken: Vec<(&'static str, String)>,
}

impl Walk {
    fn schema(&mut self, schema: &'static Schema) {
        if self.seen.iter().any(|seen| std::ptr::eq(*seen, schema)) {
            return;
        }
        self.seen.push(schema);
        match &schema.kind {
            SchemaKind::Structure(members) | SchemaKind::OneOf(members) => {
                for member in *members {
                    self.constraint(&member.constraint);
                    self.schema((member.schema)());
                }
            }
            SchemaKind::List(inner) | SchemaKind::Map(inner) => self.schema(inner()),
            _ => {}
        }
    }

    fn constraint(&mut self, constraint: &Constraint) {
        if let Some(spelled) = constraint.pattern
            && let Err(reason) = compile(spelled)
        {
            self.broken.push((spelled, reason));
        }
        for inner in [constraint.each, constraint.key].into_iter().flatten() {
            self.constraint(inner);
        }
    }
}

fn compiled(spelled: &'static str) -> Option<Arc<Regex>> {
    let cache = CACHE.get_or_init(Cache::default);
    if let Some(known) = cache.read().unwrap_or_else(PoisonError::into_inner).get(spelled) {
        return known.clone();
    }
    let regex = compile(spelled).ok().map(Arc::new);
    cache.write().unwrap_or_else(PoisonError::into_inner).insert(spelled, regex.clone());
    regex
}

#[cfg(test)]
mod tests {
    use super::{compile, matches};

    #[test]
    fn the_whole_string_must_match() {
        for spelled in ["[a-z]+", "^[a-z]+", "[a-z]+$", "^[a-z]+$", "[a-z]|[a-z]+"] {
            let regex = compile(spelled).unwrap();
            assert!(regex.is_match("abc"), "{spelled}");
            for text in ["abc1", "1abc", "abc\n", "\nabc", ""] {
                assert!(!regex.is_match(text), "{spelled} on {text:?}");
            }
        }
    }

    #[test]
    fn a_broken_spelling_matches_nothing() {
        assert!(compile("[a").is_err());
        assert!(!matches("[a", "a"));
        assert!(!matches("[a", "[a"));
    }

    #[test]
    fn a_pattern_too_large_is_refused() {
        assert!(compile(r"[\p{L}\p{N}]{1,100000}").is_err());
    }
}
