//! A layer that an engine has unpacked already: a folder, with overlayfs's marks for what it deletes. Its digests were verified
//! when it was unpacked, and cannot be told from a folder.

use std::fs::{self, File, Metadata};
use std::io::{BufReader, Read as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, lgetxattr, open};

use super::facts::{Facts, Found};
use super::mark::{self, Mark};
use super::walk::PROGRAM_BYTES_MIN;
use crate::analyze::{self, Interest};
use crate::limits::{FIND_FOLDERS_MAX, Limits};

/// Marks of a folder that hides all that lower layers have in it.
const OPAQUE: [&str; 3] = ["trusted.overlay.opaque", "user.overlay.opaque", "user.fuseoverlayfs.opaque"];
/// How deep folders may lie in each other.
const DEPTH_MAX: usize = 256;

/// Reads an unpacked layer. No link is followed, and no device is opened.
#[must_use]
pub fn read(root: &Path, limits: &Limits) -> Facts {
    let mut walk = Walk { root, limits, facts: Facts::default(), packages: 0, folders: 0 };
    // An engine writes into a layer only while it makes it, and removes one as a whole: then there is nothing here.
    walk.all();
    walk.facts
}

struct Walk<'a> {
    root: &'a Path,
    limits: &'a Limits,
    facts: Facts,
    packages: usize,
    folders: usize,
}

impl Walk<'_> {
    fn all(&mut self) {
        let mut waiting = vec![(String::new(), 0)];
        while let Some((path, depth)) = waiting.pop() {
            self.folders += 1;
            if self.folders > FIND_FOLDERS_MAX || depth > DEPTH_MAX || self.facts.entries > self.limits.entries {
                self.facts.blind(&path, "too many folders or files; there may be more");
                return;
            }
            let here = self.at(&path);
            if OPAQUE.iter().any(|mark| is_marked(&here, mark)) {
                self.facts.empty(&path, self.limits);
            }
            let entries = match fs::read_dir(&here) {
                Ok(entries) => entries,
                Err(error) => {
                    self.facts.blind(&path, &format!("cannot be read: {error}"));
                    continue;
                }
            };
            for entry in entries.flatten() {
                self.facts.entries += 1;
                let Ok(name) = entry.file_name().into_string() else {
                    self.facts.blind(&path, "a name that is no UTF-8");
                    continue;
                };
                let inner = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
                let Ok(about) = entry.metadata() else { continue };
                if about.is_dir() {
                    waiting.push((inner, depth + 1));
                } else {
                    self.entry(&path, &name, &inner, &about);
                }
            }
        }
    }

    fn entry(&mut self, folder: &str, name: &str, path: &str, about: &Metadata) {
        let kind = about.file_type();
        if kind.is_char_device() && about.rdev() == 0 {
            self.facts.delete(path, self.limits);
        } else if let Some(mark) = mark::read(folder, name) {
            match mark {
                Mark::Deletes(gone) => self.facts.delete(&gone, self.limits),
                Mark::Empties => self.facts.empty(folder, self.limits),
                Mark::Nothing => {}
            }
        } else if kind.is_symlink() {
            let target = fs::read_link(self.at(path)).unwrap_or_default();
            self.facts.link(path, &target.to_string_lossy(), self.limits);
        } else if kind.is_file() {
            self.file(path, about);
        }
    }

    fn file(&mut self, path: &str, about: &Metadata) {
        let wanted = analyze::wanted(path);
        let size = about.len();
        let executable = about.permissions().mode() & 0o111 != 0;
        if wanted.is_none() && (size < PROGRAM_BYTES_MIN || !executable) {
            return;
        }
        let mut file = match self.open(path) {
            Ok(file) => BufReader::new(file),
            Err(why) if wanted.is_some() => {
                self.facts.blind(path, &why);
                return;
            }
            Err(_) => return,
        };
        let interest = match wanted {
            Some(interest) => interest,
            None => {
                let mut start = [0; 4];
                if file.read_exact(&mut start).is_err() || start != *b"\x7fELF" {
                    return;
                }
                if std::io::Seek::rewind(&mut file).is_err() {
                    return;
                }
                Interest::Program
            }
        };
        // A file may grow while it is read; what its size does not count is not looked at.
        let mut content = BufReader::new(file.take(size));
        let found: Found = analyze::look_into(path, interest, size, &mut content, self.limits);
        if interest == Interest::Program && found.packages.is_empty() && found.blind.is_empty() {
            return;
        }
        self.facts.find(found, &mut self.packages, self.limits);
    }

    /// Opens a file that was a plain one when it was looked at, and is no link now.
    fn open(&self, path: &str) -> Result<File, String> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = open(self.at(path), flags, Mode::empty());
        opened.map(File::from).map_err(|error| format!("cannot be read: {error}"))
    }

    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.to_owned() } else { self.root.join(path) }
    }
}

/// Whether a folder has an extended attribute with the value `y`.
fn is_marked(path: &Path, name: &str) -> bool {
    let mut value = [0; 1];
    lgetxattr(path, name, &mut value).is_ok_and(|length| length == 1) && value == *b"y"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_as_its_tar_would_be() {
        let temp = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = temp.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("var/lib/dpkg/status", "Package: curl\nStatus: install ok installed\nVersion: 1\n\n");
        put("opt/.wh.app", "");
        put("srv/.wh..wh..opq", "");
        put("srv/.wh..wh.plnk", "");
        std::os::unix::fs::symlink("/etc/passwd", temp.path().join("var/lib/dpkg/link")).unwrap();
        let facts = read(temp.path(), &Limits::default());
        assert_eq!(facts.found[0].packages[0].name, "curl");
        assert_eq!(
            (facts.deleted.as_slice(), facts.emptied.as_slice()),
            (&["opt/app".to_owned()][..], &["srv".to_owned()][..])
        );
        assert_eq!(facts.links, [("var/lib/dpkg/link".to_owned(), "/etc/passwd".to_owned())]);
        assert!(facts.blind.is_empty());
    }
}
