//! The same rules once more, written from the vendor's guide and the decisions of the reference, without regard to time
//! and memory: every datapoint is kept, and every question is answered by looking at all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_device::behavior::{Behavior, ComparisonOperator as Op, MetricValue};
use bartizan_device::engine::{Finding, NamedProfile, Verdict, ViolationId};
use bartizan_device::metric::Measure;
use bartizan_device::observe::{Datapoint, Observation};
use bartizan_wire::Timestamp;

const TWO_DAYS: i64 = 2 * 86_400_000;

/// Profile, behavior, thing.
type Place = (String, String, String);

#[derive(Clone, Default)]
struct Track {
    /// Time and value of every datapoint that counts.
    points: Vec<(i64, MetricValue)>,
    last: Option<i64>,
    bad: i32,
    good: i32,
    alarm: Option<(ViolationId, i64)>,
}

#[derive(Clone)]
pub(super) struct Naive {
    profiles: Vec<NamedProfile>,
    customs: BTreeMap<Arc<str>, Measure>,
    tracks: BTreeMap<Place, Track>,
    negative: BTreeSet<(String, String)>,
    tick: Option<i64>,
}

impl Naive {
    pub(super) fn new(profiles: Vec<NamedProfile>, customs: BTreeMap<Arc<str>, Measure>) -> Self {
        Self { profiles, customs, tracks: BTreeMap::new(), negative: BTreeSet::new(), tick: None }
    }

    pub(super) fn active(&self) -> BTreeSet<ViolationId> {
        self.tracks.values().filter_map(|track| track.alarm.map(|(id, _)| id)).collect()
    }

    pub(super) fn step(&mut self, covering: &dyn Fn(&str) -> Vec<u16>, seen: &Observation) -> Vec<Finding> {
        let mut out = Vec::new();
        match seen {
            Observation::Report { thing, at, datapoints } | Observation::Window { thing, at, datapoints } => {
                for point in datapoints {
                    let mut cover = covering(thing);
                    cover.sort_unstable();
                    for profile in cover {
                        let profile = self.profiles[usize::from(profile)].clone();
                        for behavior in profile.behaviors.iter() {
                            self.datapoint(&profile.name, behavior, thing, at.0, point, &mut out);
                        }
                    }
                }
            }
            Observation::Tick { at } => self.tick(covering, at.0, &mut out),
        }
        out
    }

    fn measure(&self, behavior: &Behavior) -> Measure {
        let name = behavior.metric.as_deref().unwrap();
        self.customs.get(name).copied().unwrap_or_else(|| match name {
            "aws:destination-ip-addresses" | "aws:source-ip-address" => Measure::Cidrs,
            "aws:listening-tcp-ports" | "aws:listening-udp-ports" => Measure::Ports,
            "aws:disconnect-duration" => Measure::Gauge,
            _ if name.starts_with("aws:num-listening") || name.starts_with("aws:num-established") => Measure::Gauge,
            _ => Measure::Counter,
        })
    }

    fn datapoint(
        &mut self,
        profile: &Arc<str>,
        behavior: &Behavior,
        thing: &Arc<str>,
        at: i64,
        point: &Datapoint,
        out: &mut Vec<Finding>,
    ) {
        let Some(criteria) = &behavior.criteria else { return };
        let fleet = criteria.statistical_threshold.is_some();
        let wanted = match (behavior.metric.as_deref().unwrap(), criteria.comparison_operator.unwrap()) {
            ("aws:message-byte-size", Op::LessThan | Op::LessThanEquals) if !fleet => "aws:message-byte-size-max",
            ("aws:message-byte-size", _) if !fleet => "aws:message-byte-size-min",
            (name, _) => name,
        };
        let dimension =
            behavior.metric_dimension.as_ref().map(|by| (by.dimension_name.as_str(), by.operator.unwrap_or_default()));
        let told = point.measured.dimension.as_ref().map(|(name, operator)| (&**name, *operator));
        if wanted != &*point.measured.metric || dimension != told {
            return;
        }
        let measure = self.measure(behavior);
        let place = (profile.to_string(), behavior.name.clone(), thing.to_string());
        let track = self.tracks.entry(place).or_default();
        if track.last.is_some_and(|last| at <= last) {
            return;
        }
        track.last = Some(at);
        track.points.push((at, point.value.clone()));
        if fleet {
            if number(&point.value) < 0.0 {
                self.negative.insert((profile.to_string(), behavior.name.clone()));
            }
            return;
        }
        let value = match criteria.duration_seconds {
            Some(duration) if measure == Measure::Counter && wanted == behavior.metric.as_deref().unwrap() => {
                // slots of ten seconds, the last `duration` seconds of them less one
                let slot = |at: i64| (at + 9_999) / 10_000;
                let slots = i64::from(duration) / 10 - 1;
                let inside = track.points.iter().filter(|(point, _)| slot(*point) > slot(at) - slots);
                MetricValue {
                    count: Some(inside.map(|(_, value)| value.count.unwrap()).sum()),
                    ..MetricValue::default()
                }
            }
            _ => spelled(&point.value, measure),
        };
        let conforms = conforms(behavior, measure, &value);
        judge(track, profile, behavior, thing, at, conforms, &value, out);
    }

