//! Numbers for what hosts have installed.

use std::sync::Arc;

use super::{Admitted, Catalogue, SlotId, VersionId, count};
use crate::deb::{Version, VersionError};
use crate::observe::Installed;

impl Catalogue {
    /// The number of an installed package's version: that of the index which offers it, or one of its own.
    ///
    /// # Errors
    /// A version that cannot be read has no place in the order, and the package cannot be judged.
    pub fn admit(&mut self, installed: &Installed) -> Result<VersionId, VersionError> {
        if let Some(id) = self.recognise(installed) {
            return Ok(id);
        }
        let key = Version::parse(&installed.version)?.key();
        let slot = match self.find(&installed.name, &installed.architecture) {
            Some(slot) => slot,
            None => {
                let architecture = if installed.architecture == "all" {
                    Arc::clone(&self.native)
                } else {
                    Arc::from(installed.architecture.as_str())
                };
                self.push_slot(Arc::from(installed.name.as_str()), architecture, self.offered())
            }
        };
        let mut rank = 0;
        for offered in self.offers(slot).filter_map(|id| self.version(id)) {
            let Ok(other) = Version::parse(offered.version) else { continue };
            match other.key().cmp(&key) {
                std::cmp::Ordering::Less => rank = offered.rank + 1,
                std::cmp::Ordering::Equal => rank = offered.rank,
                std::cmp::Ordering::Greater => break,
            }
        }
        let id = VersionId(count(self.offered.len() + self.admitted.len()));
        self.admitted.push(Admitted {
            slot,
            rank,
            architecture: installed.architecture.as_str().into(),
            version: installed.version.as_str().into(),
            priority: installed.priority.as_str().into(),
            section: installed.section.as_str().into(),
        });
        self.admitted_by_slot.entry(slot).or_default().push(id);
        Ok(id)
    }

    /// The number of an installed package's version, if it has one already. The priority and section of what no index
    /// offers are the host's own, so they are part of what is recognised.
    #[must_use]
    pub fn recognise(&self, installed: &Installed) -> Option<VersionId> {
        let slot = self.find(&installed.name, &installed.architecture)?;
        self.recognise_in(slot, installed)
    }

    fn recognise_in(&self, slot: SlotId, installed: &Installed) -> Option<VersionId> {
        let same = |id: &VersionId| {
            self.version(*id).is_some_and(|version| {
                version.version == installed.version && version.architecture == installed.architecture
            })
        };
        let own = |id: &VersionId| {
            self.version(*id)
                .is_some_and(|version| version.priority == installed.priority && version.section == installed.section)
        };
        self.offers(slot).find(same).or_else(|| self.strays(slot).find(|id| same(id) && own(id)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::super::Catalogue;
    use crate::observe::{Available, Index, IndexReference, Installed, Origin};

    fn available(name: &str, architecture: &str, version: &str) -> Available {
        Available {
            name: name.into(),
            architecture: architecture.into(),
            version: version.into(),
            ..Available::default()
        }
    }

    fn installed(name: &str, architecture: &str, version: &str) -> Installed {
        Installed {
            name: name.into(),
            architecture: architecture.into(),
            version: version.into(),
            priority: "optional".into(),
            section: "libs".into(),
            provides: String::new(),
            held: false,
            installed_at: None,
        }
    }

    fn catalogue(indices: &[(&str, Vec<Available>)]) -> Catalogue {
        let mut offers = BTreeMap::new();
        let mut references = Vec::new();
        for (archive, packages) in indices {
            offers.insert((*archive).to_owned(), Arc::new(Index { packages: packages.clone() }));
            let origin = Origin { archive: (*archive).to_owned(), trusted: true, ..Origin::default() };
            references.push(IndexReference { digest: (*archive).to_owned(), origin });
        }
        Catalogue::build("amd64", &references, &offers)
    }

    #[test]
    fn versions_are_in_the_order_of_dpkg_and_not_of_text() {
        let catalogue = catalogue(&[(
            "main",
            vec![available("a", "amd64", "10"), available("a", "amd64", "9"), available("a", "amd64", "10~rc1")],
        )]);
        let slot = catalogue.find("a", "amd64").unwrap();
        let package = catalogue.package(slot, None);
        let versions: Vec<&str> = package.versions.iter().map(|version| version.version).collect();
        assert_eq!(versions, ["9", "10~rc1", "10"]);
    }

    #[test]
    fn a_version_in_two_indices_is_one_with_two_origins() {
        let catalogue = catalogue(&[
            ("main", vec![available("a", "amd64", "1")]),
            ("security", vec![available("a", "amd64", "1"), available("a", "amd64", "1")]),
        ]);
        assert_eq!(catalogue.offered(), 1);
        let package = catalogue.package(catalogue.find("a", "amd64").unwrap(), None);
        let archives: Vec<&str> = package.versions[0].origins.iter().map(|origin| origin.archive.as_str()).collect();
        assert_eq!(archives, ["main", "security"]);
    }

    #[test]
    fn all_and_the_native_architecture_are_one_package() {
        let mut catalogue = catalogue(&[("main", vec![available("a", "amd64", "2"), available("a", "i386", "2")])]);
        let id = catalogue.admit(&installed("a", "all", "1")).unwrap();
        let slot = catalogue.slot_of(id).unwrap();
        assert_eq!(Some(slot), catalogue.find("a", "amd64"));
        assert_eq!(catalogue.named("a").count(), 2);
        let package = catalogue.package(slot, Some(id));
        assert_eq!(package.installed, Some(0));
        assert_eq!(package.versions[1].version, "2");
    }

    #[test]
    fn what_is_not_offered_stands_between_its_neighbours_and_is_nobody_elses_candidate() {
        let mut catalogue = catalogue(&[("main", vec![available("a", "amd64", "1"), available("a", "amd64", "3")])]);
        let low = catalogue.admit(&installed("a", "amd64", "0.9")).unwrap();
        let between = catalogue.admit(&installed("a", "amd64", "2")).unwrap();
        let equal = catalogue.admit(&installed("a", "amd64", "3-0")).unwrap();
        let high = catalogue.admit(&installed("a", "amd64", "4")).unwrap();
        let place = |id| {
            let package = catalogue.package(catalogue.slot_of(id).unwrap(), Some(id));
            assert_eq!(package.versions.len(), 3, "only what is offered and its own");
            package.versions.iter().map(|version| version.rank).collect::<Vec<_>>()
        };
        assert_eq!(place(low), [0, 1, 3]);
        assert_eq!(place(between), [1, 2, 3]);
        assert_eq!(place(equal), [1, 3, 3]);
        assert_eq!(place(high), [1, 3, 4]);
    }

    #[test]
    fn the_same_installed_version_gets_the_same_number() {
        let mut catalogue = catalogue(&[("main", vec![available("a", "amd64", "1")])]);
        let offered = catalogue.admit(&installed("a", "amd64", "1")).unwrap();
        assert!(offered.0 < catalogue.offered());
        let first = catalogue.admit(&installed("b", "amd64", "1")).unwrap();
        assert_eq!(catalogue.admit(&installed("b", "amd64", "1")).unwrap(), first);
        let other = Installed { section: "local".into(), ..installed("b", "amd64", "1") };
        assert_ne!(catalogue.admit(&other).unwrap(), first, "what a host says of itself is its own");
        assert!(catalogue.admit(&installed("b", "amd64", "no version")).is_err());
    }
}
