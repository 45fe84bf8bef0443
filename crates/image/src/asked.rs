//! What an image's own package managers say, when they are asked inside of it: the script that asks, and how its output is read.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memchr;

use crate::analyze::{Interest, look_into, wanted};
use crate::inventory::{Inventory, Located, Release};
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The system, if it is named.
    pub release: Option<Release>,
    /// What each manager has installed that is there; or why it did not say.
    pub managers: BTreeMap<Manager, Result<Vec<Package>, String>>,
}

/// A manager, its name in the script, the form of its answer, and where the same is read without it.
const MANAGERS: [(Manager, &str, Interest, &str); 3] = [
    (Manager::Deb, "dpkg", Interest::DpkgStatus, "var/lib/dpkg/status"),
    (Manager::Apk, "apk", Interest::ApkList, "lib/apk/db/installed"),
    (Manager::Rpm, "rpm", Interest::RpmManifest, "var/lib/rpm/rpmdb.sqlite"),
];

/// Whose file a path is, of the system's package managers.
fn manager_of(path: &str) -> Option<Manager> {
    match wanted(path)? {
        Interest::DpkgStatus | Interest::DpkgStatusD => Some(Manager::Deb),
        Interest::Apk => Some(Manager::Apk),
        Interest::Rpm | Interest::RpmLog | Interest::RpmManifest => Some(Manager::Rpm),
        _ => None,
    }
}

impl Answer {
    /// Reads the output of [`SCRIPT`].
    ///
    /// # Errors
    /// It did not come to its end, or is not what the script prints: why, in words.
    pub fn read(output: &[u8], limits: &Limits) -> Result<Self, String> {
        let mut answer = Self::default();
        let mut rest = output;
        while let Some((line, after)) = cut(rest) {
            rest = after;
            let Some(words) = marked(line) else { continue };
            if words == "end 0" {
                return Ok(answer);
            }
            let (content, status) = section(&mut rest, words)?;
            answer.take(words, content, status, limits);
        }
        Err("what ran in the image did not come to its end".to_owned())
    }

    fn take(&mut self, name: &str, content: &[u8], status: &str, limits: &Limits) {
        let look =
            |path: &str, interest: Interest| look_into(path, interest, content.len() as u64, &mut &*content, limits);
        if name == "release" {
            self.release = look("etc/os-release", Interest::Release).release;
        }
        let Some((manager, _, interest, path)) = MANAGERS.iter().find(|(_, asked, ..)| *asked == name) else { return };
        let said = if status == "0" {
            let found = look(path, *interest);
            // Keys that signatures are checked with are kept as packages by rpm.
            let packages = found.packages.into_iter().filter(|package| package.name != "gpg-pubkey");
            found.blind.first().map_or_else(
                || Ok(packages.collect()),
                |why| Err(format!("{name} said in the image what cannot be read: {why}")),
            )
        } else {
            Err(format!("{name} ended in the image with {status}"))
        };
        self.managers.insert(*manager, said);
    }

    /// Puts what was said in the place of what was read from the same managers' files. What files say of languages stays.
    ///
    /// # Errors
    /// A manager did not answer, of which there are packages or a database: why, in words. The inventory is as it was then.
    pub fn amend(self, inventory: &mut Inventory) -> Result<(), String> {
        for (manager, ..) in MANAGERS {
            let has = inventory.packages.iter().any(|located| located.package.manager == manager)
                || inventory.blind.iter().any(|blind| manager_of(&blind.path) == Some(manager));
            match self.managers.get(&manager) {
                Some(Err(why)) if has => return Err(why.clone()),
                None if has && self.managers.is_empty() => {
                    return Err("no package manager answered in the image".to_owned());
                }
                None if has => return Err(format!("{} has packages and did not answer in the image", manager.word())),
                _ => {}
            }
        }
        let mut said = self.managers;
        said.retain(|_, said| said.is_ok());
        let (read, kept): (Vec<Located>, Vec<Located>) = std::mem::take(&mut inventory.packages)
            .into_iter()
            .partition(|located| said.contains_key(&located.package.manager));
        let mut packages: BTreeSet<Located> = kept.into_iter().collect();
        let places: BTreeMap<(Manager, &str), &Located> =
            read.iter().map(|located| ((located.package.manager, located.package.name.as_str()), located)).collect();
        for (manager, _, _, usual) in MANAGERS {
            for package in said.get(&manager).into_iter().flatten().flatten() {
                let known = places.get(&(manager, package.name.as_str()));
                let (path, layer) = known.map_or((usual, 0), |known| (known.path.as_str(), known.layer));
                packages.insert(Located { package: package.clone(), path: path.to_owned(), layer, owned: false });
            }
        }
        inventory.packages = packages.into_iter().collect();
        // The manager has read its database, where that could not be read from the layers.
        inventory.blind.retain(|blind| manager_of(&blind.path).is_none_or(|manager| !said.contains_key(&manager)));
        if self.release.is_some() {
            inventory.release = self.release;
        }
        Ok(())
    }
}

