//! What is remembered of a layer: enough to tell what an image of many layers holds, whatever is above and below.

use serde::{Deserialize, Serialize};

use crate::analyze::Interest;
use crate::digest::Digest;
use crate::inventory::Release;
use crate::limits::{BLIND_MAX, Limits, PATHS_BYTES_MAX};
use crate::package::Package;

/// Everything a scan keeps of one layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Of the uncompressed layer.
    pub digest: Option<Digest>,
    /// Uncompressed bytes.
    pub bytes: u64,
    /// Entries of its tar.
    pub entries: u64,
    /// Wanted files, in the order of the layer; of one path the last one counts.
    pub found: Vec<Found>,
    /// Paths that are deleted from lower layers.
    pub deleted: Vec<String>,
    /// Folders whose content in lower layers is deleted.
    pub emptied: Vec<String>,
    /// Symbolic links: path and target.
    pub links: Vec<(String, String)>,
    /// What could not be judged: where and why.
    pub blind: Vec<(String, String)>,
    /// How many more there are.
    pub more_blind: u64,
    /// Bytes of remembered paths so far.
    #[serde(skip)]
    pub(crate) paths_bytes: usize,
}

/// A wanted file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// From the root.
    pub path: String,
    /// What was looked for in it.
    pub interest: Interest,
    /// What is in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Package>,
    /// Files that belong to packages of the system, of those that could be taken for packages of a language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owned: Vec<String>,
    /// What it says of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// It is another name of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// What of it could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind: Vec<String>,
}

impl Found {
    /// Nothing yet.
    #[must_use]
    pub fn new(path: &str, interest: Interest) -> Self {
        Self {
            path: path.to_owned(),
            interest,
            packages: Vec::new(),
            owned: Vec::new(),
            release: None,
            same_as: None,
            blind: Vec::new(),
        }
    }
}

/// Bytes that a package takes besides its texts, roughly.
const PACKAGE_BYTES: usize = 200;
/// Bytes that a found file takes besides its texts, roughly.
const FOUND_BYTES: usize = 160;

impl Facts {
    /// Bytes that it takes to remember this, roughly.
    #[must_use]
    pub fn weight(&self) -> usize {
        let paths = |paths: &[String]| paths.iter().map(|path| path.len() + 24).sum::<usize>();
        let found =
            |found: &Found| FOUND_BYTES + found.path.len() + paths(&found.owned) + found.packages.len() * PACKAGE_BYTES;
        let links = self.links.iter().map(|(path, target)| path.len() + target.len() + 48).sum::<usize>();
        self.found.iter().map(found).sum::<usize>() + paths(&self.deleted) + paths(&self.emptied) + links
    }

    /// What stands for a layer when there is no room to remember it.
    #[must_use]
    pub fn forgotten(digest: Option<Digest>, max: usize) -> Self {
        let mut facts = Self { digest, ..Self::default() };
        facts.blind("", &format!("no room to remember this layer: all together may take {max} bytes (remembered)"));
        facts
    }

    /// Adds what could not be judged.
    pub fn blind(&mut self, path: &str, why: &str) {
        if self.blind.len() < BLIND_MAX {
            self.blind.push((crate::package::shortened(path, 256), crate::package::shortened(why, 512)));
        } else {
            self.more_blind += 1;
        }
    }

    /// Room for one more remembered path of this length. The first refusal is a blind spot, the rest are part of it.
    fn room(&mut self, have: usize, max: usize, bytes: usize, what: &'static str) -> bool {
        if have < max && self.paths_bytes + bytes <= PATHS_BYTES_MAX {
            self.paths_bytes += bytes;
            return true;
        }
        let why = format!("more {what} in one layer than are looked at ({max}); what is missing cannot be told");
        if !self.blind.iter().any(|(_, known)| *known == why) {
            self.blind.insert(0, (String::new(), why));
        }
        false
    }

    pub(super) fn delete(&mut self, path: &str, limits: &Limits) {
        if self.room(self.deleted.len(), limits.whiteouts, path.len(), "deleted paths") {
            self.deleted.push(path.to_owned());
        }
    }

    pub(super) fn empty(&mut self, path: &str, limits: &Limits) {
        if self.room(self.emptied.len(), limits.whiteouts, path.len(), "emptied folders") {
            self.emptied.push(path.to_owned());
        }
    }

    pub(super) fn link(&mut self, path: &str, target: &str, limits: &Limits) {
        if self.room(self.links.len(), limits.links, path.len() + target.len(), "symbolic links") {
            self.links.push((path.to_owned(), target.to_owned()));
        }
    }

    pub(super) fn find(&mut self, mut found: Found, packages: &mut usize, limits: &Limits) {
        for why in std::mem::take(&mut found.blind) {
            self.blind(&found.path, &why);
        }
        let fits = self.room(self.found.len(), limits.found, found.path.len(), "files with packages");
        if !fits {
            return;
        }
        let left = limits.packages.saturating_sub(*packages);
        if found.packages.len() > left {
            found.packages.truncate(left);
            self.room(1, 0, 0, "packages");
        }
        *packages += found.packages.len();
        found.packages.shrink_to_fit();
        self.found.push(found);
    }
}
