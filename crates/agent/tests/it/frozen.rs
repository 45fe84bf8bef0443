//! Reading a real Debian 12 host, frozen, and this machine itself.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use bartizan_agent::clock;
use bartizan_agent::collect::{CollectError, Collector, Root};
use bartizan_host::deb::Version;

use crate::collect::Host;
use crate::shared::{did_not_run, shared};

fn gunzip(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The frozen host, laid out as apt lays it out.
pub(crate) fn frozen() -> Option<Host> {
    let data = shared("data/host")?;
    let host = Host::new();
    host.write(
        "/etc/os-release",
        "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
    );
    host.write("/var/lib/dpkg/status", gunzip(&data.join("dpkg-status.gz")));
    for (suite, base) in [
        ("bookworm", "deb.debian.org_debian"),
        ("bookworm-updates", "deb.debian.org_debian"),
        ("bookworm-security", "deb.debian.org_debian-security"),
    ] {
        let release = std::fs::read(data.join(format!("{suite}_InRelease"))).unwrap();
        host.write(&format!("/var/lib/apt/lists/{base}_dists_{suite}_InRelease"), release);
        let packages = std::fs::read(data.join(format!("{suite}_main_amd64_Packages.gz"))).unwrap();
        host.write(&format!("/var/lib/apt/lists/{base}_dists_{suite}_main_binary-amd64_Packages.gz"), packages);
    }
    Some(host)
}

#[test]
fn the_frozen_host_is_read_in_full() {
    let Some(host) = frozen() else { return };
    let mut collector = Collector::new(host.root());
    let found = collector.collect("mi-0123456789abcdef0", clock::now(), &mut |_| {}).unwrap();
    assert_eq!(found.blind, Vec::<String>::new());
    assert_eq!(found.installed.len(), 834);
    assert_eq!(found.facts.architecture, "amd64");
    assert!(found.installed.iter().all(|package| Version::parse(&package.version).is_ok()));
    let indices: Vec<_> = found
        .indices
        .iter()
        .map(|index| {
            let origin = &index.origin;
            let content = collector.index(&index.digest).unwrap().unwrap();
            assert!(origin.trusted && origin.date.is_some());
            assert_eq!((origin.component.as_str(), origin.architecture.as_str()), ("main", "amd64"));
            (origin.archive.as_str(), origin.label.as_str(), origin.valid_until.is_some(), content.packages())
        })
        .collect();
    let expected = [
        ("oldstable-security", "Debian-Security", true, 175),
        ("oldstable-updates", "Debian", false, 6),
        ("oldstable", "Debian", false, 818),
    ];
    assert_eq!(indices, expected);
}

#[test]
fn this_machine_is_read_as_dpkg_lists_it() {
    let query = Command::new("dpkg-query")
        .args(["-W", "-f=${Package}\t${Architecture}\t${Version}\t${db:Status-Status}\n"])
        .output();
    let Ok(query) = query else { return did_not_run("no dpkg-query") };
    let mut collector = Collector::new(Root::new("/"));
    let found = match collector.collect("mi-0123456789abcdef0", clock::now(), &mut |_| {}) {
        Err(CollectError::Unsupported(why)) => return did_not_run(&why.to_string()),
        other => other.unwrap(),
    };
    let text = String::from_utf8(query.stdout).unwrap();
    let expected: BTreeMap<_, _> = text
        .lines()
        .filter_map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            let [name, architecture, version, state] = columns[..] else { panic!("`{line}`") };
            (!matches!(state, "config-files" | "not-installed")).then_some(((name, architecture), version))
        })
        .collect();
    let read: BTreeMap<_, _> =
        found.installed.iter().map(|p| ((p.name.as_str(), p.architecture.as_str()), p.version.as_str())).collect();
    assert_eq!(read, expected);
    assert!(found.installed.iter().all(|package| package.installed_at.is_some()));
    assert!(!found.facts.hostname.is_empty() && !found.facts.kernel.is_empty() && found.facts.booted_at.is_some());
    eprintln!("{} packages, {} indices, blind: {:?}", found.installed.len(), found.indices.len(), found.blind);
}