    fn tick(&mut self, covering: &dyn Fn(&str) -> Vec<u16>, at: i64, out: &mut Vec<Finding>) {
        if self.tick.is_some_and(|tick| at <= tick) {
            return;
        }
        for profile in self.profiles.clone() {
            for behavior in profile.behaviors.iter() {
                if behavior.criteria.as_ref().is_some_and(|criteria| criteria.statistical_threshold.is_some()) {
                    self.fleet(&profile.name, behavior, at, out);
                }
            }
        }
        self.tick = Some(at);
        let quiet = |track: &Track| track.last.is_some_and(|last| at - last > TWO_DAYS);
        for (number, profile) in self.profiles.iter().enumerate() {
            for behavior in profile.behaviors.iter() {
                for ((_, _, thing), track) in tracks_of(&mut self.tracks, &profile.name, &behavior.name) {
                    assert!(covering(thing).contains(&u16::try_from(number).unwrap()), "{thing} is not covered");
                    if quiet(track) {
                        (track.bad, track.good) = (0, 0);
                        if let Some((id, started)) = track.alarm.take() {
                            out.push(Finding::Invalidated(verdict(
                                &profile.name,
                                behavior,
                                thing,
                                id,
                                started,
                                at,
                                None,
                            )));
                        }
                    }
                }
            }
        }
    }

