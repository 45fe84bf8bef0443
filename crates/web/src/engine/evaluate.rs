//! What one statement says of the request.

use std::sync::Arc;

use core::net::IpAddr;

use bartizan_inspect::addresses::Addresses;
use bartizan_inspect::{Forwarded, PatternId, Sensitivity, detect_sqli, detect_xss};

use super::budget::DETECTOR_STEPS;
use super::candidates::Texts;
use super::component::Component;
use super::judgment::{Detail, Oversize, Traced};
use super::plan::{Gate, RuleRef};
use super::request::Place;
use super::statement::{Look, Malformed, Node, Source, Test};
use super::verdict::Verdict;
use super::view::{From, ViewId};
use crate::document::{ComparisonOperator, OversizeHandling};

/// The judging of one request.
pub(super) struct Evaluation<'a> {
    pub(super) texts: Texts<'a>,
    /// Labels so far, in full.
    pub(super) labels: Vec<Arc<str>>,
    pub(super) oversize: Oversize,
    /// What detectors found for the rule that is being judged.
    pub(super) details: Vec<Detail>,
    /// The client's place, once somebody asked.
    client: Option<Place>,
    /// What every statement says, if somebody wants to know.
    pub(super) traced: Option<Vec<Traced>>,
    pub(super) rule: RuleRef,
}

/// Why a header names no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    Absent,
    Invalid { fallback: bool },
}

impl Unnamed {
    /// What a statement says then.
    pub(super) const fn verdict(self) -> Verdict {
        match self {
            Self::Absent => Verdict::NotApplicable,
            Self::Invalid { fallback } => Verdict::of(fallback),
        }
    }
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(texts: Texts<'a>, trace: bool) -> Self {
        Self {
            texts,
            labels: Vec::new(),
            oversize: Oversize::default(),
            details: Vec::new(),
            client: None,
            traced: trace.then(Vec::new),
            rule: RuleRef { rule: 0, member: None },
        }
    }

    /// What a statement says. Of `And` and `Or` only as many are asked as it takes, unless somebody wants to know.
    pub(super) fn statement(&mut self, node: &Node) -> Verdict {
        if self.texts.is_exhausted() {
            return Verdict::No;
        }
        let place = self.traced.as_mut().map(|traced| {
            traced.push(Traced { rule: self.rule, path: node.path.to_string(), verdict: Verdict::No });
            traced.len() - 1
        });
        let verdict = self.test(&node.test);
        if let (Some(traced), Some(place)) = (&mut self.traced, place)
            && let Some(entry) = traced.get_mut(place)
        {
            entry.verdict = verdict;
        }
        verdict
    }

    fn test(&mut self, test: &Test) -> Verdict {
        match test {
            Test::Text { look, patterns, patterns_as_text } => match self.look(look) {
                Ok(view) => Verdict::of(self.search(view, if view == look.view { patterns } else { patterns_as_text })),
                Err(verdict) => verdict,
            },
            Test::Sqli { look, sensitivity } => match self.look(look) {
                Ok(view) => Verdict::of(self.sqli(view, *sensitivity)),
                Err(verdict) => verdict,
            },
            Test::Xss { look } => match self.look(look) {
                Ok(view) => Verdict::of(self.xss(view)),
                Err(verdict) => verdict,
            },
            Test::Size { look, operator, size, whole_body } => match self.look(look) {
                Ok(view) => Verdict::of(self.size(view, *operator, *size, *whole_body)),
                Err(verdict) => verdict,
            },
            Test::Geo { source, countries } => {
                self.placed(source, |place| place.country.is_some_and(|country| countries.contains(&country)))
            }
            Test::Asn { source, numbers } => {
                self.placed(source, |place| numbers.contains(&place.asn.unwrap_or_default()))
            }
            Test::Address { source, set } => {
                let Some(set) = self.texts.plan.sets.get(*set) else { return Verdict::No };
                match source {
                    Source::Client => Verdict::of(set.contains(self.texts.request.client)),
                    source => match self.named(source) {
                        Ok(found) => Verdict::of(found.as_slice().iter().any(|one| set.contains(*one))),
                        Err(unnamed) => unnamed.verdict(),
                    },
                }
            }
            Test::Label(test) => Verdict::of(self.labels.iter().any(|label| test.admits(label))),
            Test::All(nodes) => self.fold(nodes, Verdict::Yes, Verdict::and, Verdict::No),
            Test::Any(nodes) => self.fold(nodes, Verdict::No, Verdict::or, Verdict::Yes),
            Test::Not(node) => self.statement(node).not(),
        }
    }

