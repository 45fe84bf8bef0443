//! What an image's own package managers say, when they are asked inside of it: the script that asks, and how its output is read.

use std::collections::BTreeSet;

use crate::analyze::{Interest, look_into, wanted};
use crate::inventory::{Inventory, Located, Release};
use crate::layer::Found;
use crate::limits::Limits;
use crate::package::{Manager, Package};

/// For `/bin/sh` in the image. Each answer stands between a line that names it and one with the status of the command.
///
/// dpkg answers in the form of its database, rpm in that of `container-manifest-2`, so that one reader serves both ways.
pub const SCRIPT: &str = concat!(
    "ask() { name=$1; shift; command -v \"$1\" >/dev/null 2>&1 || return 0; ",
    "echo \"@bartizan $name\"; \"$@\" 2>/dev/null; status=$?; echo; echo \"@bartizan $name $status\"; }\n",
    "release() { while IFS= read -r line || [ -n \"$line\" ]; do echo \"$line\"; done; }\n",
    "for file in /etc/os-release /usr/lib/os-release; do if [ -r $file ]; then ",
    "echo '@bartizan release'; release <$file; echo '@bartizan release 0'; break; fi; done\n",
    "ask dpkg dpkg-query -W -f 'Package: ${Package}\\nStatus: ${Status}\\nArchitecture: ${Architecture}\\nVersion: ${Version}\\n",
    "Source: ${source:Package} (${source:Version})\\n\\n'\n",
    "ask apk apk --no-network list --installed\n",
    "ask rpm rpm -qa --qf '%{NAME}\\t%{VERSION}-%{RELEASE}\\t\\t\\t\\t%{EPOCH}\\t\\t%{ARCH}\\t%{EPOCHNUM}\\t%{SOURCERPM}\\n'\n",
    "echo '@bartizan end 0'\n",
);

const MARK: &str = "@bartizan ";

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The system, if it is named.
    pub release: Option<Release>,
    /// Of the managers that answered.
    pub packages: Vec<Package>,
    /// Which did.
    pub managers: Vec<Manager>,
}

/// A manager's answer, its name in the script, and the file that the same is read from without it.
const ANSWERS: [(&str, Manager, Interest, &str); 3] = [
    ("dpkg", Manager::Deb, Interest::DpkgStatus, "var/lib/dpkg/status"),
    ("apk", Manager::Apk, Interest::ApkList, "lib/apk/db/installed"),
    ("rpm", Manager::Rpm, Interest::RpmManifest, "var/lib/rpm/rpmdb.sqlite"),
];

impl Answer {
    /// Reads the output of [`SCRIPT`].
    ///
    /// # Errors
    /// It did not come to its end, a manager failed, or what it says cannot be read: why, in words.
    pub fn read(output: &[u8], limits: &Limits) -> Result<Self, String> {
        let mut answer = Self { release: None, packages: Vec::new(), managers: Vec::new() };
        let mut ended = false;
        let mut sections: Vec<(&str, Vec<u8>)> = Vec::new();
        let mut current: Option<(&str, Vec<u8>)> = None;
        for line in output.split_inclusive(|byte| *byte == b'\n') {
            let Some(words) = std::str::from_utf8(line).ok().and_then(|line| line.trim_end().strip_prefix(MARK)) else {
                if let Some((_, content)) = &mut current {
                    content.extend_from_slice(line);
                }
                continue;
            };
            match (words.split_once(' '), current.take()) {
                (Some(("end", _)), _) => ended = true,
                (None, _) => current = Some((words, Vec::new())),
                (Some((name, "0")), Some((of, content))) if name == of => sections.push((of, content)),
                (Some((name, status)), _) => return Err(format!("{name} ended in the image with {status}")),
            }
        }
        if !ended {
            return Err("what ran in the image did not come to its end".to_owned());
        }
        for (name, content) in sections {
            let read = |path: &str, interest: Interest| -> Result<Found, String> {
                let found = look_into(path, interest, content.len() as u64, &mut content.as_slice(), limits);
                found
                    .blind
                    .first()
                    .map_or(Ok(()), |why| Err(format!("{name} said in the image what cannot be read: {why}")))?;
                Ok(found)
            };
            if name == "release" {
                answer.release = read("etc/os-release", Interest::Release)?.release;
            } else if let Some((_, manager, interest, path)) = ANSWERS.iter().find(|(asked, ..)| *asked == name) {
                // Keys that signatures are checked with are kept as packages by rpm.
                let packages = read(path, *interest)?.packages;
                answer.packages.extend(packages.into_iter().filter(|package| package.name != "gpg-pubkey"));
                answer.managers.push(*manager);
            }
        }
        Ok(answer)
    }

