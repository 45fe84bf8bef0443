//! Archives of Java's, and those inside of them: what Maven and the manifest say.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};

use super::text::{Outcome, whole};
use super::zip::{self, Visit};
use crate::layer::Found;
use crate::limits::{Limits, TEXT_BYTES_MAX, ZIP_DEPTH_MAX};
use crate::package::{Manager, Package};

/// Bytes read at once of an archive inside of another.
const INNER_BYTES: usize = 16 * 1024;

pub(super) fn read(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    let mut reader = Reader { packages: BTreeSet::new(), blind: BTreeSet::new(), limits };
    let name = found.path.rsplit('/').next().unwrap_or_default().to_owned();
    let outcome = reader.archive(content, &name, 0);
    found.packages = reader.packages.into_iter().collect();
    found.blind.extend(reader.blind);
    outcome
}

struct Reader<'a> {
    packages: BTreeSet<Package>,
    blind: BTreeSet<String>,
    limits: &'a Limits,
}

fn is_archive(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "jar" | "war" | "ear")))
}

fn is_coordinates(name: &str) -> bool {
    name.starts_with("META-INF/maven/") && name.ends_with("/pom.properties")
}

impl Reader<'_> {
    fn archive(&mut self, from: &mut dyn BufRead, file: &str, depth: usize) -> Outcome {
        if depth >= ZIP_DEPTH_MAX {
            return Err(format!("archives nested more than {ZIP_DEPTH_MAX} deep"));
        }
        let mut own = BTreeSet::new();
        let mut manifest = None;
        let mut wanted = |name: &str| is_archive(name) || is_coordinates(name) || name == "META-INF/MANIFEST.MF";
        let mut visit = |name: &str, content: &mut Visit<'_, '_>| -> Result<(), String> {
            if is_archive(name) {
                let inner = name.rsplit('/').next().unwrap_or_default().to_owned();
                let content: &mut dyn Read = content;
                let mut content = BufReader::with_capacity(INNER_BYTES, content);
                // One that is damaged hides nothing of the others.
                if let Err(why) = self.archive(&mut content, &inner, depth + 1) {
                    self.blind.insert(why);
                }
            } else if name == "META-INF/MANIFEST.MF" {
                manifest = whole(content, TEXT_BYTES_MAX).ok();
            } else if let Some(package) = coordinates(&String::from_utf8_lossy(&whole(content, TEXT_BYTES_MAX)?)) {
                own.insert(package);
            }
            Ok(())
        };
        let outcome = zip::walk(from, &mut wanted, &mut visit);
        if own.is_empty() && (outcome.is_ok() || manifest.is_some()) {
            own.extend(by_manifest(&String::from_utf8_lossy(&manifest.unwrap_or_default()), file));
        }
        let room = self.limits.packages.saturating_sub(self.packages.len());
        self.packages.extend(own.into_iter().take(room));
        outcome
    }
}

/// `groupId=`, `artifactId=`, `version=`
fn coordinates(text: &str) -> Option<Package> {
    let value = |wanted: &str| {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        let mut values = lines.filter(|(key, _)| key.trim() == wanted).map(|(_, value)| value.trim());
        values.next().filter(|value| !value.is_empty() && !value.contains("${"))
    };
    let name = format!("{}:{}", value("groupId")?, value("artifactId")?);
    Some(Package::new(Manager::Maven, &name, value("version")?))
}

