//! Samples of requests, by minute: so many of each minute, each with the number of requests that it stands for.

use std::collections::VecDeque;

use bartizan_web::document::SampledHttpRequest;
use bartizan_web::traffic::{Samples, Window};
use bartizan_wire::Timestamp;

/// Samples of one minute that are kept.
const A_MINUTE: usize = 20;
/// Minutes that are kept: three hours, and the one that has begun [WAFV2 API reference, `GetSampledRequests`].
const MINUTES: usize = 181;
/// Requests of a window that samples are taken from at most [the same].
const POPULATION_MAX: u64 = 5_000;
const MINUTE_MS: i64 = 60_000;

/// Samples of one rule.
#[derive(Debug, Default)]
pub(crate) struct Reservoir(VecDeque<Minute>);

#[derive(Debug)]
struct Minute {
    number: i64,
    requests: u64,
    samples: Vec<SampledHttpRequest>,
}

impl Reservoir {
    /// A request of the rule came. `sample` is made only if it is kept.
    pub(crate) fn offer(&mut self, at: Timestamp, sample: impl FnOnce() -> SampledHttpRequest) {
        let number = at.0.div_euclid(MINUTE_MS);
        if self.0.back().is_none_or(|minute| minute.number < number) {
            self.0.push_back(Minute { number, requests: 0, samples: Vec::new() });
            while self.0.len() > MINUTES || self.0.front().is_some_and(|minute| minute.number + 181 < number) {
                self.0.pop_front();
            }
        }
        // one that comes late belongs to the minute that runs
        let Some(minute) = self.0.back_mut() else { return };
        minute.requests += 1;
        if minute.samples.len() < A_MINUTE {
            minute.samples.push(sample());
            return;
        }
        // each request of the minute is kept with the same chance
        let place = scatter(minute.requests) % minute.requests;
        if let Some(slot) = usize::try_from(place).ok().and_then(|place| minute.samples.get_mut(place)) {
            *slot = sample();
        }
    }

    /// Samples of a window, oldest first, at most so many.
    #[must_use]
    pub(crate) fn read(&self, window: Window, limit: usize) -> Samples {
        let mut found = Samples::default();
        for minute in &self.0 {
            let begins = Timestamp(minute.number.saturating_mul(MINUTE_MS));
            if begins > window.to || begins.0.saturating_add(MINUTE_MS) <= window.from.0 {
                continue;
            }
            if found.population >= POPULATION_MAX {
                found.until = Some(begins);
                break;
            }
            found.population += minute.requests;
            let kept = u64::try_from(minute.samples.len()).unwrap_or(u64::MAX).max(1);
            let weight = i64::try_from(minute.requests.div_ceil(kept)).unwrap_or(i64::MAX);
            let inside =
                minute.samples.iter().filter(|one| one.timestamp.is_none_or(|at| at >= window.from && at <= window.to));
            found.requests.extend(inside.map(|one| SampledHttpRequest { weight, ..one.clone() }));
        }
        if found.requests.len() > limit {
            let every = found.requests.len().div_ceil(limit.max(1));
            let all = std::mem::take(&mut found.requests);
            let factor = i64::try_from(every).unwrap_or(1);
            found.requests = all
                .into_iter()
                .step_by(every)
                .map(|one| SampledHttpRequest { weight: one.weight * factor, ..one })
                .collect();
        }
        found
    }
}

/// Mixes the bits of a number, so that numbers in a row lead anywhere (`SplitMix64`).
const fn scatter(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use bartizan_web::document::{HttpRequest, SampledHttpRequest};
    use bartizan_web::traffic::Window;
    use bartizan_wire::Timestamp;

    use super::Reservoir;

    fn sample(at: i64) -> SampledHttpRequest {
        SampledHttpRequest {
            request: HttpRequest::default(),
            weight: 1,
            timestamp: Some(Timestamp(at)),
            action: None,
            rule_name_within_rule_group: None,
            request_headers_inserted: None,
            response_code_sent: None,
            labels: None,
            captcha_response: None,
            challenge_response: None,
            overridden_action: None,
        }
    }

    #[test]
    fn samples_stand_for_all_requests() {
        let mut reservoir = Reservoir::default();
        for at in 0..600 {
            reservoir.offer(Timestamp(at * 100), || sample(at * 100));
        }
        reservoir.offer(Timestamp(60_000), || sample(60_000));
        let all = Window { from: Timestamp(0), to: Timestamp(100_000) };
        let read = reservoir.read(all, 500);
        assert_eq!((read.population, read.requests.len()), (601, 21));
        assert_eq!(read.requests.iter().map(|one| one.weight).sum::<i64>(), 601);
        assert_eq!(reservoir.read(all, 5).requests.len(), 5);
        assert_eq!(reservoir.read(Window { from: Timestamp(60_000), to: Timestamp(70_000) }, 500).population, 1);
        reservoir.offer(Timestamp(60_000 * 300), || sample(0));
        assert_eq!(reservoir.read(all, 500).population, 0);
    }

    #[test]
    fn a_long_window_ends_where_enough_was_seen() {
        let mut reservoir = Reservoir::default();
        for at in 0..12_000 {
            reservoir.offer(Timestamp(at * 20), || sample(at * 20));
        }
        let read = reservoir.read(Window { from: Timestamp(0), to: Timestamp(300_000) }, 500);
        assert_eq!((read.population, read.until), (6_000, Some(Timestamp(120_000))));
    }
}
