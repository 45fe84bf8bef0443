//! Installed gems, by the specification that RubyGems writes for each: Ruby, of which only plain assignments are read.

use std::io::BufRead;

use super::text::{Lines, Outcome};
use crate::layer::Found;
use crate::package::{Manager, Package, shortened};

/// Lines that are looked at.
const LINES_MAX: usize = 4000;

pub(super) fn read(content: &mut impl BufRead, found: &mut Found) -> Outcome {
    let mut lines = Lines::new(content);
    let (mut name, mut version, mut licence) = (String::new(), String::new(), String::new());
    for _ in 0..LINES_MAX {
        let Some(line) = lines.advance()? else { break };
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let line = line.trim();
        // RubyGems itself reads this comment rather than evaluating the file.
        if let Some(stub) = line.strip_prefix("# stub: ") {
            let mut words = stub.split_whitespace();
            if let (Some(first), Some(second)) = (words.next(), words.next()) {
                (name, version) = (first.to_owned(), second.to_owned());
            }
        } else if let Some((left, right)) = line.split_once('=') {
            let to = match left.trim().rsplit('.').next() {
                Some("name") => &mut name,
                Some("version") => &mut version,
                Some("licenses" | "license") => &mut licence,
                _ => continue,
            };
            if let Some(text) = quoted(right).filter(|_| to.is_empty()) {
                *to = text.to_owned();
            }
        }
    }
    if name.is_empty() || version.is_empty() {
        return Err("a gem specification whose name or version is not a plain text".to_owned());
    }
    let mut package = Package::new(Manager::Gem, &name, &version);
    package.licence = shortened(&licence, 256);
    found.packages.push(package);
    Ok(())
}

/// The first text in quotes.
fn quoted(code: &str) -> Option<&str> {
    let start = code.find(['"', '\''])?;
    let quote = code.get(start..)?.chars().next()?;
    let rest = code.get(start + 1..)?;
    rest.split(quote).next().filter(|text| text.len() < rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Interest;

    #[test]
    fn the_stub_or_assignments_name_a_gem() {
        for text in [
            "# -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n\nGem::Specification.new do |s|\n  s.licenses = [\"MIT\".freeze]\n",
            "Gem::Specification.new do |spec|\n  spec.name = 'rake'\n  s.version = Gem::Version.new(\"13.0.6\")\n  s.license = \"MIT\"\n",
        ] {
            let mut found = Found::new("specifications/rake.gemspec", Interest::Gem);
            read(&mut text.as_bytes(), &mut found).unwrap();
            let package = &found.packages[0];
            assert_eq!(
                (package.name.as_str(), package.version.as_str(), package.licence.as_str()),
                ("rake", "13.0.6", "MIT")
            );
        }
        let mut found = Found::new("x", Interest::Gem);
        assert!(read(&mut &b"s.name = NAME\n"[..], &mut found).is_err());
    }
}
