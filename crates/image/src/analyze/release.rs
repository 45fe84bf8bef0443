//! Which system an image is: os-release(5), and the files that came before it.

use std::io::BufRead;

use super::text::{Outcome, whole};
use crate::inventory::Release;
use crate::layer::Found;
use crate::limits::VALUE_BYTES_MAX;
use crate::package::shortened;

/// Bytes of such a file; real ones stay under 1 KiB.
const BYTES_MAX: u64 = 64 * 1024;

pub(super) fn read(content: &mut impl BufRead, found: &mut Found) -> Outcome {
    let text = String::from_utf8_lossy(&whole(content, BYTES_MAX)?).into_owned();
    let name = found.path.rsplit('/').next().unwrap_or_default();
    found.release = match name {
        "os-release" => parse(&text),
        "alpine-release" => first_line(&text).map(|version| of("alpine", version)),
        "debian_version" => first_line(&text).map(|version| of("debian", version)),
        "lsb-release" => lsb(&text),
        _ => redhat(&text),
    };
    Ok(())
}

fn of(id: &str, version: &str) -> Release {
    Release { id: id.to_owned(), version: shortened(version, VALUE_BYTES_MAX), ..Release::default() }
}

fn first_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| !line.is_empty())
}

/// Reads os-release; `None` if it names no system.
#[must_use]
pub fn parse(text: &str) -> Option<Release> {
    let mut release = Release::default();
    for (key, value) in assignments(text) {
        match key {
            "ID" => release.id = value.to_ascii_lowercase(),
            "ID_LIKE" => release.like = value,
            "VERSION_ID" => release.version = value,
            "VERSION_CODENAME" => release.codename = value,
            "PRETTY_NAME" => release.pretty = value,
            _ => {}
        }
    }
    (!release.id.is_empty()).then_some(release)
}

/// Lines `KEY=value`, quoted as a shell would.
fn assignments(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        let (key, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        let value = value.trim();
        let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
        let value = quoted.map_or_else(|| value.to_owned(), |inner| inner.replace('\\', ""));
        Some((key.trim(), shortened(&value, VALUE_BYTES_MAX)))
    })
}

fn lsb(text: &str) -> Option<Release> {
    let mut release = Release::default();
    for (key, value) in assignments(text) {
        match key {
            "DISTRIB_ID" => release.id = value.to_ascii_lowercase(),
            "DISTRIB_RELEASE" => release.version = value,
            "DISTRIB_CODENAME" => release.codename = value,
            "DISTRIB_DESCRIPTION" => release.pretty = value,
            _ => {}
        }
    }
    (!release.id.is_empty()).then_some(release)
}

/// `CentOS Linux release 7.9.2009 (Core)`
fn redhat(text: &str) -> Option<Release> {
    let line = first_line(text)?;
    let (name, rest) = line.split_once(" release ")?;
    let version = rest.split_whitespace().next().unwrap_or_default();
    let id = match name.to_ascii_lowercase() {
        name if name.starts_with("centos") => "centos",
        name if name.starts_with("red hat") => "rhel",
        name if name.starts_with("rocky") => "rocky",
        name if name.starts_with("almalinux") => "almalinux",
        name if name.starts_with("oracle") => "ol",
        name if name.starts_with("fedora") => "fedora",
        _ => return None,
    };
    Some(Release { pretty: shortened(line, VALUE_BYTES_MAX), ..of(id, version) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_is_read_as_a_shell_would() {
        let text = "# c\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID='12'\nVERSION_CODENAME=bookworm\n";
        let release = parse(text).unwrap();
        assert_eq!(
            (release.id.as_str(), release.version.as_str(), release.codename.as_str()),
            ("debian", "12", "bookworm")
        );
        assert_eq!(release.pretty, "Debian GNU/Linux 12 (bookworm)");
        assert_eq!(parse("NAME=x\n"), None);
    }

    #[test]
    fn older_files_name_the_system_too() {
        let release = redhat("CentOS Linux release 7.9.2009 (Core)\n").unwrap();
        assert_eq!((release.id.as_str(), release.version.as_str()), ("centos", "7.9.2009"));
        assert_eq!(lsb("DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\n").unwrap().id, "ubuntu");
    }
}