    fn fleet(&mut self, profile: &Arc<str>, behavior: &Behavior, at: i64, out: &mut Vec<Finding>) {
        let criteria = behavior.criteria.as_ref().unwrap();
        let duration = i64::from(criteria.duration_seconds.unwrap_or(300)) * 1_000;
        let measure = self.measure(behavior);
        let since = self.tick.unwrap_or(i64::MIN);
        if self.negative.contains(&(profile.to_string(), behavior.name.clone())) {
            for ((_, _, thing), track) in tracks_of(&mut self.tracks, profile, &behavior.name) {
                if let Some((id, started)) = track.alarm.take() {
                    (track.bad, track.good) = (0, 0);
                    out.push(Finding::Invalidated(verdict(profile, behavior, thing, id, started, at, None)));
                }
            }
            return;
        }
        let mut values = BTreeMap::new();
        for ((_, _, thing), track) in tracks_of(&mut self.tracks, profile, &behavior.name) {
            let inside: Vec<f64> = track
                .points
                .iter()
                .filter(|(point, _)| at - duration < *point && *point <= at)
                .map(|(_, value)| number(value))
                .collect();
            if inside.is_empty() {
                continue;
            }
            let value = if measure == Measure::Counter { inside.iter().sum() } else { *inside.last().unwrap() };
            let fresh = track.points.iter().any(|(point, _)| since.max(at - duration) < *point && *point <= at);
            values.insert(thing.clone(), (value, fresh));
        }
        if values.len() < 2 {
            return;
        }
        let mut sorted: Vec<f64> = values.values().map(|(value, _)| *value).collect();
        sorted.sort_by(f64::total_cmp);
        let statistic = criteria.statistical_threshold.as_ref().unwrap().statistic.as_deref().unwrap();
        let percent: f64 = statistic.trim_start_matches('p').parse().unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "a small whole number")]
        let rank = ((percent * 10_000.0).round() as u64 * sorted.len() as u64).div_ceil(1_000_000).max(1) as usize;
        let threshold = sorted[rank - 1];
        for (thing, (value, fresh)) in values {
            if !fresh {
                continue;
            }
            let track = self.tracks.get_mut(&(profile.to_string(), behavior.name.clone(), thing.clone())).unwrap();
            let conforms = compare(criteria.comparison_operator.unwrap(), value, threshold);
            let value = spelled_number(value, measure);
            judge(track, profile, behavior, &thing.into(), at, conforms, &value, out);
        }
    }

    /// Other profiles or another coverage.
    pub(super) fn replan(
        &mut self,
        profiles: Vec<NamedProfile>,
        covering: &dyn Fn(&str) -> Vec<u16>,
        at: i64,
    ) -> Vec<Finding> {
        let mut out = Vec::new();
        let old = std::mem::replace(&mut self.profiles, profiles);
        for profile in &old {
            for behavior in profile.behaviors.iter() {
                let place = self.profiles.iter().position(|new| new.name == profile.name);
                let heir = place.and_then(|place| {
                    let found = self.profiles[place].behaviors.iter().find(|new| new.name == behavior.name);
                    found.cloned().map(|found| (place, found))
                });
                let kept = heir.filter(|(_, heir)| {
                    heir.metric == behavior.metric
                        && heir.metric_dimension == behavior.metric_dimension
                        && heir.criteria.is_some()
                        && extreme(heir) == extreme(behavior)
                });
                if kept.is_none() {
                    self.negative.remove(&(profile.name.to_string(), behavior.name.clone()));
                }
                let mut gone = Vec::new();
                for (place, track) in tracks_of(&mut self.tracks, &profile.name, &behavior.name) {
                    let covered = |number: &usize| covering(&place.2).contains(&u16::try_from(*number).unwrap());
                    match kept.as_ref().filter(|(number, _)| covered(number)) {
                        Some((_, heir)) if heir.criteria == behavior.criteria => {}
                        Some(_) => {
                            (track.bad, track.good) = (0, 0);
                            track.points.clear();
                        }
                        None => {
                            if let Some((id, started)) = track.alarm {
                                let told = verdict(&profile.name, behavior, &place.2, id, started, at, None);
                                out.push(Finding::Invalidated(told));
                            }
                            gone.push(place.clone());
                        }
                    }
                }
                for place in gone {
                    self.tracks.remove(&place);
                }
            }
        }
        out
    }
}

/// Which extreme of a message's size is judged.
fn extreme(behavior: &Behavior) -> Option<bool> {
    let criteria = behavior.criteria.as_ref()?;
    let sizes = behavior.metric.as_deref() == Some("aws:message-byte-size") && criteria.value.is_some();
    sizes.then_some(matches!(criteria.comparison_operator, Some(Op::LessThan | Op::LessThanEquals)))
}

fn tracks_of<'a>(
    tracks: &'a mut BTreeMap<Place, Track>,
    profile: &str,
    behavior: &str,
) -> impl Iterator<Item = (&'a Place, &'a mut Track)> {
    let (profile, behavior) = (profile.to_owned(), behavior.to_owned());
    tracks.iter_mut().filter(move |(place, _)| place.0 == profile && place.1 == behavior)
}

fn number(value: &MetricValue) -> f64 {
    value.number.or_else(|| value.count.map(|count| count as f64)).unwrap()
}

fn spelled_number(number: f64, measure: Measure) -> MetricValue {
    if measure == Measure::Number {
        MetricValue { number: Some(number), ..MetricValue::default() }
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "a small whole number")]
        MetricValue { count: Some(number as i64), ..MetricValue::default() }
    }
}

fn spelled(value: &MetricValue, measure: Measure) -> MetricValue {
    match measure {
        Measure::Counter | Measure::Gauge | Measure::Number => spelled_number(number(value), measure),
        _ => value.clone(),
    }
}

fn compare(operator: Op, value: f64, threshold: f64) -> bool {
    match operator {
        Op::LessThan => value < threshold,
        Op::LessThanEquals => value <= threshold,
        Op::GreaterThan => value > threshold,
        Op::GreaterThanEquals => value >= threshold,
        _ => panic!("not a comparison of numbers"),
    }
}

