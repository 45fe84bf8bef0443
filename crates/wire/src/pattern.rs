//! The vendors' regular expressions: matched against the whole string, compiled once.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use regex::{Regex, RegexBuilder};

/// The largest compiled pattern, in bytes: Unicode classes under a bounded repetition grow quickly.
pub const COMPILED_BYTES_MAX: usize = 8 << 20;

/// Compiled patterns by spelling; `None` for one that cannot be compiled. Spellings are part of the program, so that
/// this cannot grow with requests.
type Cache = RwLock<BTreeMap<&'static str, Option<Arc<Regex>>>>;

static CACHE: OnceLock<Cache> = OnceLock::new();

/// True when the whole of `text` matches. A spelling that cannot be compiled matches nothing.
#[must_use]
pub fn matches(spelled: &'static str, text: &str) -> bool {
    compiled(spelled).is_some_and(|regex| regex.is_match(text))
}

/// Compiles a spelling so that it must match the whole string.
///
/// # Errors
/// What is wrong with it.
pub fn compile(spelled: &str) -> Result<Regex, String> {
    RegexBuilder::new(&format!(r"\A(?:{spelled})\z"))
        .size_limit(COMPILED_BYTES_MAX)
        .build()
        .map_err(|error| error.to_string())
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
