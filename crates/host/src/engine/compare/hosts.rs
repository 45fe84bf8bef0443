//! The pass over the hosts.

use super::super::code::unpack;
use super::super::counters::Counters;
use super::super::fleet::HostRow;
use super::super::table::Table;
use super::{Comparison, HostChange};

/// Fewer hosts than this are not worth another thread.
const HOSTS_PER_THREAD_MIN: usize = 4_096;

/// What a pass over some hosts finds. Adding two up gives what one pass over all of them finds.
#[derive(Debug, Default)]
pub(super) struct Pass<'a> {
    hosts: u64,
    changed: u64,
    become_non_compliant: u64,
    become_compliant: u64,
    compliant_before: u64,
    compliant_after: u64,
    unknown: u64,
    /// The first hosts in order, of each kind.
    crossing: Vec<(&'a str, Counters, Counters)>,
    shifting: Vec<(&'a str, Counters, Counters)>,
}

/// Hosts of one kind that a pass remembers; more are counted.
const SAMPLES_MAX: usize = 1_000;

/// Examples of hosts, the best first.
#[derive(Debug)]
pub(super) struct Sampled {
    limit: usize,
    crossing: Vec<HostChange>,
    shifting: Vec<HostChange>,
}

/// Looks at hosts, which come by instance, with as many threads as are worth it.
pub(super) fn compare<'a>(hosts: &[(&'a str, &'a HostRow)], tables: (&Table, &Table), threads: usize) -> Pass<'a> {
    let threads = threads.min(hosts.len() / HOSTS_PER_THREAD_MIN).max(1);
    let part = hosts.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let mut parts = hosts.chunks(part);
        let own = parts.next().unwrap_or_default();
        let others: Vec<_> = parts
            .map(|part| {
                let spawned = std::thread::Builder::new().spawn_scoped(scope, move || pass(part, tables));
                spawned.map_err(|_| part)
            })
            .collect();
        let mut sum = pass(own, tables);
        for other in others {
            // A thread that cannot be had, or is lost, is done without.
            let found = match other {
                Ok(thread) => thread.join().ok(),
                Err(part) => Some(pass(part, tables)),
            };
            sum.add(found.unwrap_or_default());
        }
        sum
    })
}

fn pass<'a>(hosts: &[(&'a str, &'a HostRow)], tables: (&Table, &Table)) -> Pass<'a> {
    let mut pass = Pass::default();
    for (instance, host) in hosts {
        let start = |table: &Table| Counters {
            not_applicable: table.approved_packages(),
            unknown: host.unreadable(),
            ..Counters::default()
        };
        let (mut before, mut after) = (start(tables.0), start(tables.1));
        let changed = host.tally_both(tables, |old, new| {
            unpack(old, &mut before);
            unpack(new, &mut after);
        });
        pass.hosts += 1;
        pass.unknown += u64::from(after.unknown);
        pass.compliant_before += u64::from(before.is_compliant());
        pass.compliant_after += u64::from(after.is_compliant());
        if !changed {
            continue;
        }
        pass.changed += 1;
        let kept = match (before.is_compliant(), after.is_compliant()) {
            (true, false) => {
                pass.become_non_compliant += 1;
                &mut pass.crossing
            }
            (false, true) => {
                pass.become_compliant += 1;
                &mut pass.crossing
            }
            _ => &mut pass.shifting,
        };
        if kept.len() < SAMPLES_MAX {
            kept.push((instance, before, after));
        }
    }
    pass
}

impl Pass<'_> {
    fn add(&mut self, other: Self) {
        self.hosts += other.hosts;
        self.changed += other.changed;
        self.become_non_compliant += other.become_non_compliant;
        self.become_compliant += other.become_compliant;
        self.compliant_before += other.compliant_before;
        self.compliant_after += other.compliant_after;
        self.unknown += other.unknown;
        for (kept, more) in [(&mut self.crossing, other.crossing), (&mut self.shifting, other.shifting)] {
            kept.extend(more);
            kept.truncate(SAMPLES_MAX);
        }
    }

    pub(super) fn add_to(self, comparison: &mut Comparison, sampled: &mut Sampled) {
        comparison.hosts += self.hosts;
        comparison.hosts_changed += self.changed;
        comparison.hosts_become_non_compliant += self.become_non_compliant;
        comparison.hosts_become_compliant += self.become_compliant;
        comparison.hosts_compliant_before += self.compliant_before;
        comparison.hosts_compliant_after += self.compliant_after;
        comparison.unknown += self.unknown;
        let limit = sampled.limit;
        for (kept, more) in [(&mut sampled.crossing, self.crossing), (&mut sampled.shifting, self.shifting)] {
            kept.extend(more.into_iter().take(limit).map(|(instance, before, after)| HostChange {
                instance: instance.to_owned(),
                before,
                after,
            }));
            kept.sort_by(|a, b| a.instance.cmp(&b.instance));
            kept.truncate(limit);
        }
    }
}

impl Sampled {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit: limit.min(SAMPLES_MAX), crossing: Vec::new(), shifting: Vec::new() }
    }

    pub(super) fn into_sorted(self) -> Vec<HostChange> {
        let mut all = self.crossing;
        all.extend(self.shifting);
        all.truncate(self.limit);
        all
    }
}
