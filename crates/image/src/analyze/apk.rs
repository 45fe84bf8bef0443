//! apk's database: paragraphs of lines `<letter>:<value>`.

use std::io::BufRead;

use super::text::{Lines, Outcome, lossy, one_a_line};
use crate::layer::Found;
use crate::limits::Limits;
use crate::package::{Manager, Package, shortened};

pub(super) fn read(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    let mut lines = Lines::new(content);
    let mut package = Package::new(Manager::Apk, "", "");
    let mut folder = String::new();
    let mut unusable = 0_u64;
    loop {
        let line = lines.advance()?;
        match line {
            Some([key, b':', value @ ..]) => match key {
                b'P' => package.name = shortened(&lossy(value), 512),
                b'V' => package.version = shortened(&lossy(value), 256),
                b'A' => package.architecture = shortened(&lossy(value), 64),
                b'o' => package.source = shortened(&lossy(value), 512),
                b'L' => package.licence = shortened(&lossy(value), 256),
                b'F' => folder = lossy(value),
                b'R' => {
                    let path = format!("{folder}/{}", lossy(value));
                    if super::ownable(&path) && found.owned.len() < limits.owned {
                        found.owned.push(path.trim_start_matches('/').to_owned());
                    }
                }
                _ => {}
            },
            Some(line) if !line.trim_ascii().is_empty() => unusable += 1,
            _ => {
                let mut done = std::mem::replace(&mut package, Package::new(Manager::Apk, "", ""));
                if !done.name.is_empty() && !done.version.is_empty() {
                    if found.packages.len() >= limits.packages {
                        return Err(format!("more than {} packages (packages)", limits.packages));
                    }
                    if done.source == done.name {
                        done.source.clear();
                    }
                    found.packages.push(done);
                } else if done != package {
                    unusable += 1;
                }
                if line.is_none() {
                    break;
                }
            }
        }
    }
    if unusable > 0 {
        found.blind.push(format!("{unusable} places in apk's database are malformed"));
    }
    Ok(())
}

/// `apk list --installed`: `name-version architecture {origin} (licence) [installed]`, one package a line.
pub(super) fn read_list(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    one_a_line(content, found, limits, "apk's list", listed)
}

fn listed(line: &str) -> Option<Package> {
    let (called, rest) = line.split_once(' ')?;
    // A version is the two last parts: `1.1.1d-r2`.
    let (rest_of_name, revision) = called.rsplit_once('-')?;
    let (name, version) = rest_of_name.rsplit_once('-')?;
    let (architecture, rest) = rest.split_once(' ')?;
    let mut package =
        Package::new(Manager::Apk, &shortened(name, 512), &shortened(&format!("{version}-{revision}"), 256));
    package.architecture = shortened(architecture, 64);
    let between = |open: char, close: char| Some(rest.split_once(open)?.1.split_once(close)?.0);
    let origin = between('{', '}')?;
    if origin != name {
        package.source = shortened(origin, 512);
    }
    package.licence = shortened(between('(', ')').unwrap_or_default(), 256);
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Interest;

    #[test]
    fn packages_have_origins_and_files() {
        let text = "C:Q1abc=\nP:libcrypto1.1\nV:1.1.1d-r2\nA:x86_64\nS:1\nL:OpenSSL\no:openssl\nF:lib\nR:libcrypto.so.1.1\n\
            F:usr/bin\nR:x\n\nP:musl\nV:1.1.24-r0\no:musl\n\nP:broken\n\n";
        let mut found = Found::new("lib/apk/db/installed", Interest::Apk);
        read(&mut text.as_bytes(), &mut found, &Limits::default()).unwrap();
        let [crypto, musl] = &found.packages[..] else { panic!("{found:?}") };
        assert_eq!((crypto.source_name(), crypto.licence.as_str()), ("openssl", "OpenSSL"));
        assert_eq!((musl.source_name(), musl.version.as_str()), ("musl", "1.1.24-r0"));
        assert_eq!(found.owned, ["usr/bin/x"]);
        assert_eq!(found.blind.len(), 1);
    }
}
