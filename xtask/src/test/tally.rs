//! The count of everything that ran, and the list of what did not.

/// How a line about something that did not run begins; tests say it themselves, in whatever case.
pub(crate) const NOT_RUN: &str = "did not run: ";

/// Counts over all steps.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    failures: Vec<String>,
    not_run: Vec<String>,
}

impl Tally {
    pub(crate) fn pass(&mut self, count: usize) {
        self.passed += count;
    }

    /// One failed check.
    pub(crate) fn fail(&mut self, what: &str, why: &str) {
        self.fail_many(1, what, why);
    }

    /// Several failed checks of one step, whose own output named them.
    pub(crate) fn fail_many(&mut self, count: usize, what: &str, why: &str) {
        eprintln!("FAILED {what}: {why}");
        self.failed += count;
        self.failures.push(format!("{what}: {why}"));
    }

    /// A test that did not run, and why.
    pub(crate) fn skip(&mut self, what: &str, why: &str) {
        self.not_run.push(format!("{what}: {why}"));
    }

    /// The closing lines, and whether everything holds. Under CI, what did not run has failed.
    pub(crate) fn close(self, ci: bool) -> (Vec<String>, bool) {
        let mut lines: Vec<String> = self.not_run.iter().map(|line| format!("{NOT_RUN}{line}")).collect();
        lines.extend(self.failures.iter().map(|line| format!("failed: {line}")));
        let (failed, skipped) = counts(self.failed, self.not_run.len(), ci);
        if ci && !self.not_run.is_empty() {
            lines.push("under CI everything has to run: what did not run counts as failed".to_string());
        }
        lines.push(format!("{} passed, {failed} failed, {skipped} skipped", self.passed));
        (lines, failed == 0)
    }
}

fn counts(failed: usize, not_run: usize, ci: bool) -> (usize, usize) {
    if ci { (failed + not_run, 0) } else { (failed, not_run) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_run_is_skipped_at_a_desk_and_failed_under_ci() {
        assert_eq!(counts(1, 2, false), (1, 2));
        assert_eq!(counts(1, 2, true), (3, 0));
    }

    #[test]
    fn closing_fails_when_anything_failed() {
        let mut tally = Tally::default();
        tally.pass(3);
        tally.skip("terraform", "not installed");
        let (lines, fine) = tally.close(false);
        assert!(fine);
        assert_eq!(lines.last().map(String::as_str), Some("3 passed, 0 failed, 1 skipped"));
        let mut tally = Tally::default();
        tally.skip("terraform", "not installed");
        assert!(!tally.close(true).1);
        let mut tally = Tally::default();
        tally.fail("tidy", "a rule is broken");
        assert!(!tally.close(false).1);
    }
}
