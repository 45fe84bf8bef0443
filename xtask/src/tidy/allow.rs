//! Exceptions: `rule path -- reason`, one a line.

use std::path::Path;

use super::Finding;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: usize,
    rule: String,
    path: String,
    used: bool,
}

#[derive(Debug)]
pub(crate) struct List(Vec<Line>);

impl List {
    /// A missing file has no exceptions.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self(Vec::new())),
            Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut lines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = || format!("xtask/tidy.allow:{number}: write `rule path -- reason`");
            let (what, reason) = line.split_once(" -- ").ok_or_else(malformed)?;
            let (rule, path) = what.trim().split_once(' ').ok_or_else(malformed)?;
            if reason.trim().is_empty() {
                return Err(malformed());
            }
            lines.push(Line { number, rule: rule.to_string(), path: path.trim().to_string(), used: false });
        }
        Ok(Self(lines))
    }

    /// True if there is an exception for this finding, which from now on counts as used.
    pub(crate) fn covers(&mut self, finding: &Finding) -> bool {
        let found = self.0.iter_mut().find(|line| line.rule == finding.rule && line.path == finding.path);
        found.is_some_and(|line| {
            line.used = true;
            true
        })
    }

    pub(crate) fn unused(&self) -> Vec<&Line> {
        self.0.iter().filter(|line| !line.used).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(path: &str) -> Finding {
        Finding { rule: "sizes", path: path.to_string(), line: 0, text: String::new() }
    }

    #[test]
    fn an_exception_covers_its_finding_only() {
        let mut list = List::parse("# why\n\nsizes a.rs -- a table of the vendor's\nsizes b.rs -- the same\n").unwrap();
        assert!(list.covers(&finding("a.rs")));
        assert!(!list.covers(&finding("c.rs")));
        assert_eq!(list.unused().iter().map(|line| line.number).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn an_exception_needs_a_reason() {
        assert!(List::parse("sizes a.rs").is_err());
        assert!(List::parse("sizes a.rs -- ").is_err());
        assert!(List::parse("sizes -- reason").is_err());
    }
}
