//! What Go writes into every program about the modules it was built from, since Go 1.18 as text in one place.

use crate::limits::Limits;
use crate::package::{Manager, Package};

/// Where the record starts, at a multiple of [`ALIGNMENT`].
pub(super) const MAGIC: &[u8] = b"\xff Go buildinf:";
/// Of the record in the file.
pub(super) const ALIGNMENT: u64 = 16;
/// Bytes before the texts.
pub(super) const HEADER: usize = 32;

/// What stands after the magic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Two texts follow, each after its length.
    Inline,
    /// Addresses of texts elsewhere, which Go wrote before 1.18.
    Pointers,
}

/// By the header of a record; `None` if it is none, as in Go's own tools, which look for such records.
pub(super) fn form(header: &[u8]) -> Option<Form> {
    let (size, flags) = (*header.get(14)?, *header.get(15)?);
    match flags {
        2 | 3 => Some(Form::Inline),
        0 | 1 if matches!(size, 4 | 8) => Some(Form::Pointers),
        _ => None,
    }
}

/// A length of seven bits a byte, the lowest first, and the bytes that it takes.
pub(super) fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

/// The packages that the two texts name.
pub(super) fn packages(version: &str, modules: &str, limits: &Limits) -> Vec<Package> {
    let mut out = Vec::new();
    // `go1.21.3`, or `go1.21.3 X:experiment`
    let own = version.strip_prefix("go").and_then(|text| text.split_whitespace().next());
    if let Some(own) = own.filter(|own| own.starts_with(|c: char| c.is_ascii_digit())) {
        out.push(Package::new(Manager::Go, "stdlib", own));
    }
    for line in modules.lines().take(limits.packages) {
        let mut fields = line.split('\t');
        let (kind, path, version) = (fields.next(), fields.next(), fields.next());
        let (Some(kind), Some(path), Some(version)) = (kind, path, version) else { continue };
        match kind {
            // What is replaced is not in the program.
            "=>" => {
                out.pop();
                out.push(Package::new(Manager::Go, path, version));
            }
            // The program itself, if its version is known.
            "mod" if version == "(devel)" || version.is_empty() => {}
            "mod" | "dep" => out.push(Package::new(Manager::Go, path, version)),
            _ => {}
        }
    }
    // A module replaced by a folder has no version that could be judged, but it is there.
    out.retain(|package| !package.name.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_what_replaces_them() {
        let text = "path\texample.com/x\nmod\texample.com/x\t(devel)\t\ndep\ta.org/b\tv1.2.3\th1:x\n\
            dep\tc.org/d\tv1.0.0\n=>\tc.org/e\tv1.1.0\th1:y\nbuild\t-compiler=gc\n";
        let names: Vec<_> = packages("go1.21.3 X:foo", text, &Limits::default())
            .into_iter()
            .map(|package| (package.name, package.version))
            .collect();
        let expected = [("stdlib", "1.21.3"), ("a.org/b", "v1.2.3"), ("c.org/e", "v1.1.0")];
        assert_eq!(names, expected.map(|(name, version)| (name.to_owned(), version.to_owned())));
    }

    #[test]
    fn lengths_are_of_seven_bits() {
        assert_eq!(length(&[5, 9]), Some((5, 1)));
        assert_eq!(length(&[0x80, 1]), Some((128, 2)));
        assert_eq!(length(&[0xff; 9]), None);
        assert_eq!(length(&[]), None);
    }
}
