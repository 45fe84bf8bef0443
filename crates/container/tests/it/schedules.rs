//! When images are scanned next.

use bartizan_container::engine::{
    Cadence, Choice, Duty, Exclusions, Hours, Image, Never, Next, Plan, Schedule, Source, Window, next_scan,
};
use bartizan_wire::Timestamp;
use proptest::prelude::*;

use crate::world::{HOUR, at, image, name};

fn next(source: &Source, image: &Image, schedules: &[Schedule], now: &str) -> Next {
    let plan = Plan::compile(source).unwrap();
    let verdict = plan.exclusions().judge(&image.sha, &image.names);
    next_scan(&plan, image, verdict, schedules, at(now))
}

fn daily(made: &str, days: u32, minute: u32) -> Schedule {
    let cadence = Cadence::Every { days, minute };
    Schedule { registry: "reg".into(), made: at(made), cadence, choices: Vec::new(), force: false }
}

#[test]
fn a_general_sensor_scans_at_once_and_then_by_the_interval() {
    let mut source = Source { interval_hours: 48, ..Source::new(Duty::General) };
    let mut one = image(1, &["r/a:1"]);
    let now = "2026-11-26T12:00:00Z";
    assert_eq!(next(&source, &one, &[], now), Next::At(at(now)));
    one.scanned = Some(at("2026-11-26T11:00:00Z"));
    assert_eq!(next(&source, &one, &[], now), Next::At(at("2026-11-28T11:00:00Z")));
    // Due on a Saturday that is inactive.
    source.windows = vec![Window { days: vec![5], hours: Hours::AllDay }];
    assert_eq!(next(&source, &one, &[], now), Next::At(at("2026-11-29T00:00:00Z")));
    source.interval_hours = 0;
    assert_eq!(next(&source, &one, &[], now), Next::Never(Never::EventsOnly));
    source.exclusions = vec!["a".to_owned()];
    assert_eq!(next(&source, &one, &[], now), Next::Never(Never::Excluded { pattern: 0 }));
    source.scans = false;
    assert_eq!(next(&source, &one, &[], now), Next::Never(Never::Off));
    source =
        Source { windows: vec![Window { days: (0..7).collect(), hours: Hours::AllDay }], ..Source::new(Duty::General) };
    assert_eq!(next(&source, &one, &[], now), Next::Never(Never::Windows));
    assert_eq!(next(&Source::new(Duty::Runtime), &one, &[], now), Next::Never(Never::Duty));
}

#[test]
fn a_registry_sensor_scans_when_a_schedule_says_so() {
    let mut source = Source { interval_hours: 48, ..Source::new(Duty::Registry) };
    let mut one = Image { registries: vec!["reg".into()], ..image(1, &["r/team/a:1.2"]) };
    let now = "2026-11-26T12:00:00Z";
    let mut schedules = [daily("2026-11-20T09:00:00Z", 1, 60)];
    assert_eq!(next(&source, &one, &schedules, now), Next::Never(Never::NotAssociated));
    source.registries = vec!["other".to_owned(), "reg".to_owned()];
    assert_eq!(next(&source, &one, &[], now), Next::Never(Never::NoSchedule));
    assert_eq!(next(&source, &one, &schedules, now), Next::At(at("2026-11-27T01:00:00Z")));
    // Scanned yesterday: the runs before 48 hours have passed leave it alone.
    one.scanned = Some(at("2026-11-26T01:30:00Z"));
    assert_eq!(next(&source, &one, &schedules, now), Next::At(at("2026-11-29T01:00:00Z")));
    schedules[0].force = true;
    assert_eq!(next(&source, &one, &schedules, now), Next::At(at("2026-11-27T01:00:00Z")));
    // A run that fell into an inactive window is made when it ends.
    source.windows = vec![Window { days: vec![3, 4], hours: Hours::Between { start: 30, end: 13 * 60 } }];
    assert_eq!(next(&source, &one, &schedules, now), Next::At(at("2026-11-26T13:00:00Z")));
    schedules[0].choices = vec![Choice::new("team/b", ".*", None).unwrap()];
    assert_eq!(next(&source, &one, &schedules, now), Next::Never(Never::NoSchedule));
    schedules[0].choices.push(Choice::new("team/.*", r"v\d{1,3},1\..*", None).unwrap());
    assert!(matches!(next(&source, &one, &schedules, now), Next::At(_)));
    schedules[0].choices = vec![Choice::new("team/a", ".*", Some(7)).unwrap()];
    one.made = Some(at("2026-11-01T00:00:00Z"));
    assert_eq!(next(&source, &one, &schedules, now), Next::Never(Never::NoSchedule));
}

