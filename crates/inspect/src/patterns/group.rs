//! Regular expressions that have to be tried at most texts, tried together: one pass tells that none of them matches, which is
//! what is found nearly always.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::pool::Pool;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind};

/// Expressions of a group at most. The automaton of more has many more states.
pub(super) const MEMBERS_MAX: usize = 8;
/// Memory for the states of a group that texts have reached, in bytes, for each thread. Making a state takes about a
/// microsecond, so that this also bounds what a text costs that is made to reach many.
const STATES_BYTES_MAX: usize = 256 << 10;
/// A group whose states had no room so often is not asked any more.
const FAILURES_MAX: u32 = 64;

type Make = Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>;

/// Some expressions as one automaton, whose states are made as texts reach them.
pub(super) struct Group {
    /// The numbers of its expressions among all patterns.
    pub(super) members: Vec<u32>,
    dfa: Arc<DFA>,
    caches: Pool<Cache, Make>,
    failures: AtomicU32,
}

impl Group {
    /// A group of expressions, each with its number; `None` if they cannot be one, so that they are tried one by one.
    pub(super) fn build(expressions: &[(u32, String)]) -> Option<Self> {
        let texts: Vec<&str> = expressions.iter().map(|(_, text)| text.as_str()).collect();
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(STATES_BYTES_MAX)
            .minimum_cache_clear_count(Some(0));
        let dfa = DFA::builder()
            .configure(config)
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(STATES_BYTES_MAX)))
            .build_many(&texts)
            .ok()?;
        let dfa = Arc::new(dfa);
        let making = Arc::clone(&dfa);
        let caches = Pool::new(Box::new(move || making.create_cache()) as Make);
        let members = expressions.iter().map(|(number, _)| *number).collect();
        Some(Self { members, dfa, caches, failures: AtomicU32::new(0) })
    }

    /// True if it is known that none of the expressions matches.
    pub(super) fn finds_nothing(&self, input: &[u8]) -> bool {
        if self.failures.load(Ordering::Relaxed) >= FAILURES_MAX {
            return false;
        }
        let mut cache = self.caches.get();
        match self.dfa.try_search_fwd(&mut cache, &Input::new(input).earliest(true)) {
            Ok(found) => found.is_none(),
            Err(_) => {
                cache.reset(&self.dfa);
                self.failures.fetch_add(1, Ordering::Relaxed);
                false
            }
        }
    }
}