    /// Puts what was said in the place of what was read from the same managers' files. What files say of languages stays.
    pub fn amend(self, inventory: &mut Inventory) {
        let answered = |manager: Manager| self.managers.contains(&manager);
        let read: Vec<Located> = std::mem::take(&mut inventory.packages);
        let mut packages: BTreeSet<Located> = BTreeSet::new();
        for package in self.packages {
            let same = read
                .iter()
                .find(|located| located.package.manager == package.manager && located.package.name == package.name);
            let usual = ANSWERS.iter().find(|(_, manager, ..)| *manager == package.manager);
            let (path, layer) = match (same, usual) {
                (Some(same), _) => (same.path.clone(), same.layer),
                (None, Some((.., path))) => ((*path).to_owned(), 0),
                (None, None) => continue,
            };
            packages.insert(Located { package, path, layer, owned: false });
        }
        packages.extend(read.into_iter().filter(|located| !answered(located.package.manager)));
        inventory.packages = packages.into_iter().collect();
        // The manager has read its database, where that could not be read from the layers.
        inventory.blind.retain(|blind| match wanted(&blind.path) {
            Some(Interest::DpkgStatus | Interest::DpkgStatusD) => !self.managers.contains(&Manager::Deb),
            Some(Interest::Apk) => !self.managers.contains(&Manager::Apk),
            Some(Interest::Rpm | Interest::RpmLog) => !self.managers.contains(&Manager::Rpm),
            _ => true,
        });
        if self.release.is_some() {
            inventory.release = self.release;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::inventory::Blind;

    #[test]
    fn answers_are_read() {
        let output = "@bartizan release\nID=debian\nVERSION_ID=12\n@bartizan release 0\n@bartizan dpkg\nPackage: libssl3\n\
            Status: install ok installed\nArchitecture: amd64\nVersion: 3.0.1-1\nSource: openssl (3.0.1-1)\n\n\n@bartizan dpkg 0\n\
            @bartizan apk\nlibcrypto1.1-1.1.1d-r2 x86_64 {openssl} (OpenSSL) [installed]\n\n@bartizan apk 0\n@bartizan rpm\n\
            bash\t5.1.8-6.el9\t\t\t\t(none)\t\tx86_64\t0\tbash-5.1.8-6.el9.src.rpm\n\n@bartizan rpm 0\n@bartizan end 0\n";
        let answer = Answer::read(output.as_bytes(), &Limits::default()).unwrap();
        let shown: Vec<_> =
            answer.packages.iter().map(|p| (p.name.as_str(), p.version.as_str(), p.source_name())).collect();
        assert_eq!(
            shown,
            [
                ("libssl3", "3.0.1-1", "openssl"),
                ("libcrypto1.1", "1.1.1d-r2", "openssl"),
                ("bash", "5.1.8-6.el9", "bash")
            ]
        );
        assert_eq!(answer.release.unwrap().id, "debian");
    }

    #[test]
    fn what_failed_or_did_not_end_is_no_answer() {
        for (output, why) in [
            ("@bartizan dpkg\n\n@bartizan dpkg 2\n@bartizan end 0\n", "dpkg ended in the image with 2"),
            ("@bartizan dpkg\nPackage: a\n", "did not come to its end"),
            ("", "did not come to its end"),
            ("@bartizan dpkg\nodd\n\n@bartizan dpkg 0\n@bartizan end 0\n", "what cannot be read"),
        ] {
            let error = Answer::read(output.as_bytes(), &Limits::default()).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn what_was_said_takes_the_place_of_what_was_read() {
        let located = |manager, name: &str, version: &str, path: &str, layer| Located {
            package: Package::new(manager, name, version),
            path: path.to_owned(),
            layer,
            owned: false,
        };
        let mut inventory = Inventory {
            packages: vec![
                located(Manager::Deb, "a", "1", "var/lib/dpkg/status", 3),
                located(Manager::Deb, "gone", "1", "var/lib/dpkg/status", 1),
                located(Manager::Npm, "n", "1", "app/package.json", 2),
            ],
            blind: vec![Blind { path: "var/lib/dpkg/status".into(), layer: Some(3), why: "malformed".into() }],
            ..Inventory::default()
        };
        let said = vec![Package::new(Manager::Deb, "a", "2"), Package::new(Manager::Deb, "new", "1")];
        Answer { release: None, packages: said, managers: vec![Manager::Deb] }.amend(&mut inventory);
        let mut shown: Vec<_> =
            inventory.packages.iter().map(|l| (l.package.name.as_str(), l.package.version.as_str(), l.layer)).collect();
        shown.sort_unstable();
        assert_eq!(shown, [("a", "2", 3), ("n", "1", 2), ("new", "1", 0)]);
        assert_eq!(inventory.blind, []);
    }

    #[test]
    fn the_script_runs_in_a_shell() {
        let Ok(done) = Command::new("/bin/sh").args(["-c", SCRIPT]).output() else {
            eprintln!("skipped: there is no /bin/sh");
            return;
        };
        let answer = Answer::read(&done.stdout, &Limits::default()).unwrap();
        assert!(answer.managers.is_empty() || !answer.packages.is_empty(), "{answer:?}");
    }
}
