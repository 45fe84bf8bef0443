//! Previews: by example, and against judging each world by itself.

use bartizan_container::engine::{
    Container, Duty, Events, Hours, Image, Never, Next, Plan, ScanningPolicy, Source, Vulnerability, Window, World,
    next_scan, preview,
};
use proptest::prelude::*;

use crate::world::{HOUR, at, image, world};

fn with(mut image: Image, ids: &[(&str, u8)]) -> Image {
    image.scanned = Some(at("2026-11-26T00:00:00Z"));
    let found = ids.iter().map(|(id, severity)| Vulnerability { id: (*id).into(), severity: *severity });
    image.vulnerabilities = found.collect();
    image
}

fn plan(edit: impl FnOnce(&mut Source)) -> Plan {
    let mut source = Source { interval_hours: 24, ..Source::new(Duty::General) };
    edit(&mut source);
    Plan::compile(&source).unwrap()
}

#[test]
fn a_pattern_hides_what_only_its_images_have() {
    let world = world(vec![
        with(image(1, &["r/debug/a:1"]), &[("CVE-1", 5), ("CVE-2", 3)]),
        with(image(2, &["r/prod/a:1"]), &[("CVE-2", 3)]),
        image(3, &[]),
    ]);
    let (old, new) = (plan(|_| ()), plan(|source| source.exclusions = vec!["x".into(), "debug/.*".into()]));
    let found = preview(&old, &new, &world, 10);
    assert_eq!((found.images, found.covered, found.stop, found.start), (3, (3, 2), 1, 0));
    assert_eq!(found.by_pattern["debug/.*"].stop, 1);
    assert_eq!(found.shifts.len(), 1);
    assert_eq!(found.shifts[0].pattern.as_deref(), Some("debug/.*"));
    assert_eq!(found.shifts[0].after, Next::Never(Never::Excluded { pattern: 1 }));
    assert_eq!(found.unseen.findings, [0, 0, 1, 0, 1]);
    assert_eq!(found.unseen.gone, [(5, "CVE-1".into())]);
    assert_eq!((found.unjudged.nameless, found.unjudged.unscanned), (1, 1));
    let back = preview(&new, &old, &world, 10);
    assert_eq!((back.stop, back.start, back.by_pattern["debug/.*"].start), (0, 1, 1));
    assert_eq!(back.unseen.gone_total, 0);
}

#[test]
fn images_that_cannot_be_run_are_not_scanned_where_nothing_else_is_allowed() {
    let known = |number, runs| Image { runs, ..with(image(number, &["r/a:1"]), &[("CVE-1", 4)]) };
    let world = world(vec![known(1, Some(true)), known(2, Some(false)), known(3, None)]);
    let (old, new) = (plan(|_| ()), plan(|source| source.policy = ScanningPolicy::RunOnly));
    let found = preview(&old, &new, &world, 10);
    assert_eq!((found.covered, found.stop, found.by_reason[&Never::NotRun]), ((3, 2), 1, 1));
    assert_eq!((found.unseen.findings[3], found.unjudged.never_run), (1, 1));
    let back = preview(&new, &old, &world, 10);
    assert_eq!((back.start, back.unjudged.never_run), (1, 0));
}

#[test]
fn windows_and_intervals_move_scans_and_load() {
    let world = world((0..6).map(|number| with(image(number, &["r/a:1"]), &[])).collect());
    let old = plan(|_| ());
    let new = plan(|source| source.windows = vec![Window { days: vec![4], hours: Hours::AllDay }]);
    let found = preview(&old, &new, &world, 3);
    assert_eq!((found.later, found.sooner, found.longest_delay_ms, found.shifts.len()), (6, 0, 24 * HOUR, 3));
    // Due at midnight, twelve hours from now; a day later under the new plan.
    assert_eq!((found.load.0.all[12], found.load.1.all[12], found.load.1.all[36]), (6, 0, 6));
    assert_eq!(found.load.0.all.iter().sum::<u64>(), 7 * 6);
    assert_eq!(found.load.0.busiest, found.load.0.all, "there is one sensor");
    assert_eq!(found.load.1.peak(), Some((36, 6)));
}

#[test]
fn dropped_events_and_broad_rules_are_told() {
    let runtime = |ignored: &[&str], sends| {
        let ignored = ignored.iter().map(|rule| (*rule).to_owned()).collect();
        Plan::compile(&Source { ignored, sends_events: sends, ..Source::new(Duty::Runtime) }).unwrap()
    };
    let events = |program: &str, count| Events { program: program.into(), count };
    let world = World {
        events: vec![events("/usr/bin/cat", 10), events("/tmp/cat", 1), events("/tmp/cat (deleted)", 2)],
        ..World::default()
    };
    let found = preview(&runtime(&[], true), &runtime(&["cat"], true), &world, 10).events;
    assert_eq!((found.recorded, found.sent_before, found.sent_after), (13, 13, 2));
    assert_eq!((found.dropped_by["cat"], found.broad["cat"]), (11, 2));
    let off = preview(&runtime(&[], true), &runtime(&[], false), &world, 10).events;
    assert_eq!((off.sent_before, off.sent_after), (13, 0));
}

