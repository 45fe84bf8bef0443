//! Installed packages of Python: `METADATA` of wheels, `PKG-INFO` of eggs (RFC 822 headers).

use std::io::BufRead;

use super::text::{Lines, Outcome, lossy};
use crate::layer::Found;
use crate::package::{Manager, Package, shortened};

/// Header lines that are looked at.
const LINES_MAX: usize = 4000;

pub(super) fn read(content: &mut impl BufRead, found: &mut Found) -> Outcome {
    let mut lines = Lines::new(content);
    let (mut name, mut version, mut licence, mut expression) =
        (String::new(), String::new(), String::new(), String::new());
    for _ in 0..LINES_MAX {
        // The description follows after an empty line.
        let Some(line) = lines.advance()?.filter(|line| !line.is_empty()) else { break };
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (key, value) = (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default());
        let to = match key.to_ascii_lowercase().as_slice() {
            b"name" => &mut name,
            b"version" => &mut version,
            b"license" => &mut licence,
            b"license-expression" => &mut expression,
            _ => continue,
        };
        if to.is_empty() {
            *to = lossy(value);
        }
    }
    if name.is_empty() || version.is_empty() {
        return Err("metadata of a Python package without name or version".to_owned());
    }
    let mut package = Package::new(Manager::PyPi, &normal(&name), &version);
    let licence = if expression.is_empty() { licence } else { expression };
    if licence != "UNKNOWN" {
        package.licence = shortened(&licence, 256);
    }
    found.packages.push(package);
    Ok(())
}

/// PEP 503: lower case, and one hyphen for any run of `-`, `_` and `.`.
pub(crate) fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Interest;

    #[test]
    fn headers_end_at_the_description() {
        let text = "Metadata-Version: 2.1\nName: Foo._Bar\nVersion: 1.0\nLicense: MIT\n\nVersion: 2.0\n";
        let mut found = Found::new("x.dist-info/METADATA", Interest::Python);
        read(&mut text.as_bytes(), &mut found).unwrap();
        let package = &found.packages[0];
        assert_eq!(
            (package.name.as_str(), package.version.as_str(), package.licence.as_str()),
            ("foo-bar", "1.0", "MIT")
        );
        assert!(read(&mut &b"Name: x\n\nVersion: 1\n"[..], &mut found).is_err());
    }
}
