//! Layers over each other: what a lower one has and an upper one deletes, replaces or reaches through a link.

use std::collections::BTreeMap;

use crate::layer::{Facts, Found};
use crate::limits::LINK_HOPS_MAX;

/// What is seen from above.
#[derive(Debug, Default)]
pub(super) struct Overlay<'a> {
    files: BTreeMap<String, (usize, &'a Found)>,
    links: BTreeMap<String, &'a str>,
}

impl<'a> Overlay<'a> {
    /// Lays one more layer on top. What it deletes is of the layers below, so that comes first.
    pub(super) fn apply(&mut self, number: usize, facts: &'a Facts) {
        for folder in &facts.emptied {
            let folder = self.resolve(folder);
            self.remove_below(&folder);
        }
        for path in &facts.deleted {
            let path = self.resolve(path);
            self.remove(&path);
        }
        for (path, target) in &facts.links {
            let path = self.resolve(path);
            self.remove(&path);
            self.links.insert(path, target);
        }
        for found in &facts.found {
            let path = self.resolve(&found.path);
            self.remove(&path);
            self.files.insert(path, (number, found));
        }
    }

    fn remove(&mut self, path: &str) {
        self.files.remove(path);
        self.links.remove(path);
        self.remove_below(path);
    }

    fn remove_below(&mut self, folder: &str) {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        below(&mut self.files, &start);
        below(&mut self.links, &start);
    }

    /// Every file with its path and the number of its layer.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, usize, &'a Found)> {
        self.files.iter().map(|(path, (layer, found))| (path.as_str(), *layer, *found))
    }

    /// The file at a path, also through links.
    pub(super) fn at(&self, path: &str) -> Option<(usize, &'a Found)> {
        self.files.get(&self.follow(path, true)).copied()
    }

    /// The file of this layer is still there, or nothing is known of it.
    pub(super) fn has(&self, path: &str, layer: Option<usize>) -> bool {
        self.files.get(&self.resolve(path)).is_some_and(|(number, _)| layer.is_none_or(|layer| layer == *number))
    }

    /// The path without links in its folders.
    pub(super) fn resolve(&self, path: &str) -> String {
        self.follow(path, false)
    }

    /// Follows links in the folders of a path, and with `last` also where the path itself is one. A link leads nowhere
    /// outside of the root; a loop ends where it was found.
    fn follow(&self, path: &str, last: bool) -> String {
        let mut done: Vec<&str> = Vec::new();
        let mut left: Vec<&str> = path.rsplit('/').filter(|part| !part.is_empty()).collect();
        let mut hops = 0;
        while let Some(part) = left.pop() {
            match part {
                "." => continue,
                ".." => {
                    done.pop();
                    continue;
                }
                _ => done.push(part),
            }
            if self.links.is_empty() || (left.is_empty() && !last) || hops >= LINK_HOPS_MAX {
                continue;
            }
            if let Some(target) = self.links.get(&done.join("/")) {
                hops += 1;
                done.pop();
                if target.starts_with('/') {
                    done.clear();
                }
                left.extend(target.rsplit('/').filter(|part| !part.is_empty()));
            }
        }
        done.join("/")
    }
}

fn below<T>(map: &mut BTreeMap<String, T>, start: &str) {
    if start.is_empty() {
        map.clear();
        return;
    }
    let gone: Vec<String> = map
        .range(start.to_owned()..)
        .map(|(path, _)| path)
        .take_while(|path| path.starts_with(start))
        .cloned()
        .collect();
    for path in gone {
        map.remove(&path);
    }
}
