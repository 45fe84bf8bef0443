//! What would be installed along with a missing version: a plain walk over `Depends`, as far as it is not satisfied by
//! what is installed. It explains, and does not solve: conflicts are not looked at, and of alternatives the first that can
//! be had is taken.

use std::collections::BTreeMap;

use serde::Serialize;

use super::plan::Plan;
use super::view::HostView;
use super::weigh::Scale;
use crate::catalogue::{Catalogue, SlotId, VersionId};
use crate::deb::Version;
use crate::deb::relation::{self, Alternatives, Comparison, Target};
use crate::observe::Inventory;

/// Packages that a walk brings in at most.
pub const BROUGHT_MAX: usize = 500;

/// What a missing version brings with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Dependencies {
    /// In the order in which the walk meets them.
    pub brought: Vec<Brought>,
    /// What nothing installed or offered satisfies: the install would fail.
    pub unsatisfied: Vec<Unsatisfied>,
    /// There are more than are listed.
    pub cut_off: bool,
}

/// A package that would be installed or upgraded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brought {
    /// Binary package name.
    pub name: String,
    /// Its architecture.
    pub architecture: String,
    /// The newest offered version that satisfies the relation.
    pub version: String,
    /// What is installed of it and would be upgraded.
    pub replaces: Option<String>,
    /// `name.arch` of what needs it.
    pub needed_by: String,
    /// The relation as that package spells it.
    pub relation: String,
    /// How many other packages provide what is asked for, if it is a virtual package.
    pub other_providers: usize,
    /// The entry of the rejected list that names it.
    pub rejected_entry: Option<String>,
}

/// A relation that cannot be satisfied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsatisfied {
    /// `name.arch` of what needs it.
    pub needed_by: String,
    /// The relation as that package spells it.
    pub relation: String,
}

/// What is installed, or would be by now.
#[derive(Debug)]
struct Present<'a> {
    version: &'a str,
    provides: &'a str,
}

/// Walks from `start`, a version that is offered.
#[must_use]
pub fn walk(
    plan: &Plan,
    host: HostView<'_>,
    catalogue: &Catalogue,
    inventory: &Inventory,
    start: VersionId,
) -> Dependencies {
    let mut present: BTreeMap<(&str, &str), Present<'_>> = BTreeMap::new();
    for installed in &inventory.installed {
        let architecture = slot_architecture(catalogue, &installed.architecture);
        let value = Present { version: &installed.version, provides: &installed.provides };
        present.insert((&installed.name, architecture), value);
    }
    let mut walk = Walk { catalogue, present, scale: Scale::new(plan, host), plan, found: Dependencies::default() };
    walk.bring(start);
    let mut queue = vec![start];
    let mut next = 0;
    while let Some(id) = queue.get(next).copied() {
        next += 1;
        walk.needs_of(id, &mut queue);
    }
    walk.found
}

struct Walk<'a> {
    catalogue: &'a Catalogue,
    present: BTreeMap<(&'a str, &'a str), Present<'a>>,
    scale: Scale<'a>,
    plan: &'a Plan,
    found: Dependencies,
}

/// Why a version is brought.
struct Need<'n> {
    needed_by: &'n str,
    relation: String,
    other_providers: usize,
}

impl<'a> Walk<'a> {
    fn needs_of(&mut self, id: VersionId, queue: &mut Vec<VersionId>) {
        let Some(stanza) = self.catalogue.stanza(id) else { return };
        let architecture = slot_architecture(self.catalogue, &stanza.architecture);
        let needed_by = format!("{}.{}", stanza.name, stanza.architecture);
        for alternatives in relation::parse(&stanza.depends) {
            // A relation that cannot be read asks for nothing that could be named.
            let Ok(alternatives) = alternatives else { continue };
            if alternatives.iter().any(|target| self.is_satisfied(target, architecture)) {
                continue;
            }
            let relation = spell(&alternatives);
            let Some((chosen, other_providers)) = self.choose(&alternatives, architecture) else {
                self.found.unsatisfied.push(Unsatisfied { needed_by: needed_by.clone(), relation });
                continue;
            };
            if self.found.brought.len() >= BROUGHT_MAX {
                self.found.cut_off = true;
                return;
            }
            self.record(chosen, Need { needed_by: &needed_by, relation, other_providers });
            queue.push(chosen);
        }
    }

    fn record(&mut self, id: VersionId, need: Need<'_>) {
        let Some((name, version)) =
            self.catalogue.stanza(id).map(|stanza| &stanza.name).zip(self.catalogue.version(id))
        else {
            return;
        };
        let rejected = self.scale.weigh(name, &version).rejected_entry;
        let architecture = slot_architecture(self.catalogue, version.architecture);
        let replaces = self.present.get(&(name.as_str(), architecture)).map(|present| present.version.to_owned());
        self.found.brought.push(Brought {
            name: name.clone(),
            architecture: version.architecture.to_owned(),
            version: version.version.to_owned(),
            replaces,
            needed_by: need.needed_by.to_owned(),
            relation: need.relation,
            other_providers: need.other_providers,
            rejected_entry: rejected.map(|at| self.plan.rejected_entry(at).to_owned()),
        });
        self.bring(id);
    }

