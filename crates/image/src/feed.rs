//! What is known of vulnerabilities: advisories of distributions and languages, scores, and what is exploited, read once
//! and compiled into a [`Book`] that is looked things up in by package.
//!
//! | form | told by |
//! |---|---|
//! | OSV records (JSON, lines of JSON, lists, folders and archives of them) | `id` and `affected` |
//! | Debian's security tracker | packages, and under each CVE `releases` |
//! | Alpine's secdb | `distroversion` and `packages` |
//! | CISA's KEV, as JSON or CSV | `vulnerabilities`, or a first column `cveID` |
//! | CVE records (JSON 5), with scores and CISA's SSVC | `cveMetadata` |
//! | EPSS, as CSV | columns `cve,epss` |

mod alpine;
mod book;
mod compile;
mod cve;
mod debian;
mod ecosystem;
mod exploited;
mod osv;
mod severity;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use book::Book;
pub use compile::{Compiler, fingerprint};
pub use ecosystem::{ecosystems, manager_of};
pub use severity::{Scored, Severity, scored};

/// Why a feed could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// A file.
    #[error("cannot read the feed `{path}`: {error}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// None of the known forms.
    #[error("`{path}` is no feed that is known: {why}; give OSV, Debian tracker, Alpine secdb, KEV, CVE or EPSS files")]
    Form {
        /// Which.
        path: PathBuf,
        /// What it looks like.
        why: String,
    },
    /// A compiled book that is damaged or of another version.
    #[error("the compiled feed `{path}` is damaged or of another version; remove it, and it is made again")]
    Book {
        /// Which.
        path: PathBuf,
    },
}

/// The book of some feeds, kept in a folder: compiled anew when a file of them has changed.
///
/// # Errors
/// A feed cannot be read, or the book cannot be written.
pub fn prepare(feeds: &[PathBuf], folder: &Path) -> Result<Book, FeedError> {
    let path = folder.join("feeds").join(format!("{}.book", fingerprint(feeds)?));
    if let Ok(book) = Book::open(&path) {
        return Ok(book);
    }
    let mut compiler = Compiler::default();
    for feed in feeds {
        compiler.add(feed)?;
    }
    compiler.write(&path)?;
    Book::open(&path)
}

/// What one advisory says of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The advisory.
    pub id: String,
    /// The CVEs that it is about; none where nobody gave it a number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cves: Vec<String>,
    /// Other names of the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Versions that are affected, as ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Range>,
    /// Versions that are affected, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// What the distribution has decided.
    #[serde(default, skip_serializing_if = "Decision::is_none")]
    pub decision: Decision,
    /// As the distribution or the database rates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Vectors of CVSS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vectors: Vec<String>,
    /// One line for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
}

/// Affected versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// From here on; empty is from the start.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// Up to before this one; empty if there is no fix.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fixed: String,
    /// Up to this one; empty if not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last: String,
}

/// What a distribution has decided about a vulnerability in its package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Versions speak.
    #[default]
    None,
    /// The package is not affected in any version.
    NotAffected,
    /// Affected, and a fix is put off.
    Postponed,
    /// Affected, and there will be no fix, or no more for this release.
    WillNotFix,
    /// Affected, and of no importance.
    Unimportant,
    /// Nobody knows yet whether it is affected.
    Undetermined,
}

impl Decision {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// What is known of a CVE whatever package it is in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Enrichment {
    /// Vectors of CVSS, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vectors: Vec<String>,
    /// In CISA's catalogue of exploited vulnerabilities since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploited: Option<Exploited>,
    /// `none`, `poc` or `active`, by CISA's SSVC.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exploitation: String,
    /// Probability of exploitation in the next 30 days, by FIRST's EPSS, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<f64>,
}

/// An entry of CISA's catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploited {
    /// Since when it is in it, as a date.
    pub added: String,
    /// Until when agencies have to act, as a date.
    #[serde(default)]
    pub due: String,
    /// Known from campaigns of ransomware.
    #[serde(default)]
    pub ransomware: bool,
}

/// What a book was compiled from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Advisories.
    pub advisories: u64,
    /// CVEs with scores or other knowledge.
    pub enriched: u64,
    /// Records that could not be read.
    pub unreadable: u64,
    /// Advisories of ecosystems that are not judged here.
    pub foreign: u64,
    /// The youngest change of any record, as the feeds state it.
    pub newest: String,
}
