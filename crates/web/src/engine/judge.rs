//! The course of one request through the rules.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::action::{Action, ActionKind, Inserts};
use super::candidates::Texts;
use super::evaluate::{Evaluation, Unnamed};
use super::judgment::{
    Counted, Detail, Ending, GroupOutcome, Inserted, Judgment, KeyValue, Limited, Terminated, TokenOutcome, Traced,
};
use super::plan::{Group, Plan, Rule, RuleRef, What};
use super::rate::{Counter, Rates, push_address, push_invalid};
use super::rate_key::{KeyPart, Rate, RateKey};
use super::request::Request;
use super::scratch::Scratch;
use super::token::Proof;
use super::verdict::Verdict;

/// What is remembered from one request to the next, for one reader of a plan.
#[derive(Debug, Default)]
pub struct State {
    /// Memory.
    pub scratch: Scratch,
    /// Counts of rate-based rules.
    pub rates: Rates,
}

impl State {
    /// Nothing was judged yet.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        Self { scratch: Scratch::default(), rates: Rates::new(plan) }
    }
}

/// How much is wanted of a judgment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// What every statement says. Rules behind the one that ends the request are not asked in any case.
    pub trace: bool,
}

/// Judges a request.
#[must_use]
pub fn judge(plan: &Plan, state: &mut State, request: &Request<'_>) -> Judgment {
    judge_with(plan, &mut state.scratch, &mut state.rates, request, Asked::default())
}

/// The same with counts that are elsewhere, and with what every statement says.
#[must_use]
pub fn judge_with(
    plan: &Plan,
    scratch: &mut Scratch,
    counter: &mut dyn Counter,
    request: &Request<'_>,
    asked: Asked,
) -> Judgment {
    scratch.begin(plan.views.len());
    let texts = Texts { plan, request, scratch, steps: 0 };
    let mut course = Course { evaluation: Evaluation::new(texts, asked.trace), counter, out: Judgment::new() };
    let mut number = 0;
    let mut ended = ControlFlow::Continue(());
    while ended.is_continue() {
        number = course.next(number, |number| plan.rules.get(number));
        let Some(rule) = plan.rules.get(number) else { break };
        ended = course.rule(number, rule);
        number += 1;
    }
    let Course { evaluation, mut out, .. } = course;
    out.exhausted = evaluation.texts.is_exhausted();
    out.steps = evaluation.texts.steps;
    out.labels = evaluation.labels;
    out.oversize = evaluation.oversize;
    out.traced = evaluation.traced.unwrap_or_default();
    if ended.is_continue() && !out.exhausted {
        match &plan.default {
            Action::Block(response) => {
                out.ending = Ending::Block;
                out.response = Some(Arc::clone(response));
            }
            Action::Allow(inserts) => insert(&mut out.inserted, inserts),
            _ => {}
        }
    }
    if out.ending != Ending::Allow {
        out.inserted.clear();
    }
    out
}

struct Course<'a> {
    evaluation: Evaluation<'a>,
    counter: &'a mut dyn Counter,
    out: Judgment,
}

/// What comes of a rule that matches.
enum Effect {
    Goes(Counted),
    Ends(Terminated),
}

