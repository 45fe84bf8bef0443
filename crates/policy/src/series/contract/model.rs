//! Random writes and reads, compared with the reference.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bartizan_wire::{Realm, Timestamp};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::sample::{ALWAYS, TRACK, bits, realm, replayed, span};
use crate::series::{MemorySeries, Sample, Series, Value};
use crate::tape::Position;

/// One call and what it asks for.
#[derive(Debug, Clone)]
pub enum Call {
    /// [`Series::write`].
    Write(Vec<Sample>, Option<u64>),
    /// [`Series::find`].
    Find(&'static str, &'static str, i64, i64),
    /// [`Series::replay`].
    Replay(&'static str, i64, i64),
    /// [`Series::sealed`] and [`Series::measures`].
    About,
}

fn measure() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("aws:all-bytes-out"), Just("aws:all-bytes-out?IN=x"), Just("t"), Just("")]
}

fn subject() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("thing-1"), 2 => Just("thing-10"), 2 => Just("thing-2"), 1 => Just(""), 1 => Just("é\u{0}")]
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![Just("80".to_owned()), Just("443".to_owned()), ".{0,5}"];
    prop_oneof![
        4 => (-5..50_i32).prop_map(|number| Value::Number(f64::from(number))),
        1 => any::<u64>().prop_map(|bits| Value::Number(f64::from_bits(bits))),
        2 => vec(text, 0..4).prop_map(|texts: Vec<String>| Value::Texts(texts.iter().collect())),
    ]
}

/// Any sample, of few subjects and measures and close in time, so that they meet.
pub fn sample() -> impl Strategy<Value = Sample> {
    let at = prop_oneof![9 => 0..100_i64, 1 => any::<i64>().prop_map(|at| at.min(i64::MAX - 1))];
    (subject(), measure(), at, value()).prop_map(|(subject, measure, at, value)| Sample {
        subject: subject.into(),
        measure: measure.into(),
        at: Timestamp(at),
        value,
    })
}

/// Any call.
pub fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        4 => (vec(sample(), 0..60), proptest::option::of(0..100_u64)).prop_map(|(new, to)| Call::Write(new, to)),
        2 => (measure(), subject(), -5..105_i64, -5..105_i64).prop_map(|(m, s, from, to)| Call::Find(m, s, from, to)),
        2 => (measure(), -5..105_i64, -5..105_i64).prop_map(|(m, from, to)| Call::Replay(m, from, to)),
        1 => measure().prop_map(|measure| Call::Replay(measure, ALWAYS.from.0, ALWAYS.to.0)),
        1 => Just(Call::About),
    ]
}

impl Call {
    /// What a store answers, in a form that compares.
    pub async fn make(&self, series: &dyn Series, realm: &Realm) -> String {
        match self {
            Self::Write(samples, sealed) => {
                format!("{:?}", series.write(realm, TRACK, samples.clone().into(), sealed.map(Position)).await)
            }
            Self::Find(measure, subject, from, to) => {
                let found = series.find(realm, TRACK, measure, subject, span(*from, *to)).await.unwrap();
                format!("{:?}", found.iter().map(bits).collect::<Vec<_>>())
            }
            Self::Replay(measure, from, to) => {
                let mut found = replayed(series, realm, measure, span(*from, *to));
                for samples in found.values_mut() {
                    // what was stored apart comes apart: only the order within one instant and form is promised
                    samples.sort_by_key(|sample| (sample.at, matches!(sample.value, Value::Texts(_))));
                }
                let found: Vec<_> = found.values().flatten().map(bits).collect();
                format!("{found:?}")
            }
            Self::About => {
                let sealed = series.sealed(realm, TRACK).await.unwrap();
                format!("{sealed:?} {:?}", series.measures(realm, TRACK).await.unwrap())
            }
        }
    }
}

/// A realm that no case before has used.
fn next_realm() -> Realm {
    static NEXT: AtomicU64 = AtomicU64::new(1000);
    realm(NEXT.fetch_add(1, Ordering::Relaxed))
}

pub async fn does_as_the_reference_does(series: Arc<dyn Series>) {
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let here = tokio::runtime::Handle::current();
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&vec(call(), 1..20), |calls| {
            here.block_on(async {
                let (realm, reference) = (next_realm(), MemorySeries::new());
                for (number, call) in calls.iter().enumerate() {
                    let expected = call.make(&reference, &realm).await;
                    let actual = call.make(&*series, &realm).await;
                    if expected != actual {
                        let difference = format!("call {number}, {call:?}: expected {expected}, got {actual}");
                        return Err(TestCaseError::fail(difference));
                    }
                }
                Ok(())
            })
        })
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}
