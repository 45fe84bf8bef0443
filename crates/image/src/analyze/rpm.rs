//! rpm's database, in its three formats, read without rpm: every package is one header.
//!
//! All three need reading at any place, so the file is held in memory, in compressed pieces.

mod bdb;
mod header;
mod held;
mod ndb;
mod sqlite;

use std::io::BufRead;

use super::text::{Outcome, one_a_line};
use crate::layer::Found;
use crate::limits::Limits;
use crate::package::{Manager, Package, shortened};
use held::Held;

/// Where rpm keeps its database.
pub(super) fn is_folder(folder: &str) -> bool {
    matches!(folder, "var/lib/rpm" | "usr/lib/sysimage/rpm" | "usr/share/rpm")
}

pub(super) fn read(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    let mut held = Held::read(content, limits.database_bytes)?;
    let mut reader = Reader { found, limits, unusable: 0, full: false };
    let outcome = if sqlite::is(&mut held) {
        sqlite::read(&mut held, &mut reader)
    } else if ndb::is(&mut held) {
        ndb::read(&mut held, &mut reader)
    } else if bdb::is(&mut held) {
        bdb::read(&mut held, &mut reader)
    } else if held.length() == 0 {
        Ok(())
    } else {
        Err("no database of rpm's that is known: neither SQLite nor ndb nor Berkeley DB".to_owned())
    };
    let (unusable, full) = (reader.unusable, reader.full);
    if unusable > 0 {
        found.blind.push(format!("{unusable} headers of rpm's database are malformed"));
    }
    if full {
        found.blind.push(format!("more than {} packages (packages)", limits.packages));
    }
    outcome
}

/// Takes headers.
struct Reader<'a> {
    found: &'a mut Found,
    limits: &'a Limits,
    unusable: u64,
    full: bool,
}

impl Reader<'_> {
    /// Takes one header; `false` when no more are wanted.
    fn take(&mut self, blob: &[u8]) -> bool {
        let Some(header) = header::Header::parse(blob) else {
            self.unusable += 1;
            return true;
        };
        match header.package() {
            // Keys that signatures are checked with are kept as packages.
            Some(package) if package.name == "gpg-pubkey" => {}
            Some(_) if self.found.packages.len() >= self.limits.packages => self.full = true,
            Some(package) => {
                self.found.packages.push(package);
                header.owned(&mut self.found.owned, self.limits.owned);
            }
            None => self.unusable += 1,
        }
        !self.full
    }
}

/// `container-manifest-2`: name, version-release, two times, vendor, epoch, size, architecture, epoch as a number, source;
/// one package a line, between tabs.
pub(super) fn read_manifest(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    one_a_line(content, found, limits, "rpm's manifest", |line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let field = |at: usize| fields.get(at).copied().filter(|text| *text != "(none)").unwrap_or_default();
        let whole = fields.len() >= 10 && !field(0).is_empty() && !field(1).is_empty();
        whole.then(|| package(field(0), field(8), field(1), field(7), field(9)))
    })
}

/// A package of rpm's, with its source from the name of the file that it was built from.
fn package(name: &str, epoch: &str, version: &str, architecture: &str, source: &str) -> Package {
    let whole = |version: &str| match epoch {
        "" | "0" => version.to_owned(),
        epoch => format!("{epoch}:{version}"),
    };
    let mut package = Package::new(Manager::Rpm, name, &whole(version));
    package.architecture = shortened(architecture, 64);
    let file = source.strip_suffix(".src.rpm").or_else(|| source.strip_suffix(".nosrc.rpm"));
    let mut parts = file.unwrap_or_default().rsplitn(3, '-');
    if let (Some(release), Some(version), Some(source)) = (parts.next(), parts.next(), parts.next()) {
        let from = Package::new(Manager::Rpm, source, &whole(&format!("{version}-{release}")));
        if from.name != package.name {
            package.source = from.name;
        }
        if from.version != package.version {
            package.source_version = from.version;
        }
    }
    package
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Interest;

    #[test]
    fn sources_are_named_by_their_files() {
        let bash = package("bash", "0", "5.1.8-6.el9", "x86_64", "bash-5.1.8-6.el9.src.rpm");
        assert_eq!((bash.source_name(), bash.version_of_source()), ("bash", "5.1.8-6.el9"));
        let libs = package("openssl-libs", "1", "3.0.7-24.el9", "x86_64", "openssl-3.0.7-24.el9.src.rpm");
        assert_eq!((libs.source_name(), libs.version.as_str()), ("openssl", "1:3.0.7-24.el9"));
        assert_eq!(libs.version_of_source(), "1:3.0.7-24.el9");
    }

    #[test]
    fn a_manifest_has_ten_fields() {
        let text =
            "bash\t5.1.8-1.cm2\t1\t2\tMicrosoft Corporation\t(none)\t9\tx86_64\t0\tbash-5.1.8-1.cm2.src.rpm\nodd\n";
        let mut found = Found::new("var/lib/rpmmanifest/container-manifest-2", Interest::RpmManifest);
        read_manifest(&mut text.as_bytes(), &mut found, &Limits::default()).unwrap();
        assert_eq!(found.packages[0].version, "5.1.8-1.cm2");
        assert_eq!(found.blind.len(), 1);
    }
}
