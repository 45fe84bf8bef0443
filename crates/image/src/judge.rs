//! What is known to be wrong with the packages of an image, and what could not be judged.
//!
//! Advisories of a system name source packages and their versions; those of a language name packages. A package of a
//! language that a package of the system owns is left to the system's advisories, because distributions fix without
//! changing the language's version.

mod statement;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::feed::{self, About, Book, Decision, Enrichment, Exploited, FeedError, Scored, Severity, Statement};
use crate::inventory::{Inventory, Located};
use crate::package::{Manager, Package};
use crate::version::compare;
use statement::Verdict;

/// A vulnerability in a package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Place of the package in the inventory.
    pub package: usize,
    /// Its CVE, or the advisory's id where it has none.
    pub id: String,
    /// Advisories that say so.
    pub advisories: Vec<String>,
    /// The first version without it, by the order of the manager; `None` if there is none.
    pub fixed: Option<String>,
    /// What the distribution has decided.
    pub decision: Decision,
    /// How bad; `None` if nothing rates it.
    pub severity: Option<Severity>,
    /// By CVSS.
    pub score: Option<Scored>,
    /// It is exploited, by CISA's catalogue.
    pub exploited: Option<Exploited>,
    /// Exploitation by CISA's SSVC: `none`, `poc`, `active`, or empty.
    pub exploitation: String,
    /// Probability of exploitation, by EPSS.
    pub epss: Option<f64>,
    /// One line for people.
    pub summary: String,
}

/// Something that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unjudged {
    /// Why.
    pub why: String,
    /// The advisory, if it is about one.
    pub advisory: Option<String>,
    /// Places of the packages in the inventory.
    pub packages: Vec<usize>,
}

/// A vulnerability that a package does not have, because the distribution says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotAffected {
    /// Place of the package in the inventory.
    pub package: usize,
    /// Which vulnerability.
    pub id: String,
    /// Why not.
    pub why: &'static str,
}

/// The judgment of an image.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Judged {
    /// The worst first.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub unjudged: Vec<Unjudged>,
    /// What is said not to be there, for exchange with others; at most [`NOT_AFFECTED_MAX`].
    pub not_affected: Vec<NotAffected>,
    /// What it was judged by.
    pub about: About,
}

/// Statements of not being affected that are kept; there are thousands about every package.
pub const NOT_AFFECTED_MAX: usize = 1000;
const BY_DISTRIBUTION: &str = "the distribution says that this package is not affected";
const KERNEL: &str = "a container runs on the kernel of its host, not on the one in its image";

/// Judges an inventory by a book.
///
/// # Errors
/// The book cannot be read.
pub fn judge(inventory: &Inventory, book: &mut Book) -> Result<Judged, FeedError> {
    let mut judging = Judging { out: Judged { about: book.about()?, ..Judged::default() }, ..Judging::default() };
    let mut groups: BTreeMap<Manager, BTreeMap<String, Vec<(usize, bool)>>> = BTreeMap::new();
    for (place, located) in inventory.packages.iter().enumerate().filter(|(_, located)| !located.owned) {
        for (name, of_source) in names(&located.package) {
            groups.entry(located.package.manager).or_default().entry(name).or_default().push((place, of_source));
        }
    }
    for (manager, names) in groups {
        let mut known = Vec::new();
        let ecosystems = feed::ecosystems(manager, inventory.release.as_ref());
        for ecosystem in &ecosystems {
            if book.advisories_in(ecosystem)? > 0 {
                known.push(ecosystem);
            }
        }
        if known.is_empty() {
            let places: BTreeSet<usize> = names.into_values().flatten().map(|(place, _)| place).collect();
            let why = match ecosystems.first() {
                Some(ecosystem) => format!("no feed has advisories of {ecosystem}"),
                None => format!("no feed speaks for packages of {} on this system", manager.word()),
            };
            judging.out.unjudged.push(Unjudged { why, advisory: None, packages: places.into_iter().collect() });
            continue;
        }
        for (name, places) in names {
            for ecosystem in &known {
                let statements = book.statements(ecosystem, &name)?;
                for (place, of_source) in &places {
                    if let Some(located) = inventory.packages.get(*place) {
                        judging.package(*place, located, *of_source, &statements);
                    }
                }
            }
        }
    }
    judging.finish(inventory, book)
}

/// The names under which advisories of a package are kept, and whether they are about its source.
fn names(package: &Package) -> Vec<(String, bool)> {
    let source = package.source_name().to_owned();
    match package.manager {
        Manager::Deb => vec![(source, true)],
        // Some distributions name what is built, some what it is built from.
        Manager::Apk | Manager::Rpm if source != package.name => vec![(source, true), (package.name.clone(), false)],
        _ => vec![(package.name.clone(), false)],
    }
}

/// The program in the image is a kernel, or belongs to one.
fn of_kernel(package: &Package) -> bool {
    let source = package.source_name();
    match package.manager {
        Manager::Deb => source == "linux" || source.starts_with("linux-signed") || source.starts_with("linux-meta"),
        Manager::Rpm => source == "kernel" || source.starts_with("kernel-"),
        Manager::Apk => matches!(source, "linux-lts" | "linux-virt" | "linux-edge"),
        _ => false,
    }
}

#[derive(Debug, Default)]
struct Judging {
    out: Judged,
    /// By package and id.
    findings: BTreeMap<(usize, String), Finding>,
    /// Vectors of the statements themselves.
    vectors: BTreeMap<(usize, String), Vec<String>>,
    not_affected: BTreeSet<NotAffected>,
    unjudged: BTreeMap<(String, Option<String>), BTreeSet<usize>>,
}