    fn fold(
        &mut self,
        nodes: &[Node],
        first: Verdict,
        join: fn(Verdict, Verdict) -> Verdict,
        settled: Verdict,
    ) -> Verdict {
        let mut verdict = first;
        for node in nodes {
            verdict = join(verdict, self.statement(node));
            if verdict == settled && self.traced.is_none() {
                break;
            }
        }
        verdict
    }

    /// The view to look at, made.
    fn look(&mut self, look: &Look) -> Result<ViewId, Verdict> {
        self.texts.make(look.root);
        let state = self.texts.scratch.views.get(look.root);
        let (present, oversize, malformed) =
            state.map_or((false, false, false), |state| (state.present, state.oversize, state.malformed));
        if oversize {
            self.note_oversize(look.root);
            match look.oversize {
                OversizeHandling::Continue => {}
                OversizeHandling::Match => return Err(Verdict::Yes),
                OversizeHandling::NoMatch => return Err(Verdict::No),
            }
        }
        if !present {
            return Err(Verdict::of(look.missing));
        }
        let view = match look.malformed {
            Malformed::Say(matches) if malformed => return Err(Verdict::of(matches)),
            Malformed::AsText(view) if malformed => view,
            _ => look.view,
        };
        self.texts.make(view);
        Ok(view)
    }

    fn note_oversize(&mut self, root: ViewId) {
        match self.component(root) {
            Some(Component::Body) => self.oversize.body = true,
            Some(Component::Json(_)) => self.oversize.json_body = true,
            Some(Component::Headers(..) | Component::HeaderOrder) => self.oversize.headers = true,
            Some(Component::Cookies(..)) => self.oversize.cookies = true,
            _ => {}
        }
    }

