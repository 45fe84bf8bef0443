//! Made-up hosts: what no recorded host has in one place. Several architectures, suites that are installed only on demand,
//! an unsigned suite, versions that only an epoch or a tilde tells apart, packages that no index offers.

use std::fs;

use bartizan_host::observe::Facts;

use crate::machine::{Machine, folder, read};

const VERSIONS: [&str; 14] = [
    "1.0",
    "1.0-1",
    "1.0-1+b1",
    "1.0~rc1",
    "1.10",
    "1.9",
    "2:0.1",
    "1:3",
    "1.0+dfsg-1",
    "1.0+dfsg-1+deb12u1",
    "1.0+dfsg-1+deb12u10",
    "1.0+dfsg-1+deb12u9",
    "1.0+dfsg-1~bpo12+1",
    "252.38-1~deb12u1",
];

/// Of each suite: the site, its name, other lines of its Release file, whether it is signed.
const SUITES: [(&str, &str, &str, bool); 6] = [
    ("a.example.org", "stable", "", true),
    ("b.example.org", "stable-Security", "", true),
    ("c.example.org", "stable-backports", "NotAutomatic: yes\nButAutomaticUpgrades: yes\n", true),
    ("d.example.org", "experimental", "NotAutomatic: yes\n", true),
    ("e.example.org", "local-security", "", false),
    ("security.debian.org", "updates", "", true),
];

/// The same seed always makes the same host.
pub(crate) fn made(seed: u64) -> Machine {
    let mut random = Random(seed);
    let root = folder();
    let mut sources = String::new();
    for (site, suite, lines, signed) in SUITES {
        let stem = root.path().join(format!("var/lib/apt/lists/{site}_debian_dists_{suite}"));
        let stem = stem.to_str().unwrap();
        let file = if signed { "InRelease" } else { "Release" };
        let head = format!("Origin: Made\nLabel: Made\nSuite: {suite}\nCodename: {suite}\n");
        let tail = "Date: Sat, 21 Nov 2026 00:53:02 UTC\nArchitectures: amd64 i386\nComponents: main\n";
        fs::write(format!("{stem}_{file}"), format!("{head}{lines}{tail}")).unwrap();
        for architecture in ["amd64", "i386"] {
            let mut packages = String::new();
            for number in 0..200 {
                for _ in 0..random.below(3) {
                    packages.push_str(&stanza(number, architecture, VERSIONS[random.below(14)], "", &mut random));
                }
            }
            fs::write(format!("{stem}_main_binary-{architecture}_Packages"), packages).unwrap();
        }
        sources.push_str(&format!("deb http://{site}/debian {suite} main\n"));
    }
    fs::write(root.path().join("etc/apt/sources.list"), sources).unwrap();
    let mut status = String::new();
    for number in 0..220 {
        for architecture in ["amd64", "i386"] {
            let line = match random.below(8) {
                0..3 => "install ok installed",
                3 => "hold ok installed",
                4 => "deinstall ok config-files",
                _ => continue,
            };
            // Some that dpkg finds equal to an offered one, and some that nobody offers.
            let version = match random.below(20) {
                0 => "1.0-0",
                1 => "0.9-local1",
                2 => "9:1",
                _ => VERSIONS[random.below(14)],
            };
            // libapt takes versions that compare equal for one, unless they depend on other packages; the text that it
            // shows is then that of the index.
            let depends = if version == "1.0-0" { "Depends: something-else\n" } else { "" };
            let line = format!("Status: {line}\n{depends}");
            status.push_str(&stanza(number, architecture, version, &line, &mut random));
        }
    }
    fs::write(root.path().join("var/lib/dpkg/status"), status).unwrap();
    let facts = Facts { os_id: "debian".into(), os_version: "12".into(), ..Facts::default() };
    read(root, Facts { architecture: "amd64".into(), ..facts }, vec!["i386".into()])
}

/// A version has one architecture; some native ones are `all`.
fn stanza(number: usize, architecture: &str, version: &str, lines: &str, random: &mut Random) -> String {
    let stem = ["lib", "linux-", "openssl", "python3-", "t"][number % 5];
    let architecture =
        if architecture == "amd64" && (number + version.len()).is_multiple_of(4) { "all" } else { architecture };
    let mut out = format!("Package: {stem}p{number}\n{lines}Architecture: {architecture}\nVersion: {version}\n");
    let priority = ["required", "important", "standard", "optional", "extra", ""][random.below(6)];
    if !priority.is_empty() {
        out.push_str(&format!("Priority: {priority}\n"));
    }
    let section = ["libs", "admin", "net", "contrib/python", "Libs", ""][random.below(6)];
    if !section.is_empty() {
        out.push_str(&format!("Section: {section}\n"));
    }
    out + "\n"
}

/// Numbers that look random (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }
}
