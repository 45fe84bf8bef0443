//! What an image holds: the facts of its layers laid over each other, as an engine would lay the layers.

mod overlay;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::layer::Facts;
use crate::package::Package;
use overlay::Overlay;

/// Which system an image is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// `debian`, `alpine`, ...
    pub id: String,
    /// What it is like: other ids between spaces.
    #[serde(default)]
    pub like: String,
    /// `12`, `3.11.5`; empty for a system that has none, such as Debian's next one.
    #[serde(default)]
    pub version: String,
    /// `bookworm`
    #[serde(default)]
    pub codename: String,
    /// For people.
    #[serde(default)]
    pub pretty: String,
}

impl Release {
    /// For people, whatever is known.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.pretty.is_empty() {
            format!("{} {}", self.id, self.version).trim().to_owned()
        } else {
            self.pretty.clone()
        }
    }
}

/// A package and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Located {
    /// The package.
    pub package: Package,
    /// The file that tells of it.
    pub path: String,
    /// Number of the layer that brought it, counted from 0 at the bottom.
    pub layer: usize,
    /// Its file belongs to a package of the system, whose advisories speak for it.
    pub owned: bool,
}

/// Something that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Blind {
    /// Where; empty if it is of a whole layer or image.
    pub path: String,
    /// Number of the layer, if it is of one.
    pub layer: Option<usize>,
    /// Why.
    pub why: String,
}

/// What an image holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The system; `None` if nothing in the image says so.
    pub release: Option<Release>,
    /// Every package, in the order of manager, name, version and path.
    pub packages: Vec<Located>,
    /// What could not be judged.
    pub blind: Vec<Blind>,
}

/// The files that name the system, the best first.
const RELEASES: [&str; 6] = [
    "etc/os-release",
    "usr/lib/os-release",
    "etc/alpine-release",
    "etc/redhat-release",
    "etc/lsb-release",
    "etc/debian_version",
];

/// Lays layers over each other, given with their numbers from the bottom to the top. With `declared`, packages that only a
/// lock file asks for are listed too.
#[must_use]
pub fn assemble(layers: &[(usize, &Facts)], declared: bool) -> Inventory {
    let mut overlay = Overlay::default();
    let mut inventory = Inventory::default();
    for (number, facts) in layers {
        overlay.apply(*number, facts);
        for (path, why) in &facts.blind {
            inventory.blind.push(Blind { path: path.clone(), layer: Some(*number), why: why.clone() });
        }
        if facts.more_blind > 0 {
            let why = format!("{} more places could not be read", facts.more_blind);
            inventory.blind.push(Blind { path: String::new(), layer: Some(*number), why });
        }
    }
    // What could not be read of a file that is not there any more matters to nobody.
    inventory.blind.retain(|blind| blind.path.is_empty() || overlay.has(&blind.path, blind.layer));
    inventory.release = RELEASES.iter().find_map(|path| overlay.at(path).and_then(|(_, found)| found.release.clone()));
    let owned: BTreeSet<String> =
        overlay.files().flat_map(|(_, _, found)| &found.owned).map(|path| overlay.resolve(path)).collect();
    let mut packages = BTreeSet::new();
    for (path, layer, found) in overlay.files() {
        let content = match &found.same_as {
            Some(other) => match overlay.at(other).filter(|(_, other)| other.interest == found.interest) {
                Some((_, other)) => other,
                None => {
                    let why = format!("another name of `{other}`, which was not looked into");
                    inventory.blind.push(Blind { path: path.to_owned(), layer: Some(layer), why });
                    continue;
                }
            },
            None => found,
        };
        for why in &content.blind {
            inventory.blind.push(Blind { path: path.to_owned(), layer: Some(layer), why: why.clone() });
        }
        let is_database = !found.interest.of_language() && !content.packages.is_empty();
        let since = if is_database { since(layers, &found.path) } else { BTreeMap::new() };
        let is_owned = found.interest.of_language() && owned.contains(path);
        for package in content.packages.iter().filter(|package| declared || !package.declared) {
            let layer = since.get(package).copied().unwrap_or(layer);
            packages.insert(Located { package: package.clone(), path: path.to_owned(), layer, owned: is_owned });
        }
    }
    inventory.packages = packages.into_iter().collect();
    if inventory.packages.iter().any(|located| located.package.manager.of_system()) && inventory.release.is_none() {
        let why = "packages of a system that is not named: there is no os-release".to_owned();
        inventory.blind.push(Blind { path: String::new(), layer: None, why });
    }
    inventory.blind.sort();
    inventory.blind.dedup();
    inventory
}

