//! What earlier install runs left behind on a host. An inventory does not say it; whoever keeps the runs does.

use std::collections::BTreeSet;

use super::view::Marks;
use crate::observe::Installed;

/// Packages of one host that earlier runs touched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcomes {
    /// `name.arch:version`, installed by a run that did not reboot, and not rebooted since.
    pub pending_reboot: BTreeSet<String>,
    /// `name.arch` of the installed package, which a run tried to upgrade.
    pub failed: BTreeSet<String>,
}

impl Outcomes {
    /// What is known of one package.
    #[must_use]
    pub fn marks(&self, installed: &Installed) -> Marks {
        let mut marks = Marks { held: installed.held, ..Marks::default() };
        if self.pending_reboot.is_empty() && self.failed.is_empty() {
            return marks;
        }
        let id = format!("{}.{}", installed.name, installed.architecture);
        marks.failed = self.failed.contains(&id);
        marks.pending_reboot = self.pending_reboot.contains(&format!("{id}:{}", installed.version));
        marks
    }
}
