//! What is late, and why.

use bartizan_container::engine::{
    Container, Duty, Freshness, Hours, Image, Images, Late, Never, Plan, Shown, Source, Unshown, Window, coverage,
    freshness,
};

use crate::world::{at, image, name, world};

fn scanned(number: usize, when: &str) -> Image {
    Image { scanned: Some(at(when)), ..image(number, &["r/a:1"]) }
}

#[test]
fn what_is_late_says_why() {
    let daily = Source { interval_hours: 24, ..Source::new(Duty::General) };
    let plan = Plan::compile(&daily).unwrap();
    let mut world = world(vec![scanned(1, "2026-11-26T00:00:00Z"), scanned(2, "2026-11-20T00:00:00Z"), image(3, &[])]);
    let judge = |plan: &Plan, world: &_, image: &Image| freshness(plan, image, world);
    let until = Some(at("2026-11-27T00:00:00Z"));
    assert_eq!(judge(&plan, &world, &world.images[0]), Freshness::Fresh { until });
    let since = at("2026-11-21T00:00:00Z");
    assert_eq!(judge(&plan, &world, &world.images[1]), Freshness::Stale { since, why: Late::Waiting });
    let found = coverage(&plan, &world, 1);
    assert_eq!((found.images, found.fresh, found.late[&Late::Waiting]), (3, 1, 2));
    assert_eq!(found.longest, [(2, at("2026-11-01T00:00:00Z"), Late::Waiting)]);

    world.sensors[0].heard = Some(at("2026-11-25T00:00:00Z"));
    assert_eq!(judge(&plan, &world, &world.images[1]), Freshness::Stale { since, why: Late::Silent });

    let excluded = Plan::compile(&Source { exclusions: vec!["a".into()], ..daily.clone() }).unwrap();
    let why = Late::Never(Never::Excluded { pattern: 0 });
    assert_eq!(judge(&excluded, &world, &world.images[1]), Freshness::Stale { since, why });

    // Inactive from Thursday midnight on: the scan of the day before came due in the window.
    let windows = vec![Window { days: vec![3], hours: Hours::Between { start: 0, end: 1_200 } }];
    let narrow = Plan::compile(&Source { windows, ..daily }).unwrap();
    world.images[1].scanned = Some(at("2026-11-25T01:00:00Z"));
    let since = at("2026-11-26T01:00:00Z");
    assert_eq!(judge(&narrow, &world, &world.images[1]), Freshness::Stale { since, why: Late::Windows });
}

#[test]
fn without_an_interval_a_scanned_image_is_fresh_as_long_as_it_is_covered() {
    let mut source = Source::new(Duty::General);
    let world = world(vec![scanned(1, "2020-01-01T00:00:00Z")]);
    let judge = |source: &Source| freshness(&Plan::compile(source).unwrap(), &world.images[0], &world);
    assert_eq!(judge(&source), Freshness::Fresh { until: None });
    source.scans = false;
    let since = at("2020-01-01T00:00:00Z");
    assert_eq!(judge(&source), Freshness::Stale { since, why: Late::Never(Never::Off) });
}

#[test]
fn containers_show_what_their_image_has() {
    let mut world =
        world(vec![scanned(1, "2026-11-20T00:00:00Z"), image(2, &["r/b:1"]), image(3, &["r/c:1", "r/d:1"])]);
    world.images[0].names.push(name("r/c:1"));
    let images = Images::of(&world);
    let by_sha = |number: usize| Container { image_sha: Some(format!("{number:064x}").into()), ..Container::default() };
    let by_name = |text: &str| Container { image_name: Some(name(text)), ..Container::default() };
    assert_eq!(images.shown(true, &by_sha(1)), Shown::Image(0));
    assert_eq!(images.shown(false, &by_sha(1)), Shown::None(Unshown::Off));
    assert_eq!(images.shown(true, &by_sha(2)), Shown::None(Unshown::Unscanned));
    assert_eq!(images.shown(true, &by_sha(9)), Shown::None(Unshown::Unknown));
    assert_eq!(images.shown(true, &by_name("r/a:1")), Shown::Image(0));
    assert_eq!(images.shown(true, &by_name("r/c:1")), Shown::None(Unshown::Ambiguous));
    assert_eq!(images.shown(true, &by_name("r/z:1")), Shown::None(Unshown::Unknown));
    // The digest counts, whatever the name says now.
    let moved = Container { image_name: Some(name("r/b:1")), ..by_sha(1) };
    assert_eq!(images.shown(true, &moved), Shown::Image(0));
    let own = Container { scanned: true, ..by_sha(1) };
    assert_eq!(images.shown(false, &own), Shown::Own);
}
