//! Which files of an image say what is in it, and what they say.

mod apk;
mod cargo;
mod dpkg;
mod gem;
mod go;
mod java;
mod npm;
mod program;
mod python;
pub mod release;
mod rpm;
mod text;
pub(crate) mod zip;

use std::io::BufRead;

pub(crate) use python::normal as python_name;

use serde::{Deserialize, Serialize};

use crate::layer::Found;
use crate::limits::Limits;
use crate::stream::Forward;
use crate::tar::Tar;

/// Of what is found in a layer; part of the key of its cache. Raise it with every change of what an analyzer finds.
pub const VERSION: u32 = 1;

/// What is looked for in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interest {
    /// Which system this is: `os-release` and its forerunners.
    Release,
    /// dpkg's database.
    DpkgStatus,
    /// A package of an image without dpkg.
    DpkgStatusD,
    /// Which files belong to a package of dpkg's.
    DpkgList,
    /// apk's database.
    Apk,
    /// What `apk list --installed` says.
    ApkList,
    /// rpm's database: SQLite, its own format, or Berkeley DB.
    Rpm,
    /// Changes that SQLite has not yet put into the database.
    RpmLog,
    /// What CBL-Mariner leaves of the database in images without rpm.
    RpmManifest,
    /// An installed package of npm.
    Npm,
    /// `package-lock.json`.
    NpmLock,
    /// An installed package of Python.
    Python,
    /// An installed gem.
    Gem,
    /// `Cargo.lock`.
    CargoLock,
    /// An archive of Java's.
    Java,
    /// A program that may hold a list of the modules or crates it was built from.
    Program,
}

impl Interest {
    /// It belongs to one language, so that a package of the system may own the file.
    #[must_use]
    pub fn of_language(self) -> bool {
        matches!(
            self,
            Self::Npm | Self::NpmLock | Self::Python | Self::Gem | Self::CargoLock | Self::Java | Self::Program
        )
    }
}

/// What is looked for in a file of this path, if anything. Programs are told by their content.
#[must_use]
pub fn wanted(path: &str) -> Option<Interest> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "status" if matches!(folder, "var/lib/dpkg" | "usr/lib/dpkg") => Some(Interest::DpkgStatus),
        "installed" if matches!(folder, "lib/apk/db" | "usr/lib/apk/db") => Some(Interest::Apk),
        "rpmdb.sqlite" | "Packages.db" | "Packages" if rpm::is_folder(folder) => Some(Interest::Rpm),
        "rpmdb.sqlite-wal" if rpm::is_folder(folder) => Some(Interest::RpmLog),
        "container-manifest-2" if folder == "var/lib/rpmmanifest" => Some(Interest::RpmManifest),
        "os-release" if matches!(folder, "etc" | "usr/lib") => Some(Interest::Release),
        "alpine-release" | "debian_version" | "redhat-release" | "lsb-release" if folder == "etc" => {
            Some(Interest::Release)
        }
        "package.json" if npm::is_package(folder) => Some(Interest::Npm),
        "package-lock.json" if !folder.contains("node_modules") => Some(Interest::NpmLock),
        ".package-lock.json" => None,
        "Cargo.lock" => Some(Interest::CargoLock),
        "METADATA" if folder.ends_with(".dist-info") => Some(Interest::Python),
        "PKG-INFO" if folder.ends_with(".egg-info") || folder.ends_with("/EGG-INFO") => Some(Interest::Python),
        _ => by_ending(folder, name),
    }
}

fn by_ending(folder: &str, name: &str) -> Option<Interest> {
    // Most names end here, at the price of one comparison.
    if folder == "var/lib/dpkg/status.d" || folder == "usr/lib/dpkg/status.d" {
        return dpkg::is_status_d(name).then_some(Interest::DpkgStatusD);
    }
    let (_, ending) = name.rsplit_once('.')?;
    match ending {
        "list" if folder == "var/lib/dpkg/info" => Some(Interest::DpkgList),
        "egg-info" => Some(Interest::Python),
        "gemspec" if folder.ends_with("/specifications") || folder.ends_with("/specifications/default") => {
            Some(Interest::Gem)
        }
        "jar" | "war" | "ear" | "jpi" | "hpi" => Some(Interest::Java),
        _ => None,
    }
}

