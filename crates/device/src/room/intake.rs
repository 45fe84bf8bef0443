//! What devices send: read, held back, made durable, answered; and then judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_policy::Cx;
use bartizan_wire::Timestamp;

use super::DeviceRoom;
use super::record::Record;
use super::settings::Settings;
use super::throttle::Verdict;
use super::topic::ReportTopic;
use super::ward::{State, Ward};
use crate::metric::Measure;
use crate::observe::{Datapoint, Observation};
use crate::report::{self, Rejected, Report, ReportId};

/// Recorded observations that may wait for their judgment in one realm. Who records more judges first.
pub const BACKLOG_MAX: usize = 16_384;

/// A report that came, and was read where it came: whoever hands it in does not keep others from that.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Of which thing, and in which form.
    pub topic: ReportTopic,
    /// When it came.
    pub at: Timestamp,
    /// What it says.
    pub report: Result<Report, Rejected>,
}

impl Received {
    /// Reads a report as it was sent.
    #[must_use]
    pub fn read(topic: ReportTopic, at: Timestamp, body: &[u8]) -> Self {
        let report = report::read(topic.format, body);
        Self { topic, at, report }
    }
}

/// What is answered to a report, on a topic of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Such as `$aws/things/dev-1/defender/metrics/json/accepted`.
    pub topic: String,
    /// In the form of the report.
    pub body: Vec<u8>,
    /// Whether it was taken in.
    pub accepted: bool,
}

/// What becomes of a report.
enum Course {
    Rejected(Rejected),
    Repeated(ReportId),
    Recorded(ReportId),
}

impl DeviceRoom {
    /// Takes in reports in their order, and answers each once it is durable. They are judged by the next
    /// [`settle`](Self::settle).
    ///
    /// # Errors
    /// When the store fails. Then none of them is taken in, and none is answered.
    pub async fn take_in(&self, cx: &Cx, received: Vec<Received>) -> Result<Vec<Answer>, StoreError> {
        let _turn = self.turn(cx).await;
        let ward = self.ward(cx).await?;
        if self.follow_commits(cx, &ward).await? {
            // Reports are read by the custom metrics that are registered now.
            while self.settle_once(cx, &ward).await? > 0 {}
        }
        while ward.look(|state| state.waiting()).unwrap_or(0) >= BACKLOG_MAX {
            self.settle_once(cx, &ward).await?;
        }
        self.close_window_if_due(cx, &ward).await?;
        let customs = ward.look(|state| Arc::clone(state.book.rules.customs())).unwrap_or_default();
        // What a report says does not depend on others: nobody waits while it is made out.
        let said: Vec<Said> = received.iter().map(|one| said(one, &customs)).collect();
        let mut records = Vec::with_capacity(received.len());
        let courses = ward.look(|state| {
            let decide = |(one, said)| course(state, cx.now, self.settings, one, said, &mut records);
            received.iter().zip(said).map(decide).collect::<Vec<Course>>()
        });
        let Some(courses) = courses else { return Err(StoreError::Failed("the room is not ready".to_owned())) };
        if self.settings.skip_first_report {
            skip_first(&ward, &mut records);
        }
        if let Err(error) = self.record(cx, &ward, records).await {
            // None of them was taken in, so none of them holds back the next.
            let of = received.iter().zip(&courses).filter(|(_, course)| matches!(course, Course::Recorded(_)));
            ward.look(|state| of.for_each(|(one, _)| state.throttle.withdraw(&one.topic.thing)));
            return Err(error);
        }
        let answers = received.iter().zip(courses).map(|(one, course)| {
            let ReportTopic { thing, format } = &one.topic;
            let (body, accepted) = match course {
                Course::Rejected(why) => (report::rejected(*format, thing, &why, cx.now), false),
                Course::Repeated(id) | Course::Recorded(id) => (report::accepted(*format, thing, id, cx.now), true),
            };
            Answer { topic: one.topic.reply(accepted), body, accepted }
        });
        Ok(answers.collect())
    }
}

/// What a report says, or why it is none.
type Said = Result<(ReportId, Vec<Datapoint>), Rejected>;

fn said(received: &Received, customs: &BTreeMap<Arc<str>, Measure>) -> Said {
    let report = received.report.as_ref().map_err(Clone::clone)?;
    Ok((report.id(), report.datapoints(|name| customs.get(name).copied())?))
}

/// Decides what becomes of a report, and adds its record if it is taken in.
fn course(
    state: &mut State,
    now: Timestamp,
    settings: Settings,
    received: &Received,
    said: Said,
    records: &mut Vec<Record>,
) -> Course {
    let thing = &received.topic.thing;
    state.statistics.reports += 1;
    let (id, datapoints) = match said {
        Ok(said) => said,
        Err(why) => {
            state.statistics.malformed += 1;
            return Course::Rejected(why);
        }
    };
    let shown = id.to_string();
    match state.throttle.verdict(thing, &shown, received.at, settings) {
        Verdict::TooSoon => {
            state.statistics.throttled += 1;
            return Course::Rejected(Rejected::throttled(id, settings.period_seconds));
        }
        Verdict::Repeated => {
            state.statistics.repeated += 1;
            return Course::Repeated(id);
        }
        Verdict::Fresh => {}
    }
    state.statistics.accepted += 1;
    let at = state.time(received.at.max(now));
    state.throttle.accepted(thing, &shown, at);
    let observation = Observation::Report { thing: Arc::clone(thing), at, datapoints };
    records.push(Record::Seen { observation, report_id: shown.into(), unjudged: false });
    Course::Recorded(id)
}

/// Of the first report after a connection nobody knows since when it counts.
fn skip_first(ward: &Ward, records: &mut [Record]) {
    let mut cloud = ward.cloud();
    for record in records {
        if let Record::Seen { observation, .. } = record
            && let Observation::Report { thing, .. } = &*observation
            && cloud.connected.remove(thing)
        {
            observation.forget_deltas();
        }
    }
}
