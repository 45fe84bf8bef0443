//! The memory that judging takes. Keep one a thread: what it has grown to it keeps.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bartizan_inspect::{JsonScratch, Seen};

use super::request::Place;
use super::view::ViewId;

/// Whether a header named the address, the country, and the part of it.
type PlaceKey = (bool, [u8; 2], [u8; 3]);

/// The memory that judging takes.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Every text that is looked at, one behind the other.
    pub(super) bytes: Vec<u8>,
    /// Where they are; a view's stand together.
    pub(super) texts: Vec<Range<usize>>,
    pub(super) views: Vec<ViewState>,
    /// The number of the request: what carries another is of an earlier one.
    pub(super) turn: u64,
    /// What a transformation writes.
    pub(super) buffer: Vec<u8>,
    pub(super) chain: bartizan_inspect::Scratch,
    pub(super) json: JsonScratch,
    /// The key of a rate-based rule.
    pub(super) key: Vec<u8>,
    /// Labels of places: there are as many as countries have parts.
    place_labels: BTreeMap<PlaceKey, [Arc<str>; 2]>,
}

/// What is known of a view in this request.
#[derive(Debug, Default)]
pub(super) struct ViewState {
    pub(super) turn: u64,
    /// Its places among the texts.
    pub(super) texts: Range<usize>,
    /// False if the request has no such part.
    pub(super) present: bool,
    /// True if there is more than what is inspected.
    pub(super) oversize: bool,
    /// True if a body is not JSON.
    pub(super) malformed: bool,
    /// The request in which its patterns were searched for.
    pub(super) scanned: u64,
    /// What was seen in each of its texts.
    pub(super) seen: Vec<Seen>,
}

/// What stands for a part of a place that is not known.
const UNKNOWN: &str = "XX";
/// Places of which the labels are kept; there are fewer, unless a database is wrong.
const PLACES_MAX: usize = 20_000;

impl Scratch {
    pub(super) fn begin(&mut self, views: usize) {
        self.turn += 1;
        self.bytes.clear();
        self.texts.clear();
        if self.views.len() < views {
            self.views.resize_with(views, ViewState::default);
        }
    }

    /// The texts of a view; empty if nobody has made it.
    pub(super) fn texts_of(&self, view: ViewId) -> Range<usize> {
        self.views.get(view).map_or(0..0, |state| state.texts.clone())
    }

    pub(super) fn text(&self, number: usize) -> &[u8] {
        self.texts.get(number).and_then(|range| self.bytes.get(range.clone())).unwrap_or_default()
    }

    /// The labels of a place: its country, and its part of it.
    pub(super) fn place_labels(&mut self, place: Place, forwarded: bool) -> [Arc<str>; 2] {
        let key = (forwarded, place.country.unwrap_or_default(), place.region.unwrap_or_default());
        if let Some(labels) = self.place_labels.get(&key) {
            return labels.clone();
        }
        let whose = if forwarded { "forwardedip" } else { "clientip" };
        let letters = |bytes: &[u8]| {
            let text: String = bytes.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
            if text.is_empty() { UNKNOWN.to_owned() } else { text }
        };
        let (country, region) = (letters(&key.1), letters(&key.2));
        let labels: [Arc<str>; 2] = [
            format!("awswaf:{whose}:geo:country:{country}").into(),
            format!("awswaf:{whose}:geo:region:{country}-{region}").into(),
        ];
        if self.place_labels.len() < PLACES_MAX {
            self.place_labels.insert(key, labels.clone());
        }
        labels
    }
}