#[test]
fn propagation_shows_containers() {
    let mut world = world(vec![with(image(1, &["r/a:1"]), &[("CVE-1", 5)])]);
    let known = Container { image_sha: Some(world.images[0].sha.clone()), ..Container::default() };
    world.containers = vec![known, Container::default()];
    let found = preview(&plan(|_| ()), &plan(|source| source.propagates = true), &world, 10);
    assert_eq!((found.containers_shown, found.unjudged.containers), ((0, 1), 1));
}

fn plans() -> impl Strategy<Value = Plan> {
    let pattern = prop_oneof![Just("a"), Just("b:1"), Just("r/.*"), Just(".*:2"), Just("q/b:.*")];
    let interval = prop_oneof![Just(0_u32), Just(12), Just(48)];
    let day = prop::option::of(0..7_u8);
    (prop::collection::vec(pattern, 0..3), interval, day, prop::bool::weighted(0.9)).prop_map(
        |(patterns, interval, day, scans)| {
            plan(|source| {
                source.exclusions = patterns.into_iter().map(str::to_owned).collect();
                source.interval_hours = interval;
                source.scans = scans;
                source.windows = day.map(|day| Window { days: vec![day], hours: Hours::AllDay }).into_iter().collect();
            })
        },
    )
}

fn images() -> impl Strategy<Value = Vec<Image>> {
    let one = (
        prop::collection::vec("[rq]/[ab]:[12]", 0..3),
        prop::option::of(0..100_i64),
        prop::collection::vec(0..9_u8, 0..4),
    );
    prop::collection::vec(one, 0..12).prop_map(|images| {
        images
            .into_iter()
            .enumerate()
            .map(|(number, (names, scanned, found))| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let ids: Vec<String> = found.iter().map(|id| format!("CVE-{id}")).collect();
                let ids: Vec<(&str, u8)> = ids.iter().map(|id| (id.as_str(), 4)).collect();
                let mut image = with(image(number, &names), &ids);
                let now = at("2026-11-26T12:00:00Z").0;
                image.scanned = scanned.map(|hours| bartizan_wire::Timestamp(now - hours * HOUR));
                image
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn a_preview_is_both_judgments_side_by_side(old in plans(), new in plans(), images in images()) {
        let world = world(images);
        let found = preview(&old, &new, &world, 1_000);
        let judge = |plan: &Plan, image: &Image| {
            next_scan(plan, image, plan.exclusions().judge(&image.sha, &image.names), &world.schedules, world.now)
        };
        let pairs: Vec<(Next, Next)> = world.images.iter().map(|one| (judge(&old, one), judge(&new, one))).collect();
        let number = |that: &dyn Fn(&(Next, Next)) -> bool| pairs.iter().filter(|pair| that(pair)).count() as u64;
        prop_assert_eq!(found.covered.0, number(&|(before, _)| before.is_covered()));
        prop_assert_eq!(found.covered.1, number(&|(_, after)| after.is_covered()));
        prop_assert_eq!(found.stop, number(&|(before, after)| before.is_covered() && !after.is_covered()));
        prop_assert_eq!(found.start, number(&|(before, after)| !before.is_covered() && after.is_covered()));
        prop_assert_eq!(found.covered.0 + found.start, found.covered.1 + found.stop);
        let stops: u64 = found.by_pattern.values().map(|one| one.stop).sum();
        prop_assert_eq!(stops + found.by_reason.values().sum::<u64>(), found.stop);
        prop_assert_eq!(found.shifts.len() as u64, found.stop + found.start + found.later + found.sooner);
        for shift in &found.shifts {
            prop_assert_eq!((shift.before, shift.after), pairs[shift.image]);
        }
        for (_, id) in &found.unseen.gone {
            let shows = |image: &Image| image.vulnerabilities.iter().any(|one| one.id == *id);
            let covered = world.images.iter().zip(&pairs).any(|(image, (_, after))| after.is_covered() && shows(image));
            prop_assert!(!covered);
        }
        let same = preview(&old, &old, &world, 1_000);
        prop_assert!(same.shifts.is_empty() && same.unseen.gone.is_empty());
        prop_assert_eq!(same.load.0, same.load.1);
    }
}