#[test]
fn a_build_sensor_scans_what_a_build_marks() {
    let source = Source::new(Duty::Build);
    let mut one = image(1, &["r/a:1"]);
    assert_eq!(next(&source, &one, &[], "2026-11-26T12:00:00Z"), Next::Never(Never::NotMarked));
    one.names.push(name(&format!("r/qualys_scan_target:{}", one.sha)));
    assert_eq!(next(&source, &one, &[], "2026-11-26T12:00:00Z"), Next::At(at("2026-11-26T12:00:00Z")));
}

proptest! {
    #[test]
    fn runs_are_where_walking_finds_them(
        made in 0..40_000_000_i64,
        ahead in -3_000_000..40_000_000_i64,
        weekly in any::<bool>(),
        day in 0..7_u8,
        days in 1..10_u32,
        minute in 0..1_440_u32,
    ) {
        let base = at("2024-02-20T00:00:00Z").0;
        let made = Timestamp(base + made * 10);
        let from = Timestamp(made.0 + ahead * 10);
        let cadence = if weekly { Cadence::Weekly { day, minute } } else { Cadence::Every { days, minute } };
        let schedule =
            Schedule { registry: "r".into(), made, cadence, choices: Vec::new(), force: false };
        let first_day = made.0.div_euclid(Timestamp::DAY_MS);
        let expected = (first_day..first_day + 60)
            .map(|day| (day, Timestamp(day * Timestamp::DAY_MS + i64::from(minute) * 60_000)))
            .filter(|(number, at)| if weekly {
                at.date().weekday().to_monday_zero_offset().unsigned_abs() == day
            } else {
                (number - first_day) % i64::from(days) == 0
            })
            .map(|(_, at)| at)
            .find(|at| *at >= from && *at >= made);
        prop_assert_eq!(schedule.next_run(from), expected);
    }

    #[test]
    fn no_scan_begins_in_a_window(
        hours in prop::collection::vec((0..7_u8, 0..1_440_u32, 0..=1_440_u32), 0..6),
        scanned in prop::option::of(0..400_i64),
        interval in prop_oneof![Just(0_u32), Just(12), Just(24), Just(48)],
        now in 0..170_i64,
    ) {
        let windows = hours.into_iter().filter(|(_, start, end)| start != end);
        let windows = windows.map(|(day, start, end)| Window { days: vec![day], hours: Hours::Between { start, end } });
        let source = Source { interval_hours: interval, windows: windows.collect(), ..Source::new(Duty::General) };
        let plan = Plan::compile(&source).unwrap();
        let now = Timestamp(at("2026-11-23T00:00:00Z").0 + now * HOUR);
        let mut one = image(1, &["r/a:1"]);
        one.scanned = scanned.map(|hours| Timestamp(now.0 - hours * HOUR));
        let verdict = Exclusions::default().judge(&one.sha, &one.names);
        if let Next::At(at) = next_scan(&plan, &one, verdict, &[], now) {
            prop_assert!(at >= now && plan.week().active_at(at));
            let due = one.scanned.map_or(now, |scanned| Timestamp(scanned.0 + i64::from(interval) * HOUR)).max(now);
            prop_assert_eq!(plan.week().active_between(due, at), 0, "as soon as may be");
        }
    }
}
