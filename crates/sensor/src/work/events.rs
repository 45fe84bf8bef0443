//! Events of processes: taken from the watch, thinned by the profile, put into the spool.

use std::collections::BTreeMap;

use bartizan_agent::clock;
use bartizan_agent::spool::Kind;
use bartizan_container::engine::Program;
use bartizan_container::events::EventReport;
use bartizan_container::observe::Obeyed;
use bartizan_image::digest::Digest;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Work;
use crate::orders::Orders;
use crate::runtime::{Seen, Watch, event};
use crate::sensor::SensorError;

/// Events that are taken at once.
const BATCH: usize = 2_000;
/// Batches of one turn: more wait for the next, and what does not fit into the queue meanwhile is counted.
const BATCHES: usize = 16;
const SOURCE: &str = "process connector";
/// What a profile says to send no events.
const OFF: &str = "disable";

impl Work {
    /// Takes what processes did since the last time.
    pub(super) async fn events(
        &mut self,
        current: &Orders,
        telling: &watch::Sender<Obeyed>,
    ) -> Result<(), SensorError> {
        telling.send_replace(self.obeyed.clone());
        if current.config.runtime_sensor.as_deref() == Some(OFF) {
            self.watch = None;
            return self.note(Vec::new(), vec!["the profile has switched events off (runtimeSensor)".to_owned()]).await;
        }
        if self.watch.is_none() {
            match Watch::begin() {
                Ok(watch) => self.watch = Some(watch),
                Err(error) => {
                    let why =
                        format!("processes are not heard of: {error}; the sensor needs root, or a kernel from 6.6 on");
                    tracing::error!("{why}");
                    return self.note(Vec::new(), vec![why]).await;
                }
            }
        }
        self.note(Vec::new(), Vec::new()).await?;
        for _ in 0..BATCHES {
            let Some(watch) = &self.watch else { break };
            let (seen, tally) = (watch.take(BATCH), watch.tally());
            if seen.is_empty() && tally.lost == 0 && tally.unread == 0 {
                break;
            }
            let full = seen.len() >= BATCH;
            let mut report = self.report(&seen, current);
            (report.lost, report.unread) = (tally.lost, tally.unread);
            if report.seen.is_empty() && report.lost == 0 && report.unread == 0 {
                continue;
            }
            // The same events at the same time are the same batch, however often it is sent.
            let text = json!({ "at": clock::now().0, "report": report }).to_string();
            report.batch = Digest::of(text.as_bytes()).hex();
            let body = json!({ "SensorId": self.credential.instance_id, "Report": crate::text(&report) }).to_string();
            self.spool.push(Kind::Events, body.as_bytes())?;
            if !full {
                break;
            }
        }
        self.try_deliver().await
    }

    fn report(&self, seen: &[Seen], current: &Orders) -> EventReport {
        let mut report = EventReport { source: SOURCE.to_owned(), ..EventReport::default() };
        let ignored = current.plan.ignored();
        for one in seen.iter().filter(|one| self.all_processes || one.process.container.is_some()) {
            let program = one.process.program.as_str();
            count(&mut report.seen, program);
            match ignored.drops(Program::from_link(program)).and_then(|rule| ignored.text(rule)) {
                Some(rule) => count(&mut report.dropped, rule),
                None => report.events.push(self.described(one)),
            }
        }
        report
    }

    fn described(&self, one: &Seen) -> Value {
        event(one, &self.facts.hostname, one.at)
    }
}

fn count(counts: &mut BTreeMap<String, u64>, of: &str) {
    match counts.get_mut(of) {
        Some(count) => *count += 1,
        None => {
            counts.insert(of.to_owned(), 1);
        }
    }
}
