//! Violations that hold, by their beginning, by thing and by profile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_wire::Timestamp;

use crate::behavior::{Behavior, ConfidenceLevel, MetricValue};
use crate::engine::{Verdict, ViolationId};

/// A violation that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveViolation {
    /// Names it.
    pub id: ViolationId,
    /// Whose.
    pub thing: Arc<str>,
    /// Of which profile.
    pub profile: Arc<str>,
    /// The behavior as it stands now.
    pub behavior: Arc<Behavior>,
    /// The last value that violated it.
    pub value: Option<MetricValue>,
    /// Of detection by a model.
    pub confidence: Option<ConfidenceLevel>,
    /// When it began.
    pub started: Timestamp,
    /// When it was violated last.
    pub last: Timestamp,
}

/// Where one stands in a list: the newest first, of one instant by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(std::cmp::Reverse<i64>, ViolationId);

impl Place {
    /// As a part of a token.
    #[must_use]
    pub fn seal(self) -> String {
        format!("{}-{}", self.0.0, self.1)
    }

    /// From a part of a token.
    #[must_use]
    pub fn open(text: &str) -> Option<Self> {
        let (started, id) = text.rsplit_once('-')?;
        Some(Self(std::cmp::Reverse(started.parse().ok()?), id.parse().ok()?))
    }
}

/// All violations of a realm that hold.
#[derive(Debug, Default)]
pub struct Actives {
    all: BTreeMap<Place, ActiveViolation>,
    started: BTreeMap<ViolationId, i64>,
    of_thing: BTreeMap<Arc<str>, BTreeSet<Place>>,
    of_profile: BTreeMap<Arc<str>, BTreeSet<Place>>,
}

impl Actives {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// One holds, or still holds.
    pub fn hold(&mut self, verdict: &Verdict, behavior: &Behavior) {
        let place = Place(std::cmp::Reverse(verdict.started.0), verdict.id);
        if let Some(known) = self.all.get_mut(&place) {
            known.value.clone_from(&verdict.value);
            known.confidence = verdict.confidence;
            known.last = verdict.at;
            return;
        }
        self.started.insert(verdict.id, verdict.started.0);
        self.of_thing.entry(Arc::clone(&verdict.thing)).or_default().insert(place);
        self.of_profile.entry(Arc::clone(&verdict.profile)).or_default().insert(place);
        let violation = ActiveViolation {
            id: verdict.id,
            thing: Arc::clone(&verdict.thing),
            profile: Arc::clone(&verdict.profile),
            behavior: Arc::new(behavior.clone()),
            value: verdict.value.clone(),
            confidence: verdict.confidence,
            started: verdict.started,
            last: verdict.at,
        };
        self.all.insert(place, violation);
    }

    /// One holds no longer.
    pub fn end(&mut self, id: ViolationId) {
        let Some(started) = self.started.remove(&id) else { return };
        let place = Place(std::cmp::Reverse(started), id);
        let Some(violation) = self.all.remove(&place) else { return };
        for (index, name) in [(&mut self.of_thing, &violation.thing), (&mut self.of_profile, &violation.profile)] {
            let places = index.get_mut(name);
            if places.is_some_and(|places| places.remove(&place) && places.is_empty()) {
                index.remove(name);
            }
        }
    }

    /// One by its id.
    #[must_use]
    pub fn find(&self, id: ViolationId) -> Option<&ActiveViolation> {
        self.all.get(&Place(std::cmp::Reverse(*self.started.get(&id)?), id))
    }

    /// The behaviors of a profile are others now.
    pub fn renew<'a>(&mut self, behavior: impl Fn(&ActiveViolation) -> Option<&'a Behavior>) {
        for violation in self.all.values_mut() {
            if let Some(behavior) = behavior(violation).filter(|behavior| **behavior != *violation.behavior) {
                violation.behavior = Arc::new(behavior.clone());
            }
        }
    }

    /// Those of a thing, of a profile, of both or all, strictly after a place, newest first.
    pub fn list<'a>(
        &'a self,
        thing: Option<&str>,
        profile: Option<&'a str>,
        after: Option<Place>,
    ) -> Box<dyn Iterator<Item = (Place, &'a ActiveViolation)> + 'a> {
        use std::ops::Bound::{Excluded, Unbounded};

        let from = after.map_or(Unbounded, Excluded);
        let index = match (thing, profile) {
            (Some(thing), _) => Some(self.of_thing.get(thing)),
            (None, Some(profile)) => Some(self.of_profile.get(profile)),
            (None, None) => None,
        };
        match index {
            None => Box::new(self.all.range((from, Unbounded)).map(|(place, violation)| (*place, violation))),
            Some(places) => Box::new(
                places
                    .into_iter()
                    .flat_map(move |places| places.range((from, Unbounded)))
                    .filter_map(|place| self.all.get(place).map(|violation| (*place, violation)))
                    .filter(move |(_, violation)| profile.is_none_or(|profile| *violation.profile == *profile)),
            ),
        }
    }
}
