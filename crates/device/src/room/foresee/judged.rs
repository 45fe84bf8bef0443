//! Behaviors over what was recorded, before and after a change.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Span;

use super::super::rules::{Compiled, Covering, Rules};
use super::super::samples;
use super::recorded::Recorded;
use crate::behavior::Behavior;
use crate::engine::{Comparison, Coverage, LEARNING_DAYS, Replay, Tally, compare, tally};
use crate::lint::{Seen, lint};
use crate::roster::{Amended, Fleet};

/// The world before a change, or after it.
pub(crate) struct Side<'a> {
    compiled: Compiled,
    places: Amended<'a>,
    /// Which profiles cover a thing: asked for every behavior, looked up once.
    known: RefCell<HashMap<Arc<str>, Vec<u16>>>,
}

/// What a change would do to one behavior.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Compared {
    pub(crate) profile: Arc<str>,
    pub(crate) behavior: String,
    pub(crate) comparison: Comparison,
    /// Datapoints that were judged under the behavior as it would be.
    pub(crate) seen: Seen,
    /// What is suspicious about it.
    pub(crate) warning: Option<String>,
    /// Datapoints that would not be judged, because the model has not learned enough.
    pub(crate) unjudged: u64,
}

impl<'a> Side<'a> {
    /// The rules and the fleet after some changes.
    pub(crate) fn new(rules: &Rules, fleet: &'a Fleet, changed: &[Entry]) -> Result<Self, StoreError> {
        let mut rules = rules.clone();
        for entry in changed {
            rules.apply(entry)?;
        }
        Ok(Self { compiled: rules.compile()?, places: Amended::of(fleet, changed)?, known: RefCell::default() })
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// True if a profile, by its index, covers a thing.
    pub(crate) fn covers(&self, profile: u16, thing: &str) -> bool {
        if let Some(covering) = self.known.borrow().get(thing) {
            return covering.contains(&profile);
        }
        let covering = Covering { compiled: &self.compiled, places: &self.places }.covering(thing);
        let covers = covering.contains(&profile);
        self.known.borrow_mut().insert(Arc::from(thing), covering);
        covers
    }

    fn index(&self, profile: &str) -> Option<u16> {
        let index = self.compiled.plan().profiles().iter().position(|named| *named.name == *profile)?;
        u16::try_from(index).ok()
    }

    fn behavior(&self, profile: &str, behavior: &str) -> Option<&Behavior> {
        self.compiled.plan().behavior(profile, behavior)
    }

    /// What a behavior did, or would have done; `None` if it is not there, or covers nothing.
    fn tally(
        &self,
        profile: &str,
        behavior: &str,
        recorded: &Recorded,
        span: Span,
    ) -> Result<Option<Tally>, StoreError> {
        let Some(index) = self.index(profile).filter(|index| self.compiled.is_attached(*index)) else {
            return Ok(None);
        };
        let Some(replay) = Replay::of(self.compiled.plan(), profile, behavior) else { return Ok(None) };
        let measure = samples::measure(replay.measured());
        let covers = |thing: &str| self.covers(index, thing);
        let mut columns =
            |span: Span, sink: &mut dyn FnMut(&bartizan_policy::Columns<'_>)| recorded.replay(&measure, span, sink);
        let warm = if replay.learns() { span.from.plus_days(-LEARNING_DAYS) } else { span.from };
        tally(replay, warm, span, &covers, &mut columns).map(Some)
    }
}

/// Compares every behavior that is another one, or covers other things, than before.
pub(crate) fn compared(
    was: &Side<'_>,
    will: &Side<'_>,
    fleet: &Fleet,
    recorded: &Recorded,
    span: Span,
) -> Result<Vec<Compared>, StoreError> {
    let names = |side: &Side<'_>| -> BTreeMap<(Arc<str>, String), Behavior> {
        let profiles = side.compiled.plan().profiles().iter();
        let behaviors = profiles.flat_map(|profile| {
            profile
                .behaviors
                .iter()
                .map(|behavior| ((Arc::clone(&profile.name), behavior.name.clone()), behavior.clone()))
        });
        behaviors.collect()
    };
    let (before, after) = (names(was), names(will));
    let all: BTreeSet<&(Arc<str>, String)> = before.keys().chain(after.keys()).collect();
    let moved = !will.places.touched().is_empty();
    let mut found = Vec::new();
    for name in all {
        let (profile, behavior) = name;
        let same_cover = !moved && was.compiled.targets_of(profile) == will.compiled.targets_of(profile);
        if same_cover && before.get(name) == after.get(name) {
            continue;
        }
        let then = was.tally(profile, behavior, recorded, span)?;
        let next = will.tally(profile, behavior, recorded, span)?;
        let index = will.index(profile).filter(|index| will.compiled.is_attached(*index));
        let covered: Vec<Arc<str>> =
            fleet.names().filter(|thing| index.is_some_and(|index| will.covers(index, thing))).cloned().collect();
        let comparison = compare(then.as_ref(), next.as_ref(), span, covered.iter());
        let seen =
            next.as_ref().map_or_else(Seen::default, |tally| Seen { judged: tally.judged, violating: tally.violating });
        let stated = will.behavior(profile, behavior);
        found.push(Compared {
            profile: Arc::clone(profile),
            behavior: behavior.clone(),
            comparison,
            seen,
            warning: stated.and_then(|stated| lint(stated, seen)),
            unjudged: next.as_ref().map_or(0, |tally| tally.unjudged),
        });
    }
    Ok(found)
}
