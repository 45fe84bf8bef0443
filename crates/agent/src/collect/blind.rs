//! What could not be read, collected for the report.

use bartizan_host::deb::control::Faults;

/// Lines in one report; the rest are counted.
const LINES_MAX: usize = 100;

/// What a report says that it does not know.
#[derive(Debug, Default)]
pub(super) struct Blind {
    lines: Vec<String>,
    more: usize,
}

impl Blind {
    pub(super) fn say(&mut self, line: String) {
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        } else {
            self.more += 1;
        }
    }

    /// What was malformed in `file`.
    pub(super) fn faults(&mut self, file: &str, faults: &Faults) {
        if let Some(first) = faults.kept.first() {
            self.say(format!("`{file}` is malformed in {} places, first in {first}", faults.total));
        }
    }

    pub(super) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        self.lines
    }
}