impl Judging {
    fn package(&mut self, place: usize, located: &Located, of_source: bool, statements: &[Statement]) {
        let package = &located.package;
        let version = if of_source { package.version_of_source() } else { &package.version };
        for statement in statements {
            match statement::judge(package, version, statement) {
                Verdict::Affected { .. } if of_kernel(package) => self.clear(place, statement, KERNEL),
                Verdict::Affected { fixed } => self.affected(place, package, statement, fixed.as_ref()),
                Verdict::NotAffected => {}
                Verdict::Never => self.clear(place, statement, BY_DISTRIBUTION),
                Verdict::Unknown(why) => {
                    let advisory = (!why.is_about_package).then(|| statement.id.clone());
                    self.unjudged.entry((why.text, advisory)).or_default().insert(place);
                }
            }
        }
    }

    fn ids(statement: &Statement) -> impl Iterator<Item = &String> {
        let own = statement.cves.is_empty().then_some(&statement.id);
        statement.cves.iter().chain(own)
    }

    fn clear(&mut self, package: usize, statement: &Statement, why: &'static str) {
        for id in Self::ids(statement) {
            if self.not_affected.len() < NOT_AFFECTED_MAX {
                self.not_affected.insert(NotAffected { package, id: id.clone(), why });
            }
        }
    }

    fn affected(&mut self, place: usize, package: &Package, statement: &Statement, fixed: Option<&String>) {
        for id in Self::ids(statement) {
            let key = (place, id.clone());
            self.vectors.entry(key.clone()).or_default().extend(statement.vectors.iter().cloned());
            let finding = self.findings.entry(key).or_insert_with(|| Finding {
                package: place,
                id: id.clone(),
                advisories: Vec::new(),
                fixed: None,
                decision: statement.decision,
                severity: None,
                score: None,
                exploited: None,
                exploitation: String::new(),
                epss: None,
                summary: String::new(),
            });
            if !finding.advisories.contains(&statement.id) {
                finding.advisories.push(statement.id.clone());
            }
            if finding.summary.is_empty() {
                finding.summary.clone_from(&statement.summary);
            }
            finding.severity = finding.severity.max(statement.severity);
            // A fix that one advisory knows is a fix, whatever another decided before.
            let earlier = |new: &String| {
                finding
                    .fixed
                    .as_ref()
                    .is_none_or(|known| compare(package.manager, new, known).is_ok_and(std::cmp::Ordering::is_lt))
            };
            if let Some(new) = fixed.filter(|new| earlier(new)) {
                finding.fixed = Some(new.clone());
            }
            if finding.fixed.is_some() {
                finding.decision = Decision::None;
            }
        }
    }

    fn finish(mut self, inventory: &Inventory, book: &mut Book) -> Result<Judged, FeedError> {
        let mut known: BTreeMap<String, Option<Enrichment>> = BTreeMap::new();
        for (key, mut finding) in self.findings {
            if !known.contains_key(&finding.id) {
                known.insert(finding.id.clone(), book.enrichment(&finding.id)?);
            }
            let enrichment = known.get(&finding.id).and_then(Option::as_ref);
            let own = self.vectors.remove(&key).unwrap_or_default();
            finding.score = feed::scored(&own).or_else(|| enrichment.and_then(|known| feed::scored(&known.vectors)));
            // A distribution knows its own build; a database rates the worst case of the original.
            finding.severity =
                finding.severity.or_else(|| finding.score.as_ref().map(|score| Severity::of_score(score.score)));
            if finding.decision == Decision::Unimportant {
                finding.severity = Some(Severity::Minimal);
            }
            if let Some(enrichment) = enrichment {
                finding.exploited.clone_from(&enrichment.exploited);
                finding.exploitation.clone_from(&enrichment.exploitation);
                finding.epss = enrichment.epss;
            }
            if finding.exploited.is_some() {
                finding.severity = Some(Severity::Critical);
            }
            self.not_affected.remove(&NotAffected {
                package: finding.package,
                id: finding.id.clone(),
                why: BY_DISTRIBUTION,
            });
            self.out.findings.push(finding);
        }
        self.out.findings.sort_by(|left, right| {
            let key = |finding: &Finding| (finding.exploited.is_some(), finding.severity);
            key(right)
                .cmp(&key(left))
                .then_with(|| left.package.cmp(&right.package))
                .then_with(|| left.id.cmp(&right.id))
        });
        for ((why, advisory), packages) in self.unjudged {
            self.out.unjudged.push(Unjudged { why, advisory, packages: packages.into_iter().collect() });
        }
        if self.out.about.unreadable > 0 {
            let why = format!("{} records of the feeds could not be read", self.out.about.unreadable);
            self.out.unjudged.push(Unjudged { why, advisory: None, packages: Vec::new() });
        }
        let coordinates =
            |located: &Located| located.package.manager == Manager::Maven && !located.package.name.contains(':');
        let unnamed: Vec<usize> = inventory
            .packages
            .iter()
            .enumerate()
            .filter(|(_, located)| coordinates(located))
            .map(|(place, _)| place)
            .collect();
        if !unnamed.is_empty() {
            let why = "archives of Java's without Maven's coordinates, by which advisories name packages".to_owned();
            self.out.unjudged.push(Unjudged { why, advisory: None, packages: unnamed });
        }
        self.out.not_affected = self.not_affected.into_iter().collect();
        Ok(self.out)
    }
}
