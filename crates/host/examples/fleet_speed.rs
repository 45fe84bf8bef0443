//! How fast a fleet is judged and two plans are compared: `cargo run --release -p bartizan-host --example fleet_speed`.
//! Debian's size: 33,000 packages offered, a tenth of them with a security update; 600 packages a host.
#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bartizan_host::engine::{Fleet, Outcomes, Plan, RejectedAction, Rule, SampleLimits, Scope, Source, compare, judge};
use bartizan_host::observe::{Available, Facts, Index, IndexReference, Installed, Inventory, Origin};
use bartizan_wire::Timestamp;

const PACKAGES: usize = 33_000;
const PER_HOST: usize = 600;
const HOSTS: usize = 20_000;
const ROUNDS: usize = 50;
const NOW: Timestamp = Timestamp(0);

fn main() -> Result<(), String> {
    let name = |number: usize| format!("package-{number:06}");
    let stanza = |number: usize, version: &str| Available {
        name: name(number),
        architecture: "amd64".into(),
        version: version.into(),
        priority: "optional".into(),
        section: ["libs", "net", "admin"].get(number % 3).map_or_else(String::new, |s| (*s).to_owned()),
        ..Available::default()
    };
    let main = Index { packages: (0..PACKAGES).map(|number| stanza(number, "1.0-1")).collect() };
    let security = (0..PACKAGES).step_by(10).map(|number| stanza(number, "1.0-1+deb12u1"));
    let security = Index { packages: security.collect() };
    let mut offers = BTreeMap::new();
    let mut indices = Vec::new();
    for (archive, index) in [("oldstable", main), ("oldstable-security", security)] {
        offers.insert(archive.to_owned(), Arc::new(index));
        let origin = Origin { archive: archive.into(), trusted: true, ..Origin::default() };
        indices.push(IndexReference { digest: archive.into(), origin });
    }
    let mut fleet = Fleet::default();
    let watch = Watch::start();
    for host in 0..HOSTS {
        // A base that all have, and some that differ from host to host.
        let numbers = (0..PER_HOST).map(|at| if at < 400 { at * 7 } else { 3_000 + (at * 131 + host * 17) % 30_000 });
        let installed = numbers.map(|number| Installed {
            name: name(number),
            architecture: "amd64".into(),
            version: if number % 10 == 0 && (host + number) % 4 > 0 { "1.0-1+deb12u1" } else { "1.0-1" }.into(),
            priority: "optional".into(),
            section: "libs".into(),
            provides: String::new(),
            held: false,
            installed_at: None,
        });
        let facts = Facts { os_id: "debian".into(), os_version: "12".into(), ..Facts::default() };
        let inventory = Inventory {
            instance: format!("mi-{host:017x}"),
            captured_at: NOW,
            facts: Facts { architecture: "amd64".into(), ..facts },
            installed: installed.collect(),
            indices: indices.clone(),
            refreshed_at: None,
            blind: Vec::new(),
        };
        fleet.upsert(&inventory, &offers, &Outcomes::default()).map_err(|error| error.to_string())?;
    }
    watch.hosts("taken in", HOSTS);
    let old = plan(&Source { rules: vec![Rule::default()], ..Source::default() })?;
    let listed: Vec<String> = (0..50).map(|number| format!("package-0{number:02}*7")).collect();
    let new = plan(&Source {
        rules: vec![Rule { enable_non_security: true, ..Rule::default() }],
        rejected: listed,
        rejected_action: RejectedAction::Block,
        ..Source::default()
    })?;
    let group = fleet.groups().next().ok_or("no group")?;
    let bytes: usize = group.hosts().map(|(_, host)| host.bytes()).sum();
    println!("{} bytes a host in {} versions", bytes / HOSTS, group.catalogue().versions());
    let watch = Watch::start();
    let table = group.table(&old, NOW);
    watch.hosts("table", 1);
    let watch = Watch::start();
    black_box(group.table(&new, NOW));
    watch.hosts("table with 50 patterns", 1);
    let watch = Watch::start();
    let mut missing = 0_u64;
    for _ in 0..ROUNDS {
        for (_, host) in group.hosts() {
            missing += u64::from(judge(&table, host).missing);
        }
    }
    watch.hosts(&format!("judged ({missing} missing)"), HOSTS * ROUNDS);
    for threads in [1, 1] {
        let watch = Watch::start();
        let compared = compare(&fleet, Scope::All, (&old, &new), NOW, SampleLimits::default(), threads);
        watch.hosts(&format!("compared, {} changes", compared.changes_total), HOSTS);
    }
    Ok(())
}

fn plan(source: &Source) -> Result<Plan, String> {
    Plan::compile(source).map_err(|errors| format!("{errors:?}"))
}

/// A stretch of work, in the time of the clock and in the time that this process had a processor.
struct Watch(Instant, Duration);

impl Watch {
    fn start() -> Self {
        Self(Instant::now(), processor())
    }

    fn hosts(&self, what: &str, hosts: usize) {
        let used = processor().saturating_sub(self.1);
        #[expect(clippy::cast_precision_loss, reason = "a count of hosts")]
        let rate = hosts as f64 / used.as_secs_f64();
        println!(
            "{what}: {hosts} hosts in {:?}, {used:?} of processor time: {rate:.0} a second and core",
            self.0.elapsed()
        );
    }
}

/// Processor time of all threads so far, from the kernel's accounts.
fn processor() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let used = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(used.sum())
}
