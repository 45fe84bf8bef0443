//! A change of a sensor profile on a generated registry: previews of growing worlds, one process for all sizes.

use std::sync::Arc;
use std::time::Duration;

use bartizan_container::engine::{
    Duty, Exclusions, Hours, Image, Name, Plan, Reference, Sensor, Source, Vulnerability, Window, World, coverage,
    preview,
};
use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use crate::{Failure, clock};

/// A turn is repeated until it has taken this long.
const TURN: Duration = Duration::from_millis(600);
/// Samples of each list, as an API would ask for.
const LISTED: usize = 100;
/// Vulnerabilities that exist, of which each image has some.
const KNOWN: usize = 5_000;
/// Of one image.
const PER_IMAGE: usize = 40;
const SENSORS: u32 = 50;
const HOUR_MS: i64 = 3_600_000;
/// 26 November 2026, 12:00 UTC.
const NOW: Timestamp = Timestamp(1_795_694_400_000);

/// Patterns as people write them: a repository, a prefix, a suffix, tags in the middle.
const PATTERNS: [&str; 10] = [
    "team-3/.*",
    ".*-debug",
    "team-1/service-17",
    "registry\\.example/team-9/.*:v1\\..*",
    ".*:(dev|test|tmp)-[0-9]+",
    "(?i).*/sandbox-.*",
    "team-[45]/service-[0-9]+:v0\\.[0-9]+",
    ".*@sha256:00.*",
    "[0-9a-f]{4}dead[0-9a-f]{4}",
    ".*nightly.*",
];

/// Previews a profile that gets ten patterns and a window, over so many images and half and a quarter of them.
///
/// # Errors
/// A clock cannot be read.
pub(crate) fn measure(images: usize) -> Result<Value, Failure> {
    let old = Plan::compile(&Source { interval_hours: 24, ..Source::new(Duty::General) })?;
    let night = Window { days: (0..5).collect(), hours: Hours::Between { start: 8 * 60, end: 18 * 60 } };
    let new = Plan::compile(&Source {
        interval_hours: 48,
        windows: vec![night],
        exclusions: PATTERNS.map(str::to_owned).to_vec(),
        ..Source::new(Duty::General)
    })?;
    let mut rows = Vec::new();
    for size in [images / 4, images / 2, images] {
        let world = world(size);
        let (previewing, found) = clock::median(TURN, || preview(&old, &new, &world, LISTED))?;
        let (unchanged, _) = clock::median(TURN, || preview(&old, &old, &world, LISTED))?;
        let (covering, _) = clock::median(TURN, || coverage(&new, &world, LISTED))?;
        let patterns = Exclusions::new(&PATTERNS)?;
        let (matching, _) = clock::median(TURN, || {
            world.images.iter().map(|image| patterns.judge(&image.sha, &image.names)).filter(|one| is_out(*one)).count()
        })?;
        rows.push(json!({
            "images": size, "preview_ms": milliseconds(previewing), "without_patterns_ms": milliseconds(unchanged),
            "coverage_ms": milliseconds(covering), "patterns_ms": milliseconds(matching),
            "stop": found.stop, "later": found.later, "unseen": found.unseen.gone_total,
        }));
    }
    Ok(
        json!({ "patterns": PATTERNS.len(), "vulnerabilities_per_image": PER_IMAGE, "names_per_image": 3, "sizes": rows }),
    )
}

fn is_out(verdict: bartizan_container::engine::Verdict) -> bool {
    matches!(verdict, bartizan_container::engine::Verdict::Excluded { .. })
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn world(images: usize) -> World {
    let known: Vec<Vulnerability> = (0..KNOWN)
        .map(|number| Vulnerability {
            id: Arc::from(format!("CVE-2026-{number:05}")),
            severity: u8::try_from(number % 5).unwrap_or(0) + 1,
        })
        .collect();
    let heard = Some(NOW);
    let sensors = (0..SENSORS).map(|number| Sensor { id: format!("sensor-{number}").into(), heard }).collect();
    let mut chosen = Chosen(17);
    World {
        now: NOW,
        sensors,
        images: (0..images).map(|number| image(number, &known, &mut chosen)).collect(),
        ..World::default()
    }
}

fn image(number: usize, known: &[Vulnerability], chosen: &mut Chosen) -> Image {
    let repository = format!("team-{}/service-{}", chosen.below(20), chosen.below(400));
    let tag = match chosen.below(20) {
        0 => format!("dev-{number}"),
        1 => format!("nightly-{number}"),
        minor => format!("v1.{minor}.{}", chosen.below(90)),
    };
    let sha: String = (0..4).map(|_| format!("{:016x}", chosen.next())).collect();
    let name =
        |reference| Name { registry: "registry.example".into(), repository: repository.as_str().into(), reference };
    let names = vec![
        name(Reference::Tag(tag.into())),
        name(Reference::Tag("latest".into())),
        name(Reference::Digest(format!("sha256:{sha}").into())),
    ];
    let hours = i64::try_from(chosen.below(100)).unwrap_or(0);
    let sensor = u32::try_from(chosen.below(u64::from(SENSORS))).unwrap_or(0);
    let some = (0..PER_IMAGE).filter_map(|_| {
        // Some vulnerabilities are everywhere, most are rare.
        let place = chosen.below(KNOWN as u64) * chosen.below(KNOWN as u64) / KNOWN as u64;
        known.get(usize::try_from(place).ok()?).cloned()
    });
    Image {
        sha: sha.into(),
        names,
        seen: NOW.plus_days(-30),
        scanned: Some(Timestamp(NOW.0 - hours * HOUR_MS)),
        sensors: vec![sensor],
        vulnerabilities: some.collect(),
        ..Image::default()
    }
}

/// xorshift64*: the same world in every run.
struct Chosen(u64);

impl Chosen {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 33) % bound
    }
}
