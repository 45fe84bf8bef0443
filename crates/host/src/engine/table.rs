//! A plan applied to a whole catalogue, once for all hosts that share it: for each version, what it means to have it
//! installed.

use bartizan_wire::Timestamp;
use serde::Serialize;

use super::code::Code;
use super::plan::Plan;
use super::state::{Reading, Verdict, settle};
use super::view::HostView;
use super::weigh::{Scale, Weight};
use crate::catalogue::{Catalogue, VersionId};

/// The verdicts of one plan on one catalogue for one product. About six bytes a version.
#[derive(Debug)]
pub struct Table {
    /// Filled up to whole pages with what is unknown.
    codes: Vec<Code>,
    versions: usize,
    /// The version that is reported for an installed one: itself, or the one that is missing.
    reported: Vec<VersionId>,
    /// Of offered versions: approved or rejected by the plan.
    standings: Vec<Standing>,
    /// Packages of which some offered version is approved.
    approved_packages: u32,
}

/// The numbers of a page: those that share their upper sixteen bits.
const PAGE: usize = 1 << 16;

/// The codes of a page, as many as its lower halves can name, so that none need be checked.
pub(super) type Page = [Code; PAGE];

/// How a plan stands to an offered version, whatever is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing approves it.
    Unapproved,
    /// A rule or the approved list approves it.
    Approved,
    /// The rejected list names it.
    Rejected,
}

impl Table {
    /// Judges every version of the catalogue. `now` is for date rules.
    #[must_use]
    pub fn build(plan: &Plan, product: &str, now: Timestamp, catalogue: &Catalogue) -> Self {
        let mut scale = Scale::new(plan, HostView { product, now });
        let versions = catalogue.versions() as usize;
        let mut table = Self {
            codes: vec![Code::UNKNOWN; versions.next_multiple_of(PAGE)],
            versions,
            reported: (0..catalogue.versions()).map(VersionId).collect(),
            standings: Vec::with_capacity(catalogue.offered() as usize),
            approved_packages: 0,
        };
        let mut weights: Vec<Weight> = Vec::new();
        let mut ids: Vec<VersionId> = Vec::new();
        for slot in (0..catalogue.slots()).map(crate::catalogue::SlotId) {
            let name = catalogue.label(slot).0;
            weights.clear();
            ids.clear();
            for (id, version) in catalogue.offers(slot).filter_map(|id| Some((id, catalogue.version(id)?))) {
                weights.push(scale.weigh(name, &version));
                ids.push(id);
            }
            table.standings.extend(weights.iter().map(Standing::of));
            let offered = weights.iter().any(|weight| weight.matched);
            table.approved_packages += u32::from(offered);
            for at in 0..weights.len() {
                let verdict = settle(&weights, Some(at), plan.rejected_action, Reading::NewestMatched);
                table.put(&ids, at, &verdict, offered);
            }
            for (id, version) in catalogue.strays(slot).filter_map(|id| Some((id, catalogue.version(id)?))) {
                let at = weights.partition_point(|other| other.rank <= version.rank);
                weights.insert(at, scale.weigh(name, &version));
                ids.insert(at, id);
                let verdict = settle(&weights, Some(at), plan.rejected_action, Reading::NewestMatched);
                table.put(&ids, at, &verdict, offered);
                weights.remove(at);
                ids.remove(at);
            }
        }
        table
    }

    /// True if every version that the catalogue has by now is in the table.
    #[must_use]
    pub fn covers(&self, catalogue: &Catalogue) -> bool {
        self.versions == catalogue.versions() as usize
    }

    /// How the plan stands to an offered version.
    #[must_use]
    pub fn standing(&self, id: VersionId) -> Option<Standing> {
        self.standings.get(id.0 as usize).copied()
    }

    /// The version that is reported where this one is installed: itself, or the newer one that is missing.
    #[must_use]
    pub fn reported(&self, id: VersionId) -> VersionId {
        self.reported.get(id.0 as usize).copied().unwrap_or(id)
    }

    /// Packages of which some offered version is approved.
    #[must_use]
    pub fn approved_packages(&self) -> u32 {
        self.approved_packages
    }

    pub(super) fn code(&self, id: VersionId) -> Code {
        self.codes.get(id.0 as usize).copied().unwrap_or(Code::UNKNOWN)
    }

    /// The codes of the versions whose numbers share their upper sixteen bits.
    pub(super) fn page(&self, high: u16) -> &Page {
        static BEYOND: Page = [Code::UNKNOWN; PAGE];
        let from = usize::from(high) * PAGE;
        self.codes.get(from..from + PAGE).and_then(|codes| codes.try_into().ok()).unwrap_or(&BEYOND)
    }

    fn put(&mut self, ids: &[VersionId], at: usize, verdict: &Verdict, offered: bool) {
        let Some(place) = ids.get(at).map(|id| id.0 as usize) else { return };
        if let (Some(code), Some(state)) = (self.codes.get_mut(place), verdict.state) {
            *code = Code::new(state, verdict.level, verdict.security, offered);
        }
        if let (Some(slot), Some(id)) = (self.reported.get_mut(place), verdict.reported.and_then(|at| ids.get(at))) {
            *slot = *id;
        }
    }
}

impl Standing {
    fn of(weight: &Weight) -> Self {
        match (weight.rejected_entry, weight.matched) {
            (Some(_), _) => Self::Rejected,
            (None, true) => Self::Approved,
            (None, false) => Self::Unapproved,
        }
    }
}