/// The first line of a text with its end, and the rest; `None` at the end.
fn cut(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    (!text.is_empty()).then(|| text.split_at(length))
}

/// What stands behind the mark, if the line has one.
fn marked(line: &[u8]) -> Option<&str> {
    std::str::from_utf8(line).ok()?.trim_end().strip_prefix(MARK)
}

/// What follows up to the line that ends it, and the status that this one names.
fn section<'a>(rest: &mut &'a [u8], name: &str) -> Result<(&'a [u8], &'a str), String> {
    let (whole, mut length) = (*rest, 0);
    while let Some((line, after)) = cut(rest) {
        *rest = after;
        if let Some(words) = marked(line) {
            let status = words.strip_prefix(name).and_then(|status| status.strip_prefix(' '));
            let status = status.ok_or_else(|| format!("{name} was asked in the image, and `{words}` answered"))?;
            return Ok((whole.get(..length).unwrap_or_default(), status));
        }
        length += line.len();
    }
    Err("what ran in the image did not come to its end".to_owned())
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
        let said = answer.managers.values().flatten().flatten();
        let shown: Vec<_> = said.map(|p| (p.name.as_str(), p.version.as_str(), p.source_name())).collect();
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

    fn located(manager: Manager, name: &str, version: &str, path: &str, layer: usize) -> Located {
        Located { package: Package::new(manager, name, version), path: path.to_owned(), layer, owned: false }
    }

    #[test]
    fn what_failed_or_did_not_end_is_no_answer() {
        let packages = vec![located(Manager::Deb, "a", "1", "var/lib/dpkg/status", 0)];
        let inventory = Inventory { packages, ..Inventory::default() };
        for (output, why) in [
            ("@bartizan dpkg\n\n@bartizan dpkg 2\n@bartizan end 0\n", "dpkg ended in the image with 2"),
            ("@bartizan dpkg\nPackage: a\n", "did not come to its end"),
            ("", "did not come to its end"),
            ("@bartizan dpkg\nodd\n\n@bartizan dpkg 0\n@bartizan end 0\n", "what cannot be read"),
            ("@bartizan dpkg\n@bartizan rpm\n@bartizan rpm 0\n@bartizan end 0\n", "`rpm` answered"),
            ("@bartizan end 0\n", "no package manager answered"),
            ("@bartizan rpm\n\n@bartizan rpm 0\n@bartizan end 0\n", "deb has packages and did not answer"),
        ] {
            let mut amended = inventory.clone();
            let answer = Answer::read(output.as_bytes(), &Limits::default());
            let error = answer.and_then(|answer| answer.amend(&mut amended)).unwrap_err();
            assert!(error.contains(why), "{error}");
            assert_eq!(amended, inventory);
        }
        // rpm as a tool on a system of dpkg's has nothing to say, and need not.
        let output = "@bartizan dpkg\nPackage: a\nStatus: install ok installed\nVersion: 1\n\n@bartizan dpkg 0\n\
            @bartizan rpm\n\n@bartizan rpm 1\n@bartizan end 0\n";
        let answer = Answer::read(output.as_bytes(), &Limits::default()).unwrap();
        let mut amended = inventory.clone();
        answer.amend(&mut amended).unwrap();
        assert_eq!(amended, inventory);
        // But where its database could not be read from the layers, it must.
        let answer = Answer::read(output.as_bytes(), &Limits::default()).unwrap();
        let why = "malformed".to_owned();
        amended.blind.push(Blind { path: "var/lib/rpm/Packages".to_owned(), layer: Some(0), why });
        assert_eq!(answer.amend(&mut amended).unwrap_err(), "rpm ended in the image with 1");
    }

    #[test]
    fn what_was_said_takes_the_place_of_what_was_read() {
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
        Answer { release: None, managers: [(Manager::Deb, Ok(said))].into() }.amend(&mut inventory).unwrap();
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
        assert!(answer.managers.values().all(Result::is_ok), "{answer:?}");
    }
}
