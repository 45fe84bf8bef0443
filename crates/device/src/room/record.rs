//! What is on the tape: everything that the judgment of devices depends on, in the order in which it is judged. A replay
//! from any snapshot sees the same and comes to the same alarms.

mod compact;

use std::sync::Arc;

use bartizan_ledger::{Seq, StoreError};
use bartizan_policy::Recording;
use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

use self::compact::Compact;
use super::window::Counts;
use crate::behavior::{DimensionValueOperator, MetricValue};
use crate::observe::{Datapoint, Measured, Observation};

/// The track of the device room; stored, never renamed.
pub const TRACK: &str = "device/report";

/// One recording.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// Something observed.
    Seen {
        /// What.
        observation: Observation,
        /// The id of a report, as it was sent.
        report_id: Box<str>,
        /// It is kept and not judged. Nothing is recorded so any more; earlier versions did with a first report.
        unjudged: bool,
    },
    /// What was counted of a thing in the open window since the last such mark. It is judged when the window closes.
    Counted {
        /// Of which.
        thing: Arc<str>,
        /// When it was marked.
        at: Timestamp,
        /// What.
        counts: Counts,
    },
    /// From here on the documents of this place in the ledger hold.
    Plan {
        /// The place in the ledger.
        seq: Seq,
        /// When it was noticed.
        at: Timestamp,
    },
}

/// The form on the tape in JSON: short names, because there are many. Reports and windows are in it only where an earlier
/// version wrote them.
#[derive(Debug, Deserialize)]
enum Form {
    /// Report.
    R {
        i: Box<str>,
        d: Vec<Point>,
        #[serde(default)]
        u: bool,
    },
    /// Window.
    W { d: Vec<Point> },
    /// Tick.
    T {},
    /// Counted.
    C { c: Counts },
    /// Plan.
    P { s: u64 },
}

/// A datapoint: metric, value, dimension.
#[derive(Debug, Deserialize)]
struct Point(Arc<str>, MetricValue, #[serde(default)] Option<(Arc<str>, DimensionValueOperator)>);

/// The form on the tape in JSON, as it is written.
#[derive(Debug, Serialize)]
enum Written<'a> {
    T {},
    C { c: &'a Counts },
    P { s: u64 },
}

impl From<Point> for Datapoint {
    fn from(Point(metric, value, dimension): Point) -> Self {
        Self { measured: Measured { metric, dimension }, value }
    }
}

impl Record {
    /// When it was recorded.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Seen { observation, .. } => observation_at(observation),
            Self::Plan { at, .. } | Self::Counted { at, .. } => *at,
        }
    }

    /// As it is written.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn recording(&self) -> Result<Recording, StoreError> {
        let compact = |thing: &str, body| Recording { subject: thing.to_owned(), at: self.at(), body };
        match self {
            Self::Plan { seq, at } => written("", *at, &Written::P { s: seq.0 }),
            Self::Counted { thing, counts, at } => Self::counted(thing, *at, counts),
            Self::Seen { observation, report_id, unjudged } => match observation {
                Observation::Report { thing, datapoints, .. } => {
                    Ok(compact(thing, compact::report(report_id, *unjudged, datapoints)))
                }
                Observation::Window { thing, datapoints, .. } => Ok(compact(thing, compact::window(datapoints))),
                Observation::Tick { at } => written("", *at, &Written::T {}),
            },
        }
    }

    /// A [`Record::Counted`] as it is written.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn counted(thing: &str, at: Timestamp, counts: &Counts) -> Result<Recording, StoreError> {
        written(thing, at, &Written::C { c: counts })
    }

    /// As it was written.
    ///
    /// # Errors
    /// For what is no recording of this room.
    pub fn read(recording: &Recording) -> Result<Self, StoreError> {
        let damaged = |why: &dyn std::fmt::Display| {
            StoreError::Damaged(format!("a recording of {TRACK} at {}: {why}", recording.at))
        };
        let (at, thing) = (recording.at, || Arc::from(recording.subject.as_str()));
        if compact::begins(&recording.body) {
            return match compact::read(&recording.body).ok_or_else(|| damaged(&"it is cut off or not of this form"))? {
                Compact::Report { id, unjudged, datapoints } => Ok(Self::Seen {
                    observation: Observation::Report { thing: thing(), at, datapoints },
                    report_id: id,
                    unjudged,
                }),
                Compact::Window { datapoints } => Ok(Self::of(Observation::Window { thing: thing(), at, datapoints })),
            };
        }
        let form: Form = serde_json::from_slice(&recording.body).map_err(|error| damaged(&error))?;
        let points = |points: Vec<Point>| points.into_iter().map(Datapoint::from).collect();
        Ok(match form {
            Form::P { s } => Self::Plan { seq: Seq(s), at },
            Form::C { c } => Self::Counted { thing: thing(), at, counts: c },
            Form::R { i, d, u } => Self::Seen {
                observation: Observation::Report { thing: thing(), at, datapoints: points(d) },
                report_id: i,
                unjudged: u,
            },
            Form::W { d } => Self::of(Observation::Window { thing: thing(), at, datapoints: points(d) }),
            Form::T {} => Self::of(Observation::Tick { at }),
        })
    }

    /// Something that the broker or the clock told.
    #[must_use]
    pub fn of(observation: Observation) -> Self {
        Self::Seen { observation, report_id: "".into(), unjudged: false }
    }
}