impl Course<'_> {
    /// The first rule of a list, from this one on, that may match as far as texts tell.
    fn next<'r>(&mut self, mut number: usize, rule: impl Fn(usize) -> Option<&'r Rule>) -> usize {
        // whoever wants to know what every statement says has every statement asked
        while self.evaluation.traced.is_none()
            && let Some(gate) = rule(number).and_then(|rule| rule.gate.as_ref())
            && let Ok(possible) = self.evaluation.next_possible(gate)
        {
            let before = |number: &usize| {
                let gate = rule(*number).and_then(|rule| rule.gate.as_ref());
                possible.is_none_or(|possible| gate.is_some_and(|gate| gate.patterns.end <= possible))
            };
            let next = (number..gate.until).find(|number| !before(number)).unwrap_or(gate.until);
            if next < gate.until {
                return next;
            }
            number = next;
        }
        number
    }

    fn rule(&mut self, number: usize, rule: &Rule) -> ControlFlow<()> {
        let at = RuleRef { rule: number, member: None };
        match &rule.what {
            What::Group(group) => return self.group(number, rule, group),
            What::Match { action, .. } | What::Rate { action, .. } => {
                if !self.matches(at, rule) {
                    return self.spent();
                }
                match self.effect(at, rule, action, None) {
                    Effect::Goes(counted) => self.out.counted.push(counted),
                    Effect::Ends(ended) => {
                        self.end(at, action, ended.details);
                        return ControlFlow::Break(());
                    }
                }
            }
        }
        self.spent()
    }

    fn spent(&self) -> ControlFlow<()> {
        if self.evaluation.texts.is_exhausted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// True if the rule matches; then it has put its labels on the request.
    fn matches(&mut self, at: RuleRef, rule: &Rule) -> bool {
        let evaluation = &mut self.evaluation;
        evaluation.rule = at;
        evaluation.details.clear();
        let verdict = match &rule.what {
            What::Match { statement, .. } => evaluation.statement(statement),
            What::Rate { rate, .. } => self.rate(at, rate),
            What::Group(_) => Verdict::No,
        };
        let evaluation = &mut self.evaluation;
        evaluation.label_places(&rule.places);
        if verdict == Verdict::Yes && !evaluation.texts.is_exhausted() {
            rule.labels.iter().for_each(|label| evaluation.add_label(label));
            return true;
        }
        false
    }

    fn group(&mut self, number: usize, rule: &Rule, group: &Group) -> ControlFlow<()> {
        let at = RuleRef { rule: number, member: None };
        if let Some(scope_down) = &group.scope_down {
            self.evaluation.rule = at;
            let verdict = self.evaluation.statement(scope_down);
            self.evaluation.label_places(&rule.places);
            if verdict != Verdict::Yes {
                return self.spent();
            }
        }
        let mut outcome = GroupOutcome { rule: number, terminated: None, counted: Vec::new(), excluded: Vec::new() };
        let mut ending = None;
        let mut place = 0;
        loop {
            place = self.next(place, |place| group.members.get(place).map(|member| &member.rule));
            let Some(member) = group.members.get(place) else { break };
            let at = RuleRef { rule: number, member: Some(place) };
            place += 1;
            if !self.matches(at, &member.rule) {
                self.spent()?;
                continue;
            }
            let (What::Match { action, .. } | What::Rate { action, .. }) = &member.rule.what else { continue };
            match self.effect(at, &member.rule, action, member.overridden) {
                Effect::Goes(_) if member.excluded => outcome.excluded.push(at),
                Effect::Goes(counted) => outcome.counted.push(counted),
                Effect::Ends(ended) => {
                    outcome.terminated = Some(ended);
                    ending = Some(action);
                    break;
                }
            }
        }
        let is_ended = ending.is_some();
        if is_ended || !outcome.counted.is_empty() || !outcome.excluded.is_empty() {
            self.out.groups.push(outcome);
        }
        match (&group.counted, ending) {
            (Some(inserts), Some(_)) => {
                insert(&mut self.out.inserted, inserts);
                let action = ActionKind::Count;
                self.out.counted.push(Counted { rule: at, action, details: Vec::new(), overridden: None, token: None });
                self.spent()
            }
            (None, Some(action)) => {
                self.end(at, action, Vec::new());
                ControlFlow::Break(())
            }
            (_, None) => self.spent(),
        }
    }

    /// What the rule does, without ending the request yet.
    fn effect(&mut self, at: RuleRef, rule: &Rule, action: &Action, overridden: Option<ActionKind>) -> Effect {
        let details = std::mem::take(&mut self.evaluation.details);
        let kind = action.kind();
        let goes =
            |details: Vec<Detail>, token| Effect::Goes(Counted { rule: at, action: kind, details, overridden, token });
        let ends = |details: Vec<Detail>| Effect::Ends(Terminated { rule: at, action: kind, details, overridden });
        let (inserts, proof, immunity_ms) = match action {
            Action::Allow(_) | Action::Block(_) => return ends(details),
            Action::Count(inserts) => {
                insert(&mut self.out.inserted, inserts);
                return goes(details, None);
            }
            Action::Captcha(inserts) => (inserts, Proof::Puzzle, rule.captcha_ms),
            Action::Challenge(inserts) => (inserts, Proof::Challenge, rule.challenge_ms),
        };
        let request = self.evaluation.texts.request;
        let (outcome, effect) = match request.token.check(proof, request.at, immunity_ms) {
            Ok(given) => {
                insert(&mut self.out.inserted, inserts);
                (TokenOutcome { given: Some(given), failure: None }, goes(details, Some(given)))
            }
            Err((failure, given)) => (TokenOutcome { given, failure: Some(failure) }, ends(details)),
        };
        match proof {
            Proof::Puzzle => self.out.captcha = Some(outcome),
            Proof::Challenge => self.out.challenge = Some(outcome),
        }
        effect
    }

    fn end(&mut self, at: RuleRef, action: &Action, details: Vec<Detail>) {
        self.out.by = Some(at);
        self.out.details = details;
        self.out.ending = match action {
            Action::Allow(inserts) => {
                insert(&mut self.out.inserted, inserts);
                Ending::Allow
            }
            Action::Block(response) => {
                self.out.response = Some(Arc::clone(response));
                Ending::Block
            }
            Action::Captcha(_) => Ending::Captcha,
            Action::Challenge(_) => Ending::Challenge,
            Action::Count(_) => Ending::Allow,
        };
    }

    /// Counts the request, if it is to be counted, and says whether its key is over the limit.
    fn rate(&mut self, at: RuleRef, rate: &Rate) -> Verdict {
        if let Some(scope_down) = &rate.scope_down {
            match self.evaluation.statement(scope_down) {
                Verdict::Yes => {}
                other => return other,
            }
        }
        let mut key = std::mem::take(&mut self.evaluation.texts.scratch.key);
        key.clear();
        let written = self.write_key(&rate.key, &mut key);
        let count = match written {
            Verdict::Yes => self.counter.count(rate.number, &key, self.evaluation.texts.request.at),
            _ => 0,
        };
        self.evaluation.texts.scratch.key = key;
        let verdict = if written == Verdict::Yes { Verdict::of(count > rate.limit) } else { written };
        if verdict == Verdict::Yes {
            let limited = self.limited(at, rate);
            self.out.limited.push(limited);
        }
        if let Some(traced) = &mut self.evaluation.traced {
            let path = format!("RateBasedStatement ({count} of {})", rate.limit);
            traced.push(Traced { rule: at, path, verdict });
        }
        verdict
    }

    /// Writes what the request is counted under; anything but yes if it is not counted.
    fn write_key(&mut self, rate: &RateKey, key: &mut Vec<u8>) -> Verdict {
        match rate {
            RateKey::Constant => Verdict::Yes,
            RateKey::Address(source) => match self.evaluation.address(source) {
                Ok(address) => {
                    push_address(key, address);
                    Verdict::Yes
                }
                Err(Unnamed::Invalid { fallback: true }) => {
                    push_invalid(key);
                    Verdict::Yes
                }
                Err(unnamed) => unnamed.verdict(),
            },
            RateKey::Custom(parts) => {
                for part in parts {
                    match self.write_part(part, key) {
                        Verdict::Yes => {}
                        other => return other,
                    }
                }
                Verdict::Yes
            }
        }
    }

    fn write_part(&mut self, part: &KeyPart, key: &mut Vec<u8>) -> Verdict {
        match part {
            KeyPart::View { view, root, absent_counts, .. } => {
                let texts = &mut self.evaluation.texts;
                texts.make(*root);
                if !texts.scratch.views.get(*root).is_some_and(|state| state.present) {
                    push_text(key, &[]);
                    return Verdict::of(*absent_counts);
                }
                texts.make(*view);
                let scratch = &*texts.scratch;
                let all = scratch.texts_of(*view);
                push_text(key, &all.len().to_be_bytes());
                all.for_each(|number| push_text(key, scratch.text(number)));
                Verdict::Yes
            }
            KeyPart::Address(source) => match self.evaluation.address(source) {
                Ok(address) => {
                    push_address(key, address);
                    Verdict::Yes
                }
                Err(Unnamed::Invalid { fallback: true }) => {
                    push_invalid(key);
                    Verdict::Yes
                }
                Err(unnamed) => unnamed.verdict(),
            },
            KeyPart::Asn(source) => match self.evaluation.place(source) {
                Ok(place) => {
                    key.extend_from_slice(&place.asn.unwrap_or_default().to_be_bytes());
                    Verdict::Yes
                }
                Err(verdict) => verdict,
            },
            KeyPart::Labels { test, .. } => {
                let before = key.len();
                for label in self.evaluation.labels.iter().filter(|label| test.admits(label)) {
                    push_text(key, label.as_bytes());
                }
                Verdict::of(key.len() > before)
            }
        }
    }

    /// What is told of a rule that is over its limit.
    fn limited(&mut self, at: RuleRef, rate: &Rate) -> Limited {
        let value = match &rate.key {
            RateKey::Address(source) => {
                Some(self.evaluation.address(source).map_or_else(|_| "INVALID".to_owned(), |one| one.to_string()))
            }
            _ => None,
        };
        let parts = match &rate.key {
            RateKey::Custom(parts) => parts.iter().map(|part| self.told(part)).collect(),
            _ => Vec::new(),
        };
        let window_seconds = rate.window_ms / 1_000;
        Limited { rule: at, key: rate.key.name(), value, limit: rate.limit, window_seconds, parts }
    }

    fn told(&mut self, part: &KeyPart) -> KeyValue {
        let (key, name, value) = match part {
            KeyPart::View { view, kind, name, .. } => {
                let scratch = &*self.evaluation.texts.scratch;
                let first = scratch.texts_of(*view).next().map(|number| scratch.text(number)).unwrap_or_default();
                (*kind, name.clone(), String::from_utf8_lossy(first).into_owned())
            }
            KeyPart::Address(source) => {
                let key = if matches!(source, super::statement::Source::Client) { "IP" } else { "FORWARDED_IP" };
                let value =
                    self.evaluation.address(source).map_or_else(|_| "INVALID".to_owned(), |one| one.to_string());
                (key, None, value)
            }
            KeyPart::Asn(source) => {
                let number = self.evaluation.place(source).ok().and_then(|place| place.asn).unwrap_or_default();
                ("ASN", None, number.to_string())
            }
            KeyPart::Labels { test, namespace } => {
                let labels = self.evaluation.labels.iter().filter(|label| test.admits(label));
                let labels: Vec<&str> = labels.map(AsRef::as_ref).collect();
                ("LABEL_NAMESPACE", Some(namespace.clone()), labels.join(","))
            }
        };
        KeyValue { key, name, value: value.chars().take(KEY_VALUE_CHARS).collect() }
    }
}

/// Of a value in a key, logs show so many characters.
const KEY_VALUE_CHARS: usize = 32;

/// Appends a text so that no two lists of texts make the same key.
fn push_text(key: &mut Vec<u8>, text: &[u8]) {
    key.extend_from_slice(&text.len().to_be_bytes());
    key.extend_from_slice(text);
}

/// Adds headers; of one name the last counts.
fn insert(inserted: &mut Vec<Inserted>, inserts: &Inserts) {
    for (name, value) in inserts.iter() {
        inserted.retain(|one| !one.name.eq_ignore_ascii_case(name));
        inserted.push(Inserted { name: name.clone(), value: value.clone() });
    }
}
