//! A change of baseline on a generated fleet. The process stays, so that the driver can take turns between it and a
//! peer: it prints what it built, then does one turn for each line that it reads.

mod export;
mod generate;
mod plans;

use std::io::BufRead;
use std::path::Path;
use std::time::Duration;

use bartizan_host::engine::{Comparison, Fleet, Group, Plan, SampleLimits, Scope, compare, judge};
use serde_json::{Value, json};

use crate::{Failure, clock};
use generate::{NOW, Site};
use plans::Pair;

/// A turn is repeated until it has taken this long, because one on few hosts is over before the clock has moved much.
const TURN: Duration = Duration::from_millis(300);

/// Builds `hosts` hosts, writes what a peer needs to `folder` if there is one, and takes turns.
///
/// # Errors
/// A turn is not known, or a file cannot be written.
pub(crate) fn run(hosts: usize, folder: Option<&Path>) -> Result<(), Failure> {
    let site = Site::new();
    let resident = resident_bytes()?;
    let before = clock::on_cpu()?;
    let mut fleet = Fleet::default();
    site.fill(&mut fleet, hosts)?;
    let building = clock::on_cpu()?.saturating_sub(before);
    let grown = resident_bytes()?.saturating_sub(resident);
    let [group] = fleet.groups().collect::<Vec<_>>()[..] else { return Err("the hosts are not of one group".into()) };
    let own: usize = group.hosts().map(|(_, row)| row.bytes()).sum();
    let plain = plans::plain()?;
    let full = plans::full(&site)?;
    if let Some(folder) = folder {
        export::write(group, &full, folder)?;
    }
    print(&json!({
        "hosts": fleet.hosts(), "versions": group.catalogue().versions(), "offered": group.catalogue().offered(),
        "packages_per_host": generate::PACKAGES, "building_seconds": building.as_secs_f64(),
        // The catalogue is in the first of these two; it is the same whatever the number of hosts.
        "resident_bytes": grown, "row_bytes_per_host": own / hosts.max(1),
    }));
    for line in std::io::stdin().lock().lines() {
        match line?.as_str() {
            "plain" => print(&turn(&fleet, &plain)?),
            "full" => print(&turn(&fleet, &full)?),
            "tables" => print(&tables(&fleet, &full)?),
            "floor" => print(&floor(group)?),
            "digest" => print(&json!({ "digest": digest(&fleet, &full) })),
            "quit" => break,
            other => return Err(format!("`{other}` is no turn").into()),
        }
    }
    Ok(())
}

fn print(value: &Value) {
    println!("{value}");
}

/// The whole comparison, from two plans to the answer, on one thread.
fn turn(fleet: &Fleet, pair: &Pair) -> Result<Value, Failure> {
    let work = || compare(fleet, Scope::All, (&pair.before, &pair.after), NOW, SampleLimits::default(), 1);
    let (time, found) = clock::median(TURN, work)?;
    Ok(answer(&found, time))
}

/// The part of it that does not depend on how many hosts there are: both plans applied to the catalogue.
fn tables(fleet: &Fleet, pair: &Pair) -> Result<Value, Failure> {
    let work = || {
        let apply = |plan: &Plan| fleet.groups().map(|group| group.table(plan, NOW)).collect::<Vec<_>>();
        (apply(&pair.before), apply(&pair.after))
    };
    let (time, _) = clock::median(TURN, work)?;
    Ok(json!({ "cpu_seconds": time.as_secs_f64() }))
}

/// What any pass over the hosts costs at least: one number looked up for each package, and added up for each host.
fn floor(group: &Group) -> Result<Value, Failure> {
    let ids: Vec<u32> = group.hosts().flat_map(|(_, row)| row.ids()).map(|id| id.0).collect();
    let table: Vec<u32> = (0..group.catalogue().versions()).map(|id| id % 7).collect();
    let work = || {
        let host = |ids: &[u32]| ids.iter().map(|id| table.get(*id as usize).copied().unwrap_or(0)).sum::<u32>();
        ids.chunks(generate::PACKAGES).map(host).fold(0, u32::wrapping_add)
    };
    let (time, _) = clock::median(TURN, work)?;
    Ok(json!({ "cpu_seconds": time.as_secs_f64() }))
}

fn answer(found: &Comparison, time: Duration) -> Value {
    json!({
        "cpu_seconds": time.as_secs_f64(),
        "answer": [
            found.hosts, found.hosts_changed, found.hosts_become_non_compliant, found.hosts_become_compliant,
            found.hosts_compliant_before, found.hosts_compliant_after,
            found.transitions.iter().map(|transition| transition.installs).sum::<u64>(),
        ],
    })
}

/// One number that depends on the non-compliant packages of every single host before and after.
fn digest(fleet: &Fleet, pair: &Pair) -> u64 {
    let mut sum = 0_u64;
    for group in fleet.groups() {
        let (before, after) = (group.table(&pair.before, NOW), group.table(&pair.after, NOW));
        for (number, (_, host)) in (1_u64..).zip(group.hosts()) {
            let non_compliant = |table| u64::from(judge(table, host).non_compliant());
            sum += number * (non_compliant(&before) + 3 * non_compliant(&after));
        }
    }
    sum
}

/// Memory of this process that is not swapped out.
fn resident_bytes() -> Result<u64, Failure> {
    const PAGE_BYTES: u64 = 4096;
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = text.split_whitespace().nth(1).ok_or("statm is short")?.parse()?;
    Ok(pages * PAGE_BYTES)
}