    /// The part of the request that a view shows.
    fn component(&self, view: ViewId) -> Option<&'a Component> {
        let plan = self.texts.plan;
        let root = match &plan.views.get(view)?.from {
            From::Request(component) => return Some(component),
            From::View { root, .. } => *root,
        };
        match &plan.views.get(root)?.from {
            From::Request(component) => Some(component),
            From::View { .. } => None,
        }
    }

    fn search(&mut self, view: ViewId, patterns: &[PatternId]) -> bool {
        self.texts.scan(view);
        let Some(compiled) = self.texts.plan.views.get(view).map(|view| &view.patterns) else { return false };
        let scratch = &mut *self.texts.scratch;
        let Some(state) = scratch.views.get_mut(view) else { return false };
        for (range, seen) in scratch.texts.get(state.texts.clone()).into_iter().flatten().zip(&mut state.seen) {
            let text = scratch.bytes.get(range.clone()).unwrap_or_default();
            let before = seen.work();
            let found = patterns.iter().any(|id| compiled.is_match(*id, text, seen));
            self.texts.steps += seen.work().saturating_sub(before);
            if found {
                return true;
            }
        }
        false
    }

    /// The first pattern of a view, from those of a gate on, that may match; `Err` if the rules have to be asked.
    pub(super) fn next_possible(&mut self, gate: &Gate) -> Result<Option<u32>, ()> {
        self.texts.make(gate.root);
        self.texts.make(gate.view);
        self.texts.scan(gate.view);
        let scratch = &*self.texts.scratch;
        // of a part that is too large the rules take note
        if self.texts.is_exhausted() || scratch.views.get(gate.root).is_none_or(|state| state.oversize) {
            return Err(());
        }
        let (view, state) = (self.texts.plan.views.get(gate.view).ok_or(())?, scratch.views.get(gate.view).ok_or(())?);
        let seen = state.seen.iter().take(state.texts.len());
        let first = seen.filter_map(|seen| view.patterns.next_possible(gate.patterns.start, seen)).min();
        Ok(first.map(PatternId::number))
    }

    fn sqli(&mut self, view: ViewId, sensitivity: Sensitivity) -> bool {
        for number in self.texts.scratch.texts_of(view) {
            let text = self.texts.scratch.text(number);
            let (steps, found) = (text.len() * DETECTOR_STEPS, detect_sqli(text, sensitivity));
            self.texts.steps += steps;
            if let Some(found) = found {
                let level = match sensitivity {
                    Sensitivity::Low => "LOW",
                    Sensitivity::High => "HIGH",
                };
                self.tell(view, "SQL_INJECTION", Some(level), found.tokens);
                return true;
            }
        }
        false
    }

    fn xss(&mut self, view: ViewId) -> bool {
        for number in self.texts.scratch.texts_of(view) {
            let text = self.texts.scratch.text(number);
            let (steps, found) = (text.len() * DETECTOR_STEPS, detect_xss(text));
            self.texts.steps += steps;
            if let Some(found) = found {
                self.tell(view, "XSS", None, found.tokens);
                return true;
            }
        }
        false
    }

    fn tell(
        &mut self,
        view: ViewId,
        condition: &'static str,
        sensitivity: Option<&'static str>,
        matched: Vec<Vec<u8>>,
    ) {
        if let Some(component) = self.component(view) {
            let (location, field) = (component.location(), component.field_name());
            self.details.push(Detail { condition, sensitivity, location, matched, field });
        }
    }

    fn size(&self, view: ViewId, operator: ComparisonOperator, size: u64, whole_body: bool) -> bool {
        let admits = |length: u64| match operator {
            ComparisonOperator::Eq => length == size,
            ComparisonOperator::Ne => length != size,
            ComparisonOperator::Le => length <= size,
            ComparisonOperator::Lt => length < size,
            ComparisonOperator::Ge => length >= size,
            ComparisonOperator::Gt => length > size,
        };
        if whole_body && let Some(length) = self.texts.request.body.length {
            return admits(length);
        }
        let scratch = &*self.texts.scratch;
        let mut lengths = scratch.texts_of(view).map(|number| scratch.text(number).len());
        lengths.any(|length| admits(u64::try_from(length).unwrap_or(u64::MAX)))
    }

    fn placed(&mut self, source: &Source, admits: impl Fn(Place) -> bool) -> Verdict {
        match self.place(source) {
            Ok(place) => Verdict::of(admits(place)),
            Err(verdict) => verdict,
        }
    }

    /// Where an address is.
    ///
    /// # Errors
    /// What a statement says if there is no address.
    pub(super) fn place(&mut self, source: &Source) -> Result<Place, Verdict> {
        let request = self.texts.request;
        match source {
            Source::Client => Ok(*self.client.get_or_insert_with(|| request.atlas.place(request.client))),
            source => match self.named(source) {
                Ok(found) => match found.as_slice().first() {
                    Some(address) => Ok(request.atlas.place(*address)),
                    None => Err(Verdict::No),
                },
                Err(unnamed) => Err(unnamed.verdict()),
            },
        }
    }

    /// The addresses that a header names.
    fn named(&self, source: &Source) -> Result<Addresses, Unnamed> {
        match source {
            Source::Client => Err(Unnamed::Absent),
            Source::Header { name, place, fallback } => {
                match Forwarded::read(self.texts.request.header(name), *place) {
                    Forwarded::Absent => Err(Unnamed::Absent),
                    Forwarded::Invalid => Err(Unnamed::Invalid { fallback: *fallback }),
                    Forwarded::Found(found) => Ok(found),
                }
            }
        }
    }

    /// The one address of a source.
    pub(super) fn address(&self, source: &Source) -> Result<IpAddr, Unnamed> {
        match source {
            Source::Client => Ok(self.texts.request.client),
            source => self.named(source)?.as_slice().first().copied().ok_or(Unnamed::Absent),
        }
    }

    pub(super) fn add_label(&mut self, label: &Arc<str>) {
        if !self.labels.contains(label) {
            self.labels.push(Arc::clone(label));
        }
    }

    /// Adds the labels of the places that the rule has looked at.
    pub(super) fn label_places(&mut self, sources: &[Source]) {
        for source in sources {
            if let Ok(place) = self.place(source) {
                let labels = self.texts.scratch.place_labels(place, !matches!(source, Source::Client));
                labels.iter().for_each(|label| self.add_label(label));
            }
        }
    }
}
