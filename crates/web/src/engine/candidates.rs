//! The texts of views: taken from the request, and transformed.

use std::ops::ControlFlow;

use bartizan_inspect::transformation::Outcome;
use bartizan_inspect::{Pair, Window, arguments, cookies, header_order};

use super::budget::{MEMORY_MAX, STEPS_MAX};
use super::component::Component;
use super::plan::Plan;
use super::request::Request;
use super::scratch::Scratch;
use super::view::{From, ViewId};

/// What is being made of one request.
pub(super) struct Texts<'a> {
    pub(super) plan: &'a Plan,
    pub(super) request: &'a Request<'a>,
    pub(super) scratch: &'a mut Scratch,
    pub(super) steps: usize,
}

/// What is known of a part of the request beside its texts.
#[derive(Clone, Copy)]
struct Gathered {
    present: bool,
    oversize: bool,
    malformed: bool,
}

impl Gathered {
    const fn plain(present: bool) -> Self {
        Self { present, oversize: false, malformed: false }
    }
}

impl Texts<'_> {
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps > STEPS_MAX || self.scratch.bytes.len() > MEMORY_MAX
    }

    /// Makes the texts of a view, unless that was done already.
    pub(super) fn make(&mut self, id: ViewId) {
        let Some(view) = self.plan.views.get(id) else { return };
        if self.scratch.views.get(id).is_some_and(|state| state.turn == self.scratch.turn) {
            return;
        }
        let (from, gathered) = match &view.from {
            From::Request(component) => {
                let from = self.scratch.texts.len();
                (from, self.gather(component))
            }
            From::View { parent, by, .. } => {
                self.make(*parent);
                let from = self.scratch.texts.len();
                for number in self.scratch.texts_of(*parent) {
                    if self.is_exhausted() {
                        break;
                    }
                    let scratch = &mut *self.scratch;
                    let Some(range) = scratch.texts.get(number).cloned() else { continue };
                    let input = scratch.bytes.get(range.clone()).unwrap_or_default();
                    self.steps += input.len();
                    match by.apply(input, &mut scratch.buffer) {
                        Outcome::Same => scratch.texts.push(range),
                        Outcome::Part(inner) => {
                            scratch.texts.push(range.start + inner.start..range.start + inner.end);
                        }
                        Outcome::Written => {
                            let start = scratch.bytes.len();
                            scratch.bytes.extend_from_slice(&scratch.buffer);
                            scratch.texts.push(start..scratch.bytes.len());
                        }
                    }
                }
                (from, Gathered::plain(true))
            }
        };
        let (turn, to) = (self.scratch.turn, self.scratch.texts.len());
        if let Some(state) = self.scratch.views.get_mut(id) {
            state.turn = turn;
            state.texts = from..to;
            state.present = gathered.present;
            state.oversize = gathered.oversize;
            state.malformed = gathered.malformed;
        }
    }

    /// Searches the texts of a view for all of its patterns, unless that was done already.
    pub(super) fn scan(&mut self, id: ViewId) {
        let Some(view) = self.plan.views.get(id) else { return };
        let scratch = &mut *self.scratch;
        let Some(state) = scratch.views.get_mut(id).filter(|state| state.scanned != scratch.turn) else { return };
        state.scanned = scratch.turn;
        let count = state.texts.len();
        if state.seen.len() < count {
            state.seen.resize_with(count, Default::default);
        }
        for (range, seen) in scratch.texts.get(state.texts.clone()).into_iter().flatten().zip(&mut state.seen) {
            let text = scratch.bytes.get(range.clone()).unwrap_or_default();
            self.steps += text.len();
            view.patterns.scan(text, seen);
        }
    }

    fn push(&mut self, text: &[u8]) {
        let start = self.scratch.bytes.len();
        self.scratch.bytes.extend_from_slice(text);
        self.scratch.texts.push(start..self.scratch.bytes.len());
    }

    fn push_present(&mut self, text: Option<&[u8]>) -> Gathered {
        text.into_iter().for_each(|text| self.push(text));
        Gathered::plain(text.is_some())
    }

    fn gather(&mut self, component: &Component) -> Gathered {
        let request = self.request;
        match component {
            Component::Method => self.push_present(Some(request.method)),
            Component::Path => self.push_present(Some(request.path)),
            Component::Query => self.push_present(request.query),
            Component::Fragment => self.push_present(request.fragment),
            Component::Ja3 => self.push_present(request.ja3),
            Component::Ja4 => self.push_present(request.ja4),
            Component::Body => {
                let body = request.body;
                let gathered = self.push_present(Some(body.inspected).filter(|bytes| !bytes.is_empty()));
                Gathered { oversize: body.more, ..gathered }
            }
            Component::Header(name) => {
                let before = self.scratch.texts.len();
                request.header(name).for_each(|value| self.push(value));
                Gathered::plain(self.scratch.texts.len() > before)
            }
            Component::Headers(names, scope) => {
                let headers = || request.headers.iter().copied();
                for pair in Window::VENDOR.inspected(headers()).filter(|pair| names.admit(pair.name, true)) {
                    self.push_pair(pair, scope.keys(), scope.values());
                }
                let oversize = Window::VENDOR.is_exceeded(headers());
                Gathered { present: !request.headers.is_empty(), oversize, malformed: false }
            }
            Component::HeaderOrder => {
                let headers = || request.headers.iter().copied();
                let mut order = std::mem::take(&mut self.scratch.buffer);
                header_order(Window::VENDOR.inspected(headers()).map(|pair| pair.name), &mut order);
                self.push(&order);
                self.scratch.buffer = order;
                let oversize = Window::VENDOR.is_exceeded(headers());
                Gathered { present: !request.headers.is_empty(), oversize, malformed: false }
            }
            Component::Cookies(names, scope) => {
                let all = cookies(request.header(COOKIE), request.joined);
                for pair in Window::VENDOR.inspected(all.clone()).filter(|pair| names.admit(pair.name, false)) {
                    self.push_pair(pair, scope.keys(), scope.values());
                }
                let present = all.clone().next().is_some();
                Gathered { present, oversize: Window::VENDOR.is_exceeded(all), malformed: false }
            }
            Component::Cookie(name) => {
                let before = self.scratch.texts.len();
                let all = cookies(request.header(COOKIE), request.joined);
                all.filter(|pair| pair.name == name.as_slice()).for_each(|pair| self.push(pair.value));
                Gathered::plain(self.scratch.texts.len() > before)
            }
            Component::Argument(name, before) => self.arguments(before, Some(name)),
            Component::Arguments(before) => self.arguments(before, None),
            Component::Json(selector) => {
                let body = request.body;
                if body.inspected.is_empty() {
                    return Gathered { present: false, oversize: body.more, malformed: false };
                }
                self.steps += body.inspected.len();
                let scratch = &mut *self.scratch;
                let (bytes, texts) = (&mut scratch.bytes, &mut scratch.texts);
                let read = selector.each(body.inspected, &mut scratch.json, |text| {
                    let start = bytes.len();
                    bytes.extend_from_slice(text);
                    texts.push(start..bytes.len());
                    ControlFlow::Continue(())
                });
                // what is cut off by us is not the client's mistake
                Gathered { present: true, oversize: body.more, malformed: read.is_err() && !body.more }
            }
        }
    }

    fn push_pair(&mut self, pair: Pair<'_>, key: bool, value: bool) {
        if key {
            self.push(pair.name);
        }
        if value {
            self.push(pair.value);
        }
    }

    fn arguments(&mut self, before: &[bartizan_inspect::PreParse], name: Option<&[u8]>) -> Gathered {
        let Some(query) = self.request.query else { return Gathered::plain(false) };
        self.steps += query.len().saturating_mul(before.len() + 1);
        let mut chain = std::mem::take(&mut self.scratch.chain);
        let first = self.scratch.texts.len();
        for argument in arguments(chain.pre_parse(before, query)) {
            if name.is_none_or(|name| argument.is_named(name)) {
                self.push(argument.value);
            }
        }
        self.scratch.chain = chain;
        Gathered::plain(self.scratch.texts.len() > first)
    }
}

const COOKIE: &[u8] = b"cookie";
