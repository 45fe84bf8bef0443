//! From the weights of a package's versions to its state on a host (host.md 4.2 and 4.8).

use serde::{Deserialize, Serialize};

use super::source::{Level, RejectedAction};
use super::view::Marks;
use super::weigh::{Preference, Weight};

/// The state of a package on a host, spelled as responses spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    /// Approved and installed, and nothing newer is approved.
    Installed,
    /// Installed and not approved, or rejected with `ALLOW_AS_DEPENDENCY`.
    InstalledOther,
    /// Installed although rejected with `BLOCK`.
    InstalledRejected,
    /// Installed by a run that did not reboot, and not rebooted since.
    InstalledPendingReboot,
    /// Approved, and an older version is installed.
    Missing,
    /// An install run tried, and an older version is still installed.
    Failed,
    /// Approved, and nothing is installed that it could update.
    NotApplicable,
}

impl State {
    /// All, in the order of the enumeration.
    pub const ALL: [Self; 7] = [
        Self::Installed,
        Self::InstalledOther,
        Self::InstalledRejected,
        Self::InstalledPendingReboot,
        Self::Missing,
        Self::Failed,
        Self::NotApplicable,
    ];

    /// As responses spell it: `InstalledOther`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "Installed",
            Self::InstalledOther => "InstalledOther",
            Self::InstalledRejected => "InstalledRejected",
            Self::InstalledPendingReboot => "InstalledPendingReboot",
            Self::Missing => "Missing",
            Self::Failed => "Failed",
            Self::NotApplicable => "NotApplicable",
        }
    }

    /// Reads either spelling, `InstalledOther` or `INSTALLED_OTHER`, as filters may be given (host.md 9, decision 1).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters =
            |text: &str| text.bytes().filter(|b| *b != b'_').map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
        Self::ALL.into_iter().find(|state| letters(state.as_str()) == letters(text))
    }

    /// One package in such a state makes its host non-compliant.
    #[must_use]
    pub fn is_non_compliant(self) -> bool {
        matches!(self, Self::InstalledRejected | Self::InstalledPendingReboot | Self::Missing | Self::Failed)
    }

    /// Reports leave classification and severity of such a package blank.
    #[must_use]
    pub fn is_blank(self) -> bool {
        matches!(self, Self::InstalledOther | Self::NotApplicable)
    }
}

/// The state of one package on one host, and what reports say with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// None for a package that is neither installed nor approved.
    pub(super) state: Option<State>,
    /// The version that the state is about, by its place among the weights.
    pub(super) reported: Option<usize>,
    /// The version whose approval, or the lack of it, decided.
    pub(super) decisive: Option<usize>,
    /// The organisation's level.
    pub(super) level: Level,
    /// The reported version is a security update.
    pub(super) security: bool,
}

/// Which versions may make a package missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The newest of all approved versions. What the vendor's program does, and the default.
    NewestMatched,
    /// Only the version that the package manager would install, approved or not. What the vendor's documents say.
    CandidateOnly,
}

/// `weights` are in ascending order of rank and hold the installed version.
pub(super) fn settle(
    weights: &[Weight],
    installed: Option<usize>,
    action: RejectedAction,
    reading: Reading,
) -> Verdict {
    // An installed package is compared with itself and what is newer; otherwise everything counts.
    let own = installed.and_then(|at| weights.get(at).map(|weight| (at, weight)));
    let floor = own.map_or(0, |(_, weight)| weight.rank);
    let considered = || weights.iter().enumerate().rev().take_while(|(_, weight)| weight.rank >= floor);
    // Of versions that dpkg finds equal, the installed one speaks for itself.
    let newest = considered().next().map(|last| own.filter(|(_, own)| own.rank == last.1.rank).unwrap_or(last));
    let chosen = match reading {
        Reading::NewestMatched => considered().find(|(_, weight)| weight.matched),
        Reading::CandidateOnly => candidate(own, considered()).filter(|(_, weight)| weight.matched),
    };
    let decisive = chosen.or(newest).map(|(at, _)| at);
    let Some((at, own)) = own else {
        let state = chosen.map(|_| State::NotApplicable);
        let reported = chosen.map(|(at, _)| at);
        return Verdict { state, reported, decisive, level: Level::Unspecified, security: false };
    };
    if let Some((newer, other)) = chosen
        && other.rank > own.rank
    {
        let (state, security) = (Some(State::Missing), other.security.is_some());
        return Verdict { state, reported: Some(newer), decisive, level: other.level, security };
    }
    let (state, level, decisive) = match chosen {
        Some(_) if own.matched => (State::Installed, own.level, Some(at)),
        Some((_, equal)) => (State::Installed, equal.level, decisive),
        None if action == RejectedAction::Block && own.rejected_entry.is_some() => {
            (State::InstalledRejected, Level::Unspecified, Some(at))
        }
        None => (State::InstalledOther, Level::Unspecified, decisive),
    };
    Verdict { state: Some(state), reported: Some(at), decisive, level, security: own.security.is_some() }
}

/// The version that the package manager would have, of those that are not older than the installed one: the newest of
/// those that it prefers most.
fn candidate<'a>(
    own: Option<(usize, &'a Weight)>,
    considered: impl Iterator<Item = (usize, &'a Weight)>,
) -> Option<(usize, &'a Weight)> {
    let preference = |at: usize, weight: &Weight| match own {
        Some((own, _)) if own == at => weight.preference.max(Preference::Installed),
        _ => weight.preference,
    };
    let mut best: Option<(usize, &Weight)> = None;
    // From the newest on, so that a later one must be preferred, or be the installed one of equals.
    for (at, weight) in considered {
        let better = best.is_none_or(|(best_at, best)| {
            let own = own.is_some_and(|(own, _)| own == at) && best.rank == weight.rank;
            (preference(at, weight), own) > (preference(best_at, best), false)
        });
        if better {
            best = Some((at, weight));
        }
    }
    best
}

impl State {
    /// What remains of a state when it is known what earlier runs did to the package.
    #[must_use]
    pub(super) fn marked(self, marks: Marks) -> Self {
        match self {
            Self::Missing if marks.failed => Self::Failed,
            Self::Installed | Self::InstalledOther | Self::InstalledRejected if marks.pending_reboot => {
                Self::InstalledPendingReboot
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn filters_may_spell_states_either_way() {
        assert_eq!(State::parse("INSTALLED_PENDING_REBOOT"), Some(State::InstalledPendingReboot));
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("AVAILABLE"), None);
    }
}