fn conforms(behavior: &Behavior, measure: Measure, value: &MetricValue) -> bool {
    let criteria = behavior.criteria.as_ref().unwrap();
    let wanted = criteria.value.as_ref().unwrap();
    match criteria.comparison_operator.unwrap() {
        Op::InPortSet => value.ports.iter().flatten().all(|port| wanted.ports.as_ref().unwrap().contains(port)),
        Op::NotInPortSet => !value.ports.iter().flatten().any(|port| wanted.ports.as_ref().unwrap().contains(port)),
        Op::InSet if measure == Measure::Strings => {
            value.strings.iter().flatten().all(|text| wanted.strings.as_ref().unwrap().contains(text))
        }
        Op::NotInSet if measure == Measure::Strings => {
            !value.strings.iter().flatten().any(|text| wanted.strings.as_ref().unwrap().contains(text))
        }
        Op::InSet => value.numbers.iter().flatten().all(|number| wanted.numbers.as_ref().unwrap().contains(number)),
        Op::NotInSet => !value.numbers.iter().flatten().any(|number| wanted.numbers.as_ref().unwrap().contains(number)),
        Op::InCidrSet => value.cidrs.iter().flatten().all(|text| inside(text, wanted.cidrs.as_ref().unwrap())),
        Op::NotInCidrSet => !value.cidrs.iter().flatten().any(|text| inside(text, wanted.cidrs.as_ref().unwrap())),
        operator => {
            let minutes = behavior.metric.as_deref() == Some("aws:disconnect-duration");
            let threshold = number(wanted) * if minutes { 60.0 } else { 1.0 };
            compare(operator, number(value), threshold)
        }
    }
}

/// An address in one of some networks, both IPv4, bit by bit.
fn inside(address: &str, networks: &[String]) -> bool {
    let bits = |text: &str| {
        let parts: Vec<u32> = text.split('.').map(|part| part.parse().unwrap()).collect();
        parts.iter().fold(String::new(), |bits, part| bits + &format!("{part:08b}"))
    };
    networks.iter().any(|network| {
        let (start, prefix) = network.split_once('/').unwrap_or((network, "32"));
        let prefix: usize = prefix.parse().unwrap();
        bits(address).bytes().take(prefix).eq(bits(start).bytes().take(prefix))
    })
}

#[expect(clippy::too_many_arguments, reason = "whose datapoint, and what it is")]
fn judge(
    track: &mut Track,
    profile: &Arc<str>,
    behavior: &Behavior,
    thing: &Arc<str>,
    at: i64,
    conforms: bool,
    value: &MetricValue,
    out: &mut Vec<Finding>,
) {
    let criteria = behavior.criteria.as_ref().unwrap();
    let told = |(id, started)| verdict(profile, behavior, thing, id, started, at, Some(value.clone()));
    match (track.alarm, conforms) {
        (None, true) => track.bad = 0,
        (None, false) => {
            track.bad += 1;
            if track.bad == criteria.consecutive_datapoints_to_alarm.unwrap_or(1) {
                let alarm = (ViolationId::of(profile, &behavior.name, thing, Timestamp(at)), at);
                (track.alarm, track.bad, track.good) = (Some(alarm), 0, 0);
                out.push(Finding::Alarm(told(alarm)));
            }
        }
        (Some(alarm), false) => {
            track.good = 0;
            out.push(Finding::Refreshed(told(alarm)));
        }
        (Some(alarm), true) => {
            track.good += 1;
            if track.good == criteria.consecutive_datapoints_to_clear.unwrap_or(1) {
                (track.alarm, track.good) = (None, 0);
                out.push(Finding::Cleared(told(alarm)));
            }
        }
    }
}

fn verdict(
    profile: &Arc<str>,
    behavior: &Behavior,
    thing: &str,
    id: ViolationId,
    started: i64,
    at: i64,
    value: Option<MetricValue>,
) -> Verdict {
    Verdict {
        thing: thing.into(),
        profile: profile.clone(),
        behavior: behavior.name.as_str().into(),
        id,
        started: Timestamp(started),
        at: Timestamp(at),
        value,
        confidence: None,
    }
}
