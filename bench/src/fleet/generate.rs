//! A fleet that is the same on every machine: packages with a history of versions, and hosts that lag behind it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_host::engine::{Fleet, Outcomes};
use bartizan_host::observe::{Available, Facts, Index, IndexReference, Installed, Inventory, Origin};
use bartizan_wire::Timestamp;

use crate::Failure;

/// Packages that exist.
pub(super) const NAMES: usize = 3_000;
/// Versions of each, one newer than the other.
pub(super) const VERSIONS: usize = 20;
/// Packages on one host.
pub(super) const PACKAGES: usize = 600;
/// When everything is judged: 2026-01-01.
pub(super) const NOW: Timestamp = Timestamp(1_767_225_600_000);

/// Of a package with updates: what was released with the distribution.
const RELEASED: usize = 10;
/// How likely a package lags one more version, in 256ths: a quarter of the hosts are kept current, a quarter nearly, and
/// on the others a quarter of the packages lags one version, a quarter of those one more, and so on.
const LAGGING_OF_256: [u64; 4] = [0, 1, 64, 64];
const SEED: u64 = 0x6261_7274_697a_616e;

const SECTIONS: [&str; 8] = ["libs", "admin", "net", "utils", "python", "devel", "web", "text"];
const PRIORITIES: [&str; 5] = ["optional", "optional", "standard", "important", "required"];

/// What is offered, and what hosts may have.
pub(super) struct Site {
    offers: BTreeMap<String, Arc<Index>>,
    references: Vec<IndexReference>,
    /// By package, then by age.
    versions: Vec<Vec<Installed>>,
    /// How often a package is drawn, summed up to it.
    weights: Vec<u64>,
}

impl Site {
    pub(super) fn new() -> Self {
        let versions: Vec<Vec<Installed>> =
            (0..NAMES).map(|name| (0..VERSIONS).map(|age| version(name, age)).collect()).collect();
        // Six of ten packages have a security update, two an update of another kind, two none.
        let offered = |wanted: fn(usize) -> Option<usize>| Index {
            packages: (0..NAMES).filter_map(|name| Some(available(versions.get(name)?.get(wanted(name)?)?))).collect(),
        };
        let main = offered(|name| Some(if name % 10 < 8 { RELEASED } else { VERSIONS - 1 }));
        let security = offered(|name| (name % 10 < 6).then_some(VERSIONS - 1));
        let updates = offered(|name| (6..8).contains(&(name % 10)).then_some(VERSIONS - 1));
        let mut offers = BTreeMap::new();
        let mut references = Vec::new();
        for (archive, index) in [("oldstable", main), ("oldstable-security", security), ("oldstable-updates", updates)]
        {
            offers.insert(archive.to_owned(), Arc::new(index));
            let origin =
                Origin { archive: archive.into(), component: "main".into(), trusted: true, ..Origin::default() };
            references.push(IndexReference { digest: archive.into(), origin });
        }
        let mut sum = 0;
        let weights = (1_u64..)
            .take(NAMES)
            .map(|place| {
                sum += 1_000_000 / (place + 30);
                sum
            })
            .collect();
        Self { offers, references, versions, weights }
    }

    /// Adds `hosts` hosts.
    pub(super) fn fill(&self, fleet: &mut Fleet, hosts: usize) -> Result<(), Failure> {
        let mut chance = Chance(SEED);
        let mut inventory = Inventory {
            instance: String::new(),
            captured_at: NOW,
            facts: Facts {
                os_id: "debian".into(),
                os_version: "12".into(),
                architecture: "amd64".into(),
                ..Facts::default()
            },
            installed: Vec::with_capacity(PACKAGES),
            indices: self.references.clone(),
            refreshed_at: None,
            blind: Vec::new(),
        };
        for number in 0..hosts {
            inventory.instance = format!("mi-{number:017x}");
            let lagging = LAGGING_OF_256.get(number % LAGGING_OF_256.len()).copied().unwrap_or_default();
            self.install(&mut chance, lagging, &mut inventory.installed);
            let blind = fleet.upsert(&inventory, &self.offers, &Outcomes::default())?;
            if !blind.is_empty() {
                return Err(format!("a generated host is not taken in whole: {blind:?}").into());
            }
        }
        Ok(())
    }

    /// Packages at the age of the release, the most frequent first.
    pub(super) fn released(&self) -> impl Iterator<Item = &Installed> {
        self.versions.iter().filter_map(|versions| versions.get(RELEASED))
    }

    fn install(&self, chance: &mut Chance, lagging: u64, installed: &mut Vec<Installed>) {
        installed.clear();
        let mut taken = [false; NAMES];
        let total = self.weights.last().copied().unwrap_or(1);
        while installed.len() < PACKAGES {
            let drawn = chance.below(total);
            let name = self.weights.partition_point(|sum| *sum <= drawn);
            let Some(seen) = taken.get_mut(name).filter(|seen| !**seen) else { continue };
            *seen = true;
            let mut age = VERSIONS - 1;
            while age > 0 && chance.below(256) < lagging {
                age -= 1;
            }
            installed.extend(self.versions.get(name).and_then(|versions| versions.get(age)).cloned());
        }
    }
}

fn version(name: usize, age: usize) -> Installed {
    let pick = |from: &[&str]| from.get(name % from.len()).copied().unwrap_or_default().to_owned();
    Installed {
        name: format!("package-{name:04}"),
        architecture: "amd64".into(),
        version: format!("{}.{}.{}-{}+deb12u{age}", name % 7, name % 31, name % 13, name % 3 + 1),
        priority: pick(&PRIORITIES),
        section: pick(&SECTIONS),
        provides: String::new(),
        held: false,
        installed_at: None,
    }
}

fn available(of: &Installed) -> Available {
    Available {
        name: of.name.clone(),
        architecture: of.architecture.clone(),
        version: of.version.clone(),
        priority: of.priority.clone(),
        section: of.section.clone(),
        ..Available::default()
    }
}

/// SplitMix64: seeded, and the same everywhere.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_makes_the_same_hosts() {
        let site = Site::new();
        let hosts = || {
            let mut fleet = Fleet::default();
            site.fill(&mut fleet, 3).unwrap();
            let group = fleet.groups().next().unwrap();
            assert!(group.hosts().all(|(_, row)| row.packages() == PACKAGES));
            group.hosts().map(|(name, row)| (name.to_owned(), row.ids().collect::<Vec<_>>())).collect::<Vec<_>>()
        };
        assert_eq!(hosts(), hosts());
        assert_ne!(hosts()[0].1, hosts()[1].1);
    }

    #[test]
    fn chance_is_the_published_generator() {
        let mut chance = Chance(1_234_567);
        assert_eq!(chance.below(u64::MAX), 6_457_827_717_110_365_317);
    }
}
