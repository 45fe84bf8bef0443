//! One host of a fleet: the numbers of what it has installed, in pages of sixteen bits.

use std::mem::size_of;

use super::super::code::{Code, LANE_MAX, Lanes};
use super::super::outcomes::Outcomes;
use super::super::table::{Page, Table};
use super::super::view::Marks;
use crate::catalogue::{Catalogue, VersionId};
use crate::observe::Inventory;

/// What a host has installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRow {
    /// The lower halves of the numbers, page after page, ascending.
    lows: Box<[u16]>,
    /// The upper halves that occur, and where in `lows` the numbers of each end.
    pages: Box<[(u16, u32)]>,
    /// What earlier runs did, by number; nearly always empty.
    marks: Box<[(VersionId, Marks)]>,
    /// Installed packages that cannot be judged.
    unreadable: u32,
}

impl HostRow {
    /// Numbers what a host has installed.
    pub(super) fn admit(
        catalogue: &mut Catalogue,
        inventory: &Inventory,
        outcomes: &Outcomes,
        blind: &mut Vec<String>,
    ) -> Self {
        let mut found = Vec::with_capacity(inventory.installed.len());
        let mut unreadable = 0;
        for installed in &inventory.installed {
            match catalogue.admit(installed) {
                Ok(id) => found.push((catalogue.slot_of(id), id, outcomes.marks(installed))),
                Err(error) => {
                    unreadable += 1;
                    let name = format!("{}.{}", installed.name, installed.architecture);
                    blind.push(format!("{name} cannot be judged: its version `{}`: {error}", installed.version));
                }
            }
        }
        // A package database holds a package once; of a broken one the first counts.
        found.sort_by_key(|(slot, _, _)| *slot);
        let listed = found.len();
        found.dedup_by_key(|(slot, _, _)| *slot);
        if found.len() < listed {
            blind.push(format!("{} packages are listed more than once", listed - found.len()));
        }
        found.sort_unstable_by_key(|(_, id, _)| *id);
        // A hold changes no state, so it is not kept.
        let marks = found.iter().map(|(_, id, marks)| (*id, Marks { held: false, ..*marks }));
        let marks = marks.filter(|(_, marks)| *marks != Marks::default()).collect();
        let mut lows = Vec::with_capacity(found.len());
        let mut pages: Vec<(u16, u32)> = Vec::new();
        for (_, id, _) in &found {
            let (high, low) = halves(*id);
            lows.push(low);
            let end = u32::try_from(lows.len()).unwrap_or(u32::MAX);
            match pages.last_mut() {
                Some((page, last)) if *page == high => *last = end,
                _ => pages.push((high, end)),
            }
        }
        Self { lows: lows.into(), pages: pages.into(), marks, unreadable }
    }

