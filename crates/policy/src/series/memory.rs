//! [`MemorySeries`]: short enough to be read as the definition of what every store of samples does, and what tests use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bartizan_ledger::StoreError;
use bartizan_wire::Realm;

use super::{Columns, Sample, Series, TextCells, Value, View};
use crate::tape::{Position, Span};

type Place = (Realm, String);

/// Samples that last as long as the process.
#[derive(Debug, Default)]
pub struct MemorySeries {
    tracks: Mutex<BTreeMap<Place, Track>>,
}

#[derive(Debug, Default)]
struct Track {
    /// Shared with those who look at it as it was.
    samples: Arc<Vec<Sample>>,
    sealed: Option<Position>,
}

impl MemorySeries {
    /// No samples.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Place, Track>> {
        // nothing here panics while it holds the lock, so a poisoned one still guards whole state
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn samples(&self, realm: &Realm, track: &str) -> Arc<Vec<Sample>> {
        let tracks = self.lock();
        tracks.get(&(realm.clone(), track.to_owned())).map(|track| Arc::clone(&track.samples)).unwrap_or_default()
    }
}

/// The samples that `keep` wants, sorted by subject, then time, then numbers first, then as written.
fn sorted(samples: &[Sample], span: Span, keep: impl Fn(&Sample) -> bool) -> Vec<Sample> {
    let inside = |sample: &&Sample| span.from <= sample.at && sample.at < span.to && keep(sample);
    let mut samples: Vec<Sample> = samples.iter().filter(inside).cloned().collect();
    samples.sort_by(|a, b| (&a.subject, a.at, is_texts(a)).cmp(&(&b.subject, b.at, is_texts(b))));
    samples
}

fn is_texts(sample: &Sample) -> bool {
    matches!(sample.value, Value::Texts(_))
}

#[async_trait]
impl Series for MemorySeries {
    async fn write(
        &self,
        realm: &Realm,
        track: &str,
        samples: Arc<Vec<Sample>>,
        sealed: Option<Position>,
    ) -> Result<(), StoreError> {
        if !samples.is_empty() {
            let mut tracks = self.lock();
            let track = tracks.entry((realm.clone(), track.to_owned())).or_default();
            Arc::make_mut(&mut track.samples).extend(samples.iter().cloned());
            track.sealed = track.sealed.max(sealed);
        }
        Ok(())
    }

    async fn sealed(&self, realm: &Realm, track: &str) -> Result<Option<Position>, StoreError> {
        Ok(self.lock().get(&(realm.clone(), track.to_owned())).and_then(|track| track.sealed))
    }

    fn view(&self, realm: &Realm, track: &str) -> Result<Arc<dyn View>, StoreError> {
        Ok(Arc::new(MemoryView(self.samples(realm, track))))
    }

    async fn find(
        &self,
        realm: &Realm,
        track: &str,
        measure: &str,
        subject: &str,
        span: Span,
    ) -> Result<Vec<Sample>, StoreError> {
        let wanted = |sample: &Sample| &*sample.measure == measure && &*sample.subject == subject;
        Ok(sorted(&self.samples(realm, track), span, wanted))
    }

    async fn measures(&self, realm: &Realm, track: &str) -> Result<Vec<Arc<str>>, StoreError> {
        let samples = self.samples(realm, track);
        let measures: BTreeSet<Arc<str>> = samples.iter().map(|sample| Arc::clone(&sample.measure)).collect();
        Ok(measures.into_iter().collect())
    }
}

/// Samples as they were.
#[derive(Debug)]
struct MemoryView(Arc<Vec<Sample>>);

impl View for MemoryView {
    fn replay(&self, measure: &str, span: Span, sink: &mut dyn FnMut(&Columns<'_>)) -> Result<(), StoreError> {
        let (texts, numbers): (Vec<_>, Vec<_>) =
            sorted(&self.0, span, |sample| &*sample.measure == measure).into_iter().partition(is_texts);
        let mut rows = Rows::default();
        for sample in numbers {
            rows.push(sample);
        }
        rows.hand_out(sink);
        for sample in texts {
            rows.push(sample);
        }
        rows.hand_out(sink);
        Ok(())
    }
}

/// Rows on their way to a sink: numbers or texts, never both.
#[derive(Default)]
struct Rows {
    subjects: Codes,
    subject: Vec<u32>,
    at: Vec<i64>,
    number: Vec<f64>,
    texts: Codes,
    ends: Vec<u32>,
    items: Vec<u32>,
}

impl Rows {
    fn push(&mut self, sample: Sample) {
        self.subject.push(self.subjects.code(&sample.subject));
        self.at.push(sample.at.0);
        match sample.value {
            Value::Number(number) => self.number.push(number),
            Value::Texts(texts) => {
                self.items.extend(texts.iter().map(|text| self.texts.code(text)));
                self.ends.push(length(&self.items));
            }
        }
    }

    fn hand_out(&mut self, sink: &mut dyn FnMut(&Columns<'_>)) {
        let Self { subjects, subject, at, number, texts, ends, items } = self;
        if !at.is_empty() {
            let texts = number.is_empty().then_some(TextCells { texts: &texts.names, ends, items });
            sink(&Columns { subjects: &subjects.names, subject, at, number, texts });
        }
        subject.clear();
        at.clear();
        number.clear();
    }
}

/// Numbers for names, in the order in which they are first seen.
#[derive(Default)]
struct Codes {
    names: Vec<Arc<str>>,
    codes: BTreeMap<Arc<str>, u32>,
}

impl Codes {
    fn code(&mut self, name: &str) -> u32 {
        if let Some(code) = self.codes.get(name) {
            return *code;
        }
        let (code, name) = (length(&self.names), Arc::<str>::from(name));
        self.names.push(Arc::clone(&name));
        self.codes.insert(name, code);
        code
    }
}

/// Memory ends long before so many rows are reached.
fn length<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
