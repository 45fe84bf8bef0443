//! What the cases write, and how they look at what comes back.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_wire::{Realm, Timestamp};

use crate::series::{Sample, Series, Value, View};
use crate::tape::Span;

/// The track that cases use.
pub const TRACK: &str = "test/report";
/// Everything.
pub const ALWAYS: Span = Span { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

/// One of many realms.
pub fn realm(number: u64) -> Realm {
    Realm::new(format!("{number:012}"), "us-east-1").unwrap()
}

/// Half-open.
pub fn span(from: i64, to: i64) -> Span {
    Span { from: Timestamp(from), to: Timestamp(to) }
}

/// A quantity.
pub fn number(measure: &str, subject: &str, at: i64, number: f64) -> Sample {
    Sample { subject: subject.into(), measure: measure.into(), at: Timestamp(at), value: Value::Number(number) }
}

/// A set.
pub fn texts(measure: &str, subject: &str, at: i64, texts: &[&str]) -> Sample {
    let value = Value::Texts(texts.iter().collect());
    Sample { value, ..number(measure, subject, at, 0.0) }
}

/// A sample in a form that compares bits, so that what stands for no number equals itself.
pub fn bits(sample: &Sample) -> (String, String, i64, Result<u64, Vec<String>>) {
    let value = match &sample.value {
        Value::Number(number) => Ok(number.to_bits()),
        Value::Texts(texts) => Err(texts.iter().map(str::to_owned).collect()),
    };
    (sample.measure.to_string(), sample.subject.to_string(), sample.at.0, value)
}

/// Fails unless both are the same, bit by bit.
pub fn assert_same(found: &[Sample], expected: &[Sample]) {
    let (found, expected): (Vec<_>, Vec<_>) = (found.iter().map(bits).collect(), expected.iter().map(bits).collect());
    assert_eq!(found, expected);
}

/// Writes some samples that come from nowhere.
pub async fn write(series: &dyn Series, samples: Vec<Sample>) {
    series.write(&realm(1), TRACK, samples.into(), None).await.unwrap();
}

/// What is found of the usual realm and track.
pub async fn find(series: &dyn Series, measure: &str, subject: &str, span: Span) -> Vec<Sample> {
    series.find(&realm(1), TRACK, measure, subject, span).await.unwrap()
}

/// What a replay hands out, by subject: in the order in which it came. Checks what holds for every call.
pub fn replayed(series: &dyn Series, realm: &Realm, measure: &str, span: Span) -> BTreeMap<String, Vec<Sample>> {
    replayed_of(&*series.view(realm, TRACK).unwrap(), measure, span)
}

/// As [`replayed`], of what there was at one moment.
pub fn replayed_of(view: &dyn View, measure: &str, span: Span) -> BTreeMap<String, Vec<Sample>> {
    let mut found: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    let mut known: Vec<Arc<str>> = Vec::new();
    tokio::task::block_in_place(|| {
        view.replay(measure, span, &mut |columns| {
            assert!(!columns.is_empty(), "a call without rows");
            assert!(columns.subjects.starts_with(&known), "a code has changed its meaning");
            known = columns.subjects.to_vec();
            assert_eq!(columns.subject.len(), columns.len());
            assert_eq!(columns.number.len(), if columns.texts.is_some() { 0 } else { columns.len() });
            let mut last = None;
            for row in 0..columns.len() {
                let subject = &columns.subjects[columns.subject[row] as usize];
                let key = (Arc::clone(subject), columns.at[row]);
                assert!(last <= Some(key.clone()), "{last:?} comes before {key:?}");
                last = Some(key);
                let value = match &columns.texts {
                    None => Value::Number(columns.number[row]),
                    Some(cells) => {
                        let items = cells.row(row).iter();
                        Value::Texts(items.map(|code| &cells.texts[*code as usize]).collect())
                    }
                };
                let at = Timestamp(columns.at[row]);
                let sample = Sample { subject: Arc::clone(subject), measure: measure.into(), at, value };
                found.entry(subject.to_string()).or_default().push(sample);
            }
        })
    })
    .unwrap();
    let names: std::collections::BTreeSet<_> = known.iter().collect();
    assert_eq!(names.len(), known.len(), "a subject has two codes");
    found
}