    /// From now on it counts as present.
    fn bring(&mut self, id: VersionId) {
        let Some(stanza) = self.catalogue.stanza(id) else { return };
        let architecture = slot_architecture(self.catalogue, &stanza.architecture);
        self.present
            .insert((&stanza.name, architecture), Present { version: &stanza.version, provides: &stanza.provides });
    }

    fn is_satisfied(&self, target: &Target<'_>, needing: &str) -> bool {
        let fits = |architecture: &str| self.fits(target, needing, architecture);
        let real = self
            .present
            .range((target.name, "")..)
            .take_while(|((name, _), _)| *name == target.name)
            .any(|((_, architecture), present)| fits(architecture) && accepts(target, present.version));
        real || self
            .present
            .iter()
            .any(|((_, architecture), present)| fits(architecture) && provides(present.provides, target))
    }

    /// The version to take for the first alternative that can be had, and how many others provide it.
    fn choose(&self, alternatives: &Alternatives<'_>, needing: &str) -> Option<(VersionId, usize)> {
        alternatives.iter().find_map(|target| {
            let mut slots: Vec<SlotId> = self.catalogue.named(target.name).collect();
            slots.retain(|slot| self.fits(target, needing, self.catalogue.label(*slot).1));
            // Of several architectures that would do, that of the package in need.
            slots.sort_by_key(|slot| self.catalogue.label(*slot).1 != needing);
            let accepted =
                |id: &VersionId| self.catalogue.version(*id).is_some_and(|version| accepts(target, version.version));
            let real = slots.into_iter().find_map(|slot| self.newest(slot, accepted));
            real.map(|id| (id, 0)).or_else(|| self.provider(target, needing))
        })
    }

    /// The newest offered version that is accepted, unless that would be a step back.
    fn newest(&self, slot: SlotId, accepted: impl Fn(&VersionId) -> bool) -> Option<VersionId> {
        let id = self.catalogue.offers(slot).rev().find(accepted)?;
        let (offered, present) = (self.catalogue.version(id)?, self.present.get(&self.catalogue.label(slot)));
        let newer = present.is_none_or(|present| {
            let versions = (Version::parse(offered.version), Version::parse(present.version));
            matches!(versions, (Ok(offered), Ok(present)) if offered > present)
        });
        newer.then_some(id)
    }

    /// The first package by name that provides it.
    fn provider(&self, target: &Target<'_>, needing: &str) -> Option<(VersionId, usize)> {
        let mut providers = (0..self.catalogue.slots()).map(SlotId).filter_map(|slot| {
            if !self.fits(target, needing, self.catalogue.label(slot).1) {
                return None;
            }
            self.newest(slot, |id| self.catalogue.stanza(*id).is_some_and(|stanza| provides(&stanza.provides, target)))
        });
        let first = providers.next()?;
        Some((first, providers.count()))
    }

    /// Whether a package of `architecture` may satisfy what a package of `needing` asks for. Whether a package of the
    /// native architecture serves foreign ones (`Multi-Arch: foreign`) is not in the index, so it is supposed.
    fn fits(&self, target: &Target<'_>, needing: &str, architecture: &str) -> bool {
        match target.architecture {
            Some("any") => true,
            Some("native") => architecture == self.catalogue.native(),
            Some(other) => slot_architecture(self.catalogue, other) == architecture,
            None => architecture == needing || architecture == self.catalogue.native(),
        }
    }
}

fn slot_architecture<'a>(catalogue: &'a Catalogue, architecture: &'a str) -> &'a str {
    if architecture == "all" { catalogue.native() } else { architecture }
}

fn accepts(target: &Target<'_>, version: &str) -> bool {
    target.version.is_none() || Version::parse(version).is_ok_and(|version| target.accepts(&version))
}

/// Whether a `Provides` field has what is asked for. A version is satisfied only by one that is provided.
fn provides(field: &str, target: &Target<'_>) -> bool {
    field.contains(target.name)
        && relation::provides(field).filter_map(Result::ok).any(|provided| {
            provided.name == target.name
                && match (target.version, provided.version) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(_), Some((_, version))) => accepts(target, version),
                }
        })
}

fn spell(alternatives: &Alternatives<'_>) -> String {
    let mut out = String::new();
    for target in alternatives {
        if !out.is_empty() {
            out.push_str(" | ");
        }
        out.push_str(target.name);
        if let Some(architecture) = target.architecture {
            out.push(':');
            out.push_str(architecture);
        }
        if let Some((comparison, version)) = target.version {
            let sign = match comparison {
                Comparison::Earlier => "<<",
                Comparison::EarlierOrEqual => "<=",
                Comparison::Equal => "=",
                Comparison::LaterOrEqual => ">=",
                Comparison::Later => ">>",
            };
            out.push_str(&format!(" ({sign} {version})"));
        }
    }
    out
}
