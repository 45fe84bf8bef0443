//! A package's state on a host in one byte, and what each byte adds to a host's counters, so that judging a host is
//! adding up.

use super::counters::Counters;
use super::source::Level;
use super::state::State;
use super::view::Marks;

/// State, level, whether the reported version is a security update, and whether the baseline approves any version of
/// the package (if so, it is one package less that is approved and not installed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Code(pub(super) u8);

const LEVEL_SHIFT: u8 = 3;
const SECURITY: u8 = 1 << 6;
const OFFERED: u8 = 1 << 7;
const STATE_MASK: u8 = 0b111;

impl Code {
    /// Of a version that the table does not know.
    pub(super) const UNKNOWN: Self = Self(STATE_MASK);

    pub(super) fn new(state: State, level: Level, security: bool, offered: bool) -> Self {
        let security = if security { SECURITY } else { 0 };
        let offered = if offered { OFFERED } else { 0 };
        Self(state as u8 | (level as u8) << LEVEL_SHIFT | security | offered)
    }

    /// `None` for a version that the table does not know.
    pub(super) fn state(self) -> Option<State> {
        State::ALL.get(usize::from(self.0 & STATE_MASK)).copied()
    }

    pub(super) fn level(self) -> Level {
        Level::ALL.get(usize::from(self.0 >> LEVEL_SHIFT & STATE_MASK)).copied().unwrap_or_default()
    }

    pub(super) fn is_security(self) -> bool {
        self.0 & SECURITY != 0
    }

    /// As it is on a host on which earlier runs did something to the package.
    pub(super) fn marked(self, marks: Marks) -> Self {
        let Some(state) = self.state() else { return self };
        Self(self.0 & !STATE_MASK | state.marked(marks) as u8)
    }

    /// Without what it says of the package on other hosts: equal for equal states here.
    pub(super) fn here(self) -> Self {
        Self(self.0 & !OFFERED)
    }
}

/// Sixteen counters of sixteen bits, added as four words.
pub(super) type Lanes = [u64; 4];

/// Packages that can be added before a lane might overflow.
pub(super) const LANE_MAX: usize = u16::MAX as usize;

/// What each code adds. Aligned, so that no weight lies across two lines of the cache.
static WEIGHTS: Weights = Weights(weights());

#[repr(align(64))]
struct Weights([Lanes; 256]);

impl Code {
    /// What it adds.
    pub(super) fn weight(self) -> &'static Lanes {
        static NONE: Lanes = [0; 4];
        WEIGHTS.0.get(usize::from(self.0)).unwrap_or(&NONE)
    }
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated at compile time, index below 256"
)]
const fn weights() -> [Lanes; 256] {
    let mut table = [[0; 4]; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = weight(code as u8);
        code += 1;
    }
    table
}

const fn weight(code: u8) -> Lanes {
    let state = code & STATE_MASK;
    let non_compliant = state == State::InstalledRejected as u8
        || state == State::InstalledPendingReboot as u8
        || state == State::Missing as u8
        || state == State::Failed as u8;
    let level = code >> LEVEL_SHIFT & STATE_MASK;
    let critical = non_compliant && level == Level::Critical as u8;
    let security = non_compliant && code & SECURITY != 0;
    // The first two words are the states in the order of the enumeration; the last lane is for what is unknown.
    let first = if state < 4 { flag(true, state) } else { 0 };
    let second = if state >= 4 { flag(true, state - 4) } else { 0 };
    let third = flag(code & OFFERED != 0, 0)
        | flag(critical, 1)
        | flag(security, 2)
        | flag(non_compliant && !critical && !security, 3);
    let fourth = flag(non_compliant && level == Level::High as u8, 0)
        | flag(non_compliant && level == Level::Medium as u8, 1)
        | flag(non_compliant && level == Level::Low as u8, 2);
    [first, second, third, fourth]
}

const fn flag(set: bool, lane: u8) -> u64 {
    if set { 1 << (lane * 16) } else { 0 }
}

/// Adds lanes up into counters. `not_applicable` is yet without what is installed.
pub(super) fn unpack(lanes: &Lanes, counters: &mut Counters) {
    let [states, more, kinds, levels] = *lanes;
    let [installed, other, rejected, pending] = split(states);
    let [missing, failed, _, unknown] = split(more);
    let [offered, critical, security, rest] = split(kinds);
    let [high, medium, low, _] = split(levels);
    counters.installed += installed;
    counters.installed_other += other;
    counters.installed_rejected += rejected;
    counters.installed_pending_reboot += pending;
    counters.missing += missing;
    counters.failed += failed;
    counters.unknown += unknown;
    counters.not_applicable = counters.not_applicable.saturating_sub(offered);
    counters.critical_non_compliant += critical;
    counters.security_non_compliant += security;
    counters.other_non_compliant += rest;
    let seen = [(critical, Level::Critical), (high, Level::High), (medium, Level::Medium), (low, Level::Low)];
    let highest = seen.into_iter().find(|(count, _)| *count > 0).map(|(_, level)| level);
    let any = rejected + pending + missing + failed > 0;
    // Below LOW everything is INFORMATIONAL: the floor of what reports name.
    counters.severity = counters.severity.max(highest.or(any.then_some(Level::Informational)));
}

fn split(word: u64) -> [u32; 4] {
    let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
    [[a, b], [c, d], [e, f], [g, h]].map(|lane| u32::from(u16::from_le_bytes(lane)))
}