/// A database has all packages of all layers below. A package came with the layer from which on every database has it.
fn since<'a>(layers: &[(usize, &'a Facts)], path: &str) -> BTreeMap<&'a Package, usize> {
    let mut since: BTreeMap<&Package, usize> = BTreeMap::new();
    for (number, facts) in layers {
        let Some(found) = facts.found.iter().rfind(|found| found.path == path) else { continue };
        since =
            found.packages.iter().map(|package| (package, since.get(package).copied().unwrap_or(*number))).collect();
    }
    since
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Interest;
    use crate::layer::Found;
    use crate::package::Manager;

    fn file(path: &str, interest: Interest, packages: &[(&str, &str)]) -> Found {
        let manager = if interest == Interest::Npm { Manager::Npm } else { Manager::Deb };
        let mut found = Found::new(path, interest);
        found.packages = packages.iter().map(|(name, version)| Package::new(manager, name, version)).collect();
        found
    }

    fn layer(found: Vec<Found>, deleted: &[&str], emptied: &[&str], links: &[(&str, &str)]) -> Facts {
        Facts {
            found,
            deleted: deleted.iter().map(|path| (*path).to_owned()).collect(),
            emptied: emptied.iter().map(|path| (*path).to_owned()).collect(),
            links: links.iter().map(|(path, target)| ((*path).to_owned(), (*target).to_owned())).collect(),
            ..Facts::default()
        }
    }

    fn names(layers: &[Facts]) -> Vec<(String, usize)> {
        let numbered: Vec<_> = layers.iter().enumerate().collect();
        let inventory = assemble(&numbered, false);
        inventory.packages.into_iter().map(|located| (located.package.name, located.layer)).collect()
    }

    fn expect(layers: &[Facts], expected: &[(&str, usize)]) {
        let expected: Vec<_> = expected.iter().map(|(name, layer)| ((*name).to_owned(), *layer)).collect();
        assert_eq!(names(layers), expected);
    }

    const STATUS: &str = "var/lib/dpkg/status";

    #[test]
    fn the_topmost_database_counts_and_layers_are_told_apart() {
        let bottom = layer(vec![file(STATUS, Interest::DpkgStatus, &[("a", "1"), ("b", "1")])], &[], &[], &[]);
        let top = layer(vec![file(STATUS, Interest::DpkgStatus, &[("a", "1"), ("c", "1")])], &[], &[], &[]);
        expect(&[bottom.clone(), top.clone()], &[("a", 0), ("c", 1)]);
        let again = layer(vec![file(STATUS, Interest::DpkgStatus, &[("a", "1"), ("b", "1")])], &[], &[], &[]);
        expect(&[bottom, top, again], &[("a", 0), ("b", 2)]);
    }

    #[test]
    fn whiteouts_delete_what_lies_below_only() {
        let npm = |path: &str, name: &str| file(path, Interest::Npm, &[(name, "1")]);
        let bottom = layer(
            vec![npm("app/node_modules/a/package.json", "a"), npm("app/node_modules/ab/package.json", "ab")],
            &[],
            &[],
            &[],
        );
        expect(&[bottom.clone(), layer(vec![], &["app/node_modules/a"], &[], &[])], &[("ab", 0)]);
        let emptied = layer(vec![npm("app/node_modules/c/package.json", "c")], &[], &["app"], &[]);
        expect(&[bottom.clone(), emptied], &[("c", 1)]);
        let all = layer(vec![], &[], &[""], &[]);
        expect(&[bottom.clone(), all], &[]);
        // A link in the place of a folder hides all of it.
        expect(&[bottom, layer(vec![], &[], &[], &[("app", "srv")])], &[]);
    }

    #[test]
    fn paths_are_followed_through_links() {
        let base = layer(
            vec![file("usr/lib/os-release", Interest::Release, &[])],
            &[],
            &[],
            &[("lib", "usr/lib"), ("etc/os-release", "../usr/lib/os-release"), ("loop", "loop")],
        );
        let mut base = base;
        base.found[0].release = Some(Release { id: "debian".into(), ..Release::default() });
        let lower = layer(vec![file("usr/lib/apk/db/installed", Interest::Apk, &[("old", "1")])], &[], &[], &[]);
        let upper = layer(vec![file("lib/apk/db/installed", Interest::Apk, &[("new", "1")])], &[], &[], &[]);
        let layers = [base, lower, upper];
        expect(&layers, &[("new", 2)]);
        let numbered: Vec<_> = layers.iter().enumerate().collect();
        assert_eq!(assemble(&numbered, false).release.unwrap().id, "debian");
    }

    #[test]
    fn what_the_system_owns_is_marked() {
        let mut list = Found::new("var/lib/dpkg/info/node-a.list", Interest::DpkgList);
        list.owned = vec!["usr/share/node_modules/a/package.json".to_owned()];
        let found = vec![
            file("usr/share/node_modules/a/package.json", Interest::Npm, &[("a", "1")]),
            file("usr/share/node_modules/b/package.json", Interest::Npm, &[("b", "1")]),
            list,
        ];
        let facts = layer(found, &[], &[], &[]);
        let inventory = assemble(&[(0, &facts)], false);
        let owned: Vec<_> = inventory.packages.iter().map(|located| located.owned).collect();
        assert_eq!(owned, [true, false]);
    }

    #[test]
    fn what_could_not_be_read_counts_while_it_is_there() {
        let mut bottom = layer(vec![file(STATUS, Interest::DpkgStatus, &[])], &[], &[], &[]);
        bottom.blind.push((STATUS.to_owned(), "malformed".to_owned()));
        let numbered = [(0, &bottom)];
        assert_eq!(assemble(&numbered, false).blind.len(), 1);
        let top = layer(vec![], &[STATUS], &[], &[]);
        assert_eq!(assemble(&[(0, &bottom), (1, &top)], false).blind, []);
    }

    #[test]
    fn a_hard_link_has_the_content_of_its_file() {
        let mut link = Found::new("usr/lib/dpkg/status", Interest::DpkgStatus);
        link.same_as = Some(STATUS.to_owned());
        let facts = layer(vec![file(STATUS, Interest::DpkgStatus, &[("a", "1")]), link], &[], &[], &[]);
        let inventory = assemble(&[(0, &facts)], false);
        assert_eq!(inventory.packages.len(), 2);
        let top = layer(vec![], &[STATUS], &[], &[]);
        let inventory = assemble(&[(0, &facts), (1, &top)], false);
        assert_eq!(inventory.blind.len(), 1, "{inventory:?}");
    }
}