/// Without Maven's file the group is not known; name and version are those of the manifest or of the file. Such a package
/// is listed, and reported as one that cannot be judged.
fn by_manifest(manifest: &str, file: &str) -> Option<Package> {
    let value = |wanted: &str| {
        let lines = manifest.lines().filter_map(|line| line.split_once(':'));
        let mut values = lines.filter(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim());
        values.next().filter(|value| !value.is_empty() && !value.contains("${"))
    };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let split = stem.match_indices('-').find(|(at, _)| stem.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit));
    let (by_file, version) = match split {
        Some((at, _)) => (stem.get(..at).unwrap_or(stem), stem.get(at + 1..)),
        None => (stem, None),
    };
    let version = version.or_else(|| value("Implementation-Version")).or_else(|| value("Bundle-Version"))?;
    Some(Package::new(Manager::Maven, by_file, version))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::analyze::Interest;

    /// An archive with each file stored, or deflated with its sizes before or after it.
    fn archive(files: &[(&str, &[u8])], method: u16, later: bool) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, content) in files {
            let data = if method == 8 {
                let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(content).unwrap();
                encoder.finish().unwrap()
            } else {
                content.to_vec()
            };
            let stored = u32::try_from(data.len()).unwrap().to_le_bytes();
            let plain = u32::try_from(content.len()).unwrap().to_le_bytes();
            out.extend(b"PK\x03\x04\x14\x00");
            out.extend(if later { [8, 0] } else { [0, 0] });
            out.extend(method.to_le_bytes());
            out.extend([0; 8]);
            out.extend(if later { [0; 4] } else { stored });
            out.extend(if later { [0; 4] } else { plain });
            out.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            out.extend([0; 2]);
            out.extend(name.as_bytes());
            out.extend(&data);
            if later {
                out.extend(b"PK\x07\x08\0\0\0\0");
                out.extend(stored);
                out.extend(plain);
            }
        }
        out.extend(b"PK\x01\x02 and the rest");
        out
    }

    fn names(bytes: &[u8], file: &str) -> (Vec<String>, Vec<String>) {
        let mut found = Found::new(&format!("opt/{file}"), Interest::Java);
        if let Err(why) = read(&mut &bytes[..], &mut found, &Limits::default()) {
            found.blind.push(why);
        }
        (found.packages.iter().map(|p| format!("{}@{}", p.name, p.version)).collect(), found.blind)
    }

    const POM: (&str, &[u8]) =
        ("META-INF/maven/org.a/b/pom.properties", b"#c\nversion=1.2\ngroupId=org.a\nartifactId=b\n");

    #[test]
    fn coordinates_are_found_in_every_form_of_entry() {
        for (method, later) in [(0, false), (8, false), (8, true)] {
            let bytes = archive(&[("a.class", &[1; 1000]), POM, ("z", b"")], method, later);
            assert_eq!(names(&bytes, "x.jar"), (vec!["org.a:b@1.2".to_owned()], vec![]));
        }
    }

    #[test]
    fn archives_inside_of_archives_are_read() {
        let inner = archive(&[POM], 8, true);
        let war = archive(&[("WEB-INF/lib/in.jar", &inner), ("x", b"x")], 0, false);
        let ear = archive(&[("app.war", &war)], 8, true);
        assert_eq!(names(&ear, "app-1.0.ear").0, ["app@1.0", "org.a:b@1.2"]);
        let mut deep = inner;
        for _ in 0..6 {
            deep = archive(&[("in.jar", &deep)], 8, false);
        }
        let (_, blind) = names(&deep, "x.jar");
        assert_eq!(blind, ["archives nested more than 4 deep"]);
    }

    #[test]
    fn without_maven_the_file_name_speaks() {
        let bytes = archive(&[("META-INF/MANIFEST.MF", b"Implementation-Version: 3.1\r\n")], 8, false);
        assert_eq!(names(&bytes, "commons-text-1.9.jar").0, ["commons-text@1.9"]);
        assert_eq!(names(&bytes, "commons.jar").0, ["commons@3.1"]);
        assert_eq!(names(b"no archive", "commons.jar").0, Vec::<String>::new());
    }

    #[test]
    fn damage_is_reported() {
        let bytes = archive(&[("a", &[1; 1000]), POM], 8, false);
        let (_, blind) = names(&bytes[..40], "x.jar");
        assert_eq!(blind.len(), 1, "{blind:?}");
    }
}