    /// Installed packages.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.lows.len()
    }

    /// Bytes that this host takes beyond the catalogue, without the allocator's own.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val::<[u16]>(&self.lows)
            + size_of_val::<[(u16, u32)]>(&self.pages)
            + size_of_val::<[(VersionId, Marks)]>(&self.marks)
    }

    /// Installed packages that cannot be judged.
    #[must_use]
    pub fn unreadable(&self) -> u32 {
        self.unreadable
    }

    /// The numbers, ascending.
    pub fn ids(&self) -> impl Iterator<Item = VersionId> {
        self.paged()
            .flat_map(|(high, lows)| lows.iter().map(move |low| VersionId(u32::from(high) << 16 | u32::from(*low))))
    }

    /// True if that version is installed.
    #[must_use]
    pub fn has(&self, id: VersionId) -> bool {
        let (high, low) = halves(id);
        self.paged().any(|(page, lows)| page == high && lows.binary_search(&low).is_ok())
    }

    /// What earlier runs did.
    pub(in super::super) fn marks(&self) -> &[(VersionId, Marks)] {
        &self.marks
    }

    /// Adds up what a table says of each package. Full lanes are handed over in between, so that none overflows.
    pub(super) fn tally(&self, table: &Table, mut hand_over: impl FnMut(&Lanes)) {
        let mut sum: Lanes = [0; 4];
        let mut room = LANE_MAX;
        let mut make_room = |sum: &mut Lanes, needed: usize| {
            if needed > room {
                hand_over(sum);
                (*sum, room) = ([0; 4], LANE_MAX);
            }
            room -= needed;
        };
        if self.marks.is_empty() {
            for (high, lows) in self.paged() {
                let codes = table.page(high);
                for part in lows.chunks(LANE_MAX / 2) {
                    make_room(&mut sum, part.len());
                    sum = add(sum, add_up(part, codes));
                }
            }
        } else {
            for (id, marks) in self.marked() {
                make_room(&mut sum, 1);
                sum = add(sum, *table.code(id).marked(marks).weight());
            }
        }
        hand_over(&sum);
    }

    /// As [`HostRow::tally`] for two tables at once; true if any package's code differs between them.
    pub(in super::super) fn tally_both(
        &self,
        (old, new): (&Table, &Table),
        mut hand_over: impl FnMut(&Lanes, &Lanes),
    ) -> bool {
        let (mut before, mut after): (Lanes, Lanes) = ([0; 4], [0; 4]);
        let mut differences = 0;
        let mut room = LANE_MAX;
        let mut make_room = |before: &mut Lanes, after: &mut Lanes, needed: usize| {
            if needed > room {
                hand_over(before, after);
                (*before, *after, room) = ([0; 4], [0; 4], LANE_MAX);
            }
            room -= needed;
        };
        if self.marks.is_empty() {
            for (high, lows) in self.paged() {
                let (old, new) = (old.page(high), new.page(high));
                for part in lows.chunks(LANE_MAX / 2) {
                    make_room(&mut before, &mut after, part.len());
                    before = add(before, add_up(part, old));
                    after = add(after, add_up(part, new));
                    for low in part {
                        differences |= code(old, *low).here().0 ^ code(new, *low).here().0;
                    }
                }
            }
        } else {
            for (id, marks) in self.marked() {
                make_room(&mut before, &mut after, 1);
                let (was, is) = (old.code(id).marked(marks), new.code(id).marked(marks));
                differences |= was.here().0 ^ is.here().0;
                before = add(before, *was.weight());
                after = add(after, *is.weight());
            }
        }
        hand_over(&before, &after);
        differences != 0
    }

    /// What earlier runs did to one version; holds are not among it.
    pub(in super::super) fn marks_of(&self, id: VersionId) -> Marks {
        let mark = self.marks.binary_search_by_key(&id, |(marked, _)| *marked).ok();
        mark.and_then(|at| self.marks.get(at)).map_or_else(Marks::default, |(_, marks)| *marks)
    }

    /// The numbers with what earlier runs did, for a host on which they did something.
    fn marked(&self) -> impl Iterator<Item = (VersionId, Marks)> {
        self.ids().map(|id| (id, self.marks_of(id)))
    }

    fn paged(&self) -> impl Iterator<Item = (u16, &[u16])> {
        let mut from = 0;
        self.pages.iter().map(move |(high, end)| {
            let lows = self.lows.get(from..*end as usize).unwrap_or_default();
            from = *end as usize;
            (*high, lows)
        })
    }
}

fn halves(id: VersionId) -> (u16, u16) {
    let [a, b, c, d] = id.0.to_be_bytes();
    (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
}

/// The pass itself: a look at the table and an addition for each package, with the sum kept in registers.
fn add_up(lows: &[u16], codes: &Page) -> Lanes {
    let mut sum: Lanes = [0; 4];
    for low in lows {
        sum = add(sum, *code(codes, *low).weight());
    }
    sum
}

fn code(codes: &Page, low: u16) -> Code {
    codes.get(usize::from(low)).copied().unwrap_or(Code::UNKNOWN)
}

fn add([a, b, c, d]: Lanes, [e, f, g, h]: Lanes) -> Lanes {
    [a.wrapping_add(e), b.wrapping_add(f), c.wrapping_add(g), d.wrapping_add(h)]
}