fn written(subject: &str, at: Timestamp, form: &Written<'_>) -> Result<Recording, StoreError> {
    let body = serde_json::to_vec(form).map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(Recording { subject: subject.to_owned(), at, body })
}

fn observation_at(observation: &Observation) -> Timestamp {
    match observation {
        Observation::Report { at, .. } | Observation::Window { at, .. } | Observation::Tick { at } => *at,
    }
}

#[cfg(test)]
mod tests {
    use super::super::notice::{Noticed, NoticedEvent};
    use super::super::window::{Narrowed, Windows};
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let at = Timestamp(1_790_000_000_123);
        let point = |metric: &str, dimension: Option<(Arc<str>, DimensionValueOperator)>, value| Datapoint {
            measured: Measured { metric: metric.into(), dimension },
            value,
        };
        let count = MetricValue { count: Some(7), ..MetricValue::default() };
        let cidrs = MetricValue { cidrs: Some(vec!["10.0.0.1".to_owned()]), ..MetricValue::default() };
        let datapoints = vec![
            point("aws:all-bytes-out", None, count),
            point("aws:source-ip-address", Some(("dim".into(), DimensionValueOperator::NotIn)), cidrs),
        ];
        let thing: Arc<str> = "dev \u{fc}".into();
        let narrowed = |operator| Narrowed {
            measured: Measured { metric: "aws:num-messages-sent".into(), dimension: Some(("dim".into(), operator)) },
            filters: Arc::from(["alerts/#".to_owned()]),
        };
        let narrowed = [DimensionValueOperator::In, DimensionValueOperator::NotIn].map(narrowed);
        let mut windows = Windows::default();
        for event in [
            NoticedEvent::Connected,
            NoticedEvent::Sent { topic: "alerts/fire".to_owned(), bytes: 12 },
            NoticedEvent::Received { topic: "x".to_owned() },
            NoticedEvent::Denied { topic: "alerts/no".to_owned() },
            NoticedEvent::Disconnected,
        ] {
            let noticed = Noticed { thing: Arc::clone(&thing), address: "2001:db8::7".parse().ok(), event };
            windows.notice(&noticed, &narrowed, at);
        }
        let counts = windows.since_mark().remove(&thing).unwrap();
        for record in [
            Record::Plan { seq: Seq(9), at },
            Record::Counted { thing: Arc::clone(&thing), at, counts },
            Record::Counted { thing: Arc::clone(&thing), at, counts: Counts::default() },
            Record::of(Observation::Tick { at }),
            Record::of(Observation::Window { thing: Arc::clone(&thing), at, datapoints: datapoints.clone() }),
            Record::Seen {
                observation: Observation::Report { thing, at, datapoints },
                report_id: "18446744073709551615".into(),
                unjudged: true,
            },
        ] {
            assert_eq!(Record::read(&record.recording().unwrap()).unwrap(), record);
        }
        for body in [&b"{}"[..], &[1], &[2, 1]] {
            let damaged = Recording { subject: String::new(), at, body: body.to_vec() };
            assert!(matches!(Record::read(&damaged), Err(StoreError::Damaged(_))));
        }
    }

    #[test]
    fn what_earlier_versions_wrote_reads_back() {
        let body =
            br#"{"R":{"i":"7","d":[["aws:all-bytes-out",{"count":9}],["m",{"count":1},["dim","NOT_IN"]]],"u":true}}"#;
        let recording = Recording { subject: "dev-1".to_owned(), at: Timestamp(5), body: body.to_vec() };
        let Record::Seen { observation: Observation::Report { thing, datapoints, .. }, report_id, unjudged } =
            Record::read(&recording).unwrap()
        else {
            panic!("it is a report")
        };
        assert_eq!((&*thing, &*report_id, unjudged, datapoints.len()), ("dev-1", "7", true, 2));
        assert_eq!(datapoints[1].measured.dimension, Some(("dim".into(), DimensionValueOperator::NotIn)));
        let window = Recording { body: br#"{"W":{"d":[]}}"#.to_vec(), ..recording };
        assert!(matches!(Record::read(&window).unwrap(), Record::Seen { observation: Observation::Window { .. }, .. }));
    }
}
