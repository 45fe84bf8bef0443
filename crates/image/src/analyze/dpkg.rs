//! dpkg's database, one paragraph at a time: `status`, and `status.d` of images without dpkg.

use std::io::BufRead;

use bartizan_host::deb::control::{Scanner, Wanted};

use super::text::{Lines, Outcome, lossy};
use crate::layer::Found;
use crate::limits::{Limits, PARAGRAPH_BYTES_MAX};
use crate::package::{Manager, Package};

static WANTED: Wanted<5> = Wanted::new(["Package", "Status", "Architecture", "Version", "Source"]);

/// Whether paragraphs say how far a package is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Status,
    StatusD,
}

/// Files of a package in `status.d` other than its paragraph.
pub(super) fn is_status_d(name: &str) -> bool {
    let other = ["md5sums", "preinst", "postinst", "prerm", "postrm", "list", "conffiles", "triggers", "templates"];
    !name.rsplit_once('.').is_some_and(|(_, ending)| other.contains(&ending))
}

pub(super) fn read_status(content: &mut impl BufRead, found: &mut Found, limits: &Limits, form: Form) -> Outcome {
    let mut lines = Lines::new(content);
    let mut paragraph: Vec<u8> = Vec::new();
    let mut unusable = 0_u64;
    loop {
        let line = lines.advance()?;
        if let Some(line) = line.filter(|line| !line.trim_ascii().is_empty()) {
            if paragraph.len() + line.len() <= PARAGRAPH_BYTES_MAX && !skipped(line) {
                paragraph.extend_from_slice(line);
                paragraph.push(b'\n');
            }
            continue;
        }
        let ended = line.is_none();
        if !paragraph.is_empty() {
            match package(&paragraph, form) {
                Ok(Some(_)) if found.packages.len() >= limits.packages => {
                    return Err(format!("more than {} packages (packages)", limits.packages));
                }
                Ok(Some(package)) => found.packages.push(package),
                Ok(None) => {}
                Err(()) => unusable += 1,
            }
            paragraph.clear();
        }
        if ended {
            break;
        }
    }
    if unusable > 0 {
        found.blind.push(format!("{unusable} paragraphs of dpkg's database are malformed"));
    }
    Ok(())
}

/// Continuation lines are the bulk of the database, and none of them belongs to a field that is wanted.
fn skipped(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

fn package(paragraph: &[u8], form: Form) -> Result<Option<Package>, ()> {
    let stanza = Scanner::new(&WANTED, paragraph).next().ok_or(())?;
    let [name, status, architecture, version, source] = stanza.or_empty();
    if !(form == Form::StatusD && status.is_empty()) {
        let state = status.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        match state {
            b"not-installed" | b"config-files" => return Ok(None),
            b"installed" | b"triggers-awaited" | b"triggers-pending" | b"half-configured" | b"unpacked"
            | b"half-installed" => {}
            _ => return Err(()),
        }
    }
    if name.is_empty() || version.is_empty() {
        return Err(());
    }
    let mut package = Package::new(Manager::Deb, &lossy(name), &lossy(version));
    package.architecture = crate::package::shortened(&lossy(architecture), 64);
    // `name` or `name (version)`
    let source = lossy(source);
    let (source, version) = source.split_once('(').unwrap_or((&source, ""));
    let named = Package::new(Manager::Deb, source, version.trim_end().trim_end_matches(')'));
    if named.name != package.name {
        package.source = named.name;
    }
    if named.version != package.version {
        package.source_version = named.version;
    }
    Ok(Some(package))
}

/// `/var/lib/dpkg/info/*.list`: one path a line.
pub(super) fn read_list(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    let mut lines = Lines::new(content);
    while let Some(line) = lines.advance()? {
        let Ok(path) = std::str::from_utf8(line) else { continue };
        if super::ownable(path) {
            if found.owned.len() >= limits.owned {
                return Err(format!("more than {} files of one package (owned)", limits.owned));
            }
            found.owned.push(path.trim_start_matches('/').to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Interest;

    fn found(text: &str, form: Form) -> Found {
        let mut found = Found::new("var/lib/dpkg/status", Interest::DpkgStatus);
        read_status(&mut text.as_bytes(), &mut found, &Limits::default(), form).unwrap();
        found
    }

    #[test]
    fn sources_keep_their_own_names_and_versions() {
        let text = "Package: bsdutils\nStatus: install ok installed\nArchitecture: amd64\n\
            Source: util-linux (2.38.1-5+deb12u3)\nVersion: 1:2.38.1-5+deb12u3\nDescription: x\n more\n .\n\n\
            Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2+b13\nSource: bash (5.2.15-2)\n\n\
            Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n\
            Package: odd\nStatus: strange\nVersion: 1\n";
        let found = found(text, Form::Status);
        let [bsdutils, bash] = &found.packages[..] else { panic!("{found:?}") };
        assert_eq!((bsdutils.source_name(), bsdutils.version_of_source()), ("util-linux", "2.38.1-5+deb12u3"));
        assert_eq!((bash.source_name(), bash.version_of_source()), ("bash", "5.2.15-2"));
        assert_eq!(found.blind.len(), 1);
    }

    #[test]
    fn status_d_has_no_states() {
        let found = found("Package: tzdata\nArchitecture: all\nVersion: 2024a-0+deb12u1\n", Form::StatusD);
        assert_eq!(found.packages[0].name, "tzdata");
        assert!(is_status_d("libpython3.11") && !is_status_d("libpython3.11.md5sums"));
    }
}