/// A file that could be taken for a package of a language, so that it matters whether the system owns it.
#[must_use]
pub fn ownable(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    if wanted(path).is_some_and(Interest::of_language) {
        return true;
    }
    let Some((folder, _)) = path.rsplit_once('/') else { return false };
    let last = folder.rsplit('/').next().unwrap_or(folder);
    matches!(last, "bin" | "sbin" | "libexec")
}

/// Reads the entry that the archive stands at.
pub fn analyze<R: Forward>(interest: Interest, tar: &mut Tar<R>, limits: &Limits) -> Found {
    let (path, size) = (tar.path().to_owned(), tar.size());
    look_into(&path, interest, size, &mut tar.content(), limits)
}

/// Reads the content of one file, `size` bytes, wherever it comes from.
pub fn look_into(path: &str, interest: Interest, size: u64, content: &mut impl BufRead, limits: &Limits) -> Found {
    let mut found = Found::new(path, interest);
    read(&mut found, size, content, limits);
    found
}

fn read(found: &mut Found, size: u64, content: &mut impl BufRead, limits: &Limits) {
    if size > limits.database_bytes && !matches!(found.interest, Interest::Program | Interest::Java) {
        found.blind.push(format!("larger than {} bytes, which is not read (database_bytes)", limits.database_bytes));
        return;
    }
    let outcome = match found.interest {
        Interest::Release => release::read(content, found),
        Interest::DpkgStatus => dpkg::read_status(content, found, limits, dpkg::Form::Status),
        Interest::DpkgStatusD => dpkg::read_status(content, found, limits, dpkg::Form::StatusD),
        Interest::DpkgList => dpkg::read_list(content, found, limits),
        Interest::Apk => apk::read(content, found, limits),
        Interest::ApkList => apk::read_list(content, found, limits),
        Interest::Rpm => rpm::read(content, found, limits),
        Interest::RpmLog => {
            // An empty log changes nothing.
            if size > 0 {
                found.blind.push("changes that are not yet in rpm's database are not read".to_owned());
            }
            Ok(())
        }
        Interest::RpmManifest => rpm::read_manifest(content, found, limits),
        Interest::Npm => npm::read_package(content, found),
        Interest::NpmLock => npm::read_lock(content, found, limits),
        Interest::Python => python::read(content, found),
        Interest::Gem => gem::read(content, found),
        Interest::CargoLock => cargo::read_lock(content, found, limits),
        Interest::Java => java::read(content, found, limits),
        Interest::Program => program::read(content, found, limits),
    };
    if let Err(why) = outcome {
        found.blind.push(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_files_are_told_by_their_paths() {
        for (path, interest) in [
            ("var/lib/dpkg/status", Interest::DpkgStatus),
            ("var/lib/dpkg/status.d/base-files", Interest::DpkgStatusD),
            ("var/lib/dpkg/status.d/libpython3.11-minimal", Interest::DpkgStatusD),
            ("var/lib/dpkg/info/bash.list", Interest::DpkgList),
            ("lib/apk/db/installed", Interest::Apk),
            ("usr/lib/sysimage/rpm/rpmdb.sqlite", Interest::Rpm),
            ("var/lib/rpm/Packages", Interest::Rpm),
            ("etc/os-release", Interest::Release),
            ("app/node_modules/@a/b/package.json", Interest::Npm),
            ("app/package.json", Interest::Npm),
            ("usr/lib/python3/dist-packages/six-1.16.0.egg-info", Interest::Python),
            ("usr/lib/python3/dist-packages/six.dist-info/METADATA", Interest::Python),
            ("usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec", Interest::Gem),
            ("opt/app.jar", Interest::Java),
            ("src/Cargo.lock", Interest::CargoLock),
        ] {
            assert_eq!(wanted(path), Some(interest), "{path}");
        }
        for path in [
            "",
            "status",
            "home/x/var/lib/dpkg/status",
            "var/lib/dpkg/status.d/base-files.md5sums",
            "app/node_modules/a/test/package.json",
            "usr/share/doc/bash/copyright",
            "Packages",
            "x.gemspec",
        ] {
            assert_eq!(wanted(path), None, "{path}");
        }
    }
}
