//! Things that the same profiles cover: one row for each, one column for each behavior.

use super::alarm::NONE;
use super::plan::Plan;
use super::rings::Ring;

/// What is remembered of one thing and behavior.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Time of the newest datapoint, in milliseconds since the epoch; `i64::MIN` before the first.
    pub(crate) last: i64,
    /// The alarm that holds, or [`NONE`].
    pub(crate) alarm: u32,
    /// Violating datapoints in a row while there is no alarm.
    pub(crate) bad: u8,
    /// Conforming datapoints in a row while there is one.
    pub(crate) good: u8,
}

impl Cell {
    pub(crate) const NEW: Self = Self { last: i64::MIN, alarm: NONE, bad: 0, good: 0 };
}

/// A column that a measured metric is judged in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    pub(crate) rule: u32,
    pub(crate) column: u32,
    /// Which of a row's rings is this column's, if it has one.
    pub(crate) ring: Option<u32>,
}

/// The rows of all things with the same cover.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Indices of profiles, ascending.
    pub(crate) cover: Vec<u16>,
    /// In the order of the columns.
    pub(crate) columns: Vec<Watch>,
    /// By the number of what is measured.
    watches: Vec<Vec<Watch>>,
    ring_columns: usize,
    /// The thing of each row, or [`NONE`] for a row that nothing uses.
    things: Vec<u32>,
    free: Vec<u32>,
    cells: Vec<Cell>,
    rings: Vec<Ring>,
}

impl Group {
    pub(crate) fn new(plan: &Plan, cover: Vec<u16>) -> Self {
        let mut columns = Vec::new();
        let mut watches = vec![Vec::new(); plan.measures.len()];
        let mut ring_columns = 0;
        for profile in &cover {
            for (rule_id, rule) in plan.rules_of(*profile) {
                let ring = rule.judge.remembers().then_some(ring_columns);
                ring_columns += u32::from(ring.is_some());
                let column = u32::try_from(columns.len()).unwrap_or(NONE);
                let watch = Watch { rule: rule_id, column, ring };
                columns.push(watch);
                if let Some(watches) = watches.get_mut(rule.measured as usize) {
                    watches.push(watch);
                }
            }
        }
        let ring_columns = ring_columns as usize;
        let (things, free, cells, rings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { cover, columns, watches, ring_columns, things, free, cells, rings }
    }

    /// The columns that judge what has this number.
    pub(crate) fn watching(&self, measured: u32) -> &[Watch] {
        self.watches.get(measured as usize).map_or(&[], Vec::as_slice)
    }

    /// The column of a behavior.
    pub(crate) fn column_of(&self, rule: u32) -> Option<Watch> {
        self.columns.iter().copied().find(|watch| watch.rule == rule)
    }

    pub(crate) fn add(&mut self, thing: u32) -> u32 {
        if let Some(row) = self.free.pop() {
            if let Some(place) = self.things.get_mut(row as usize) {
                *place = thing;
            }
            if let Some(cells) = self.cells_mut(row) {
                cells.fill(Cell::NEW);
            }
            return row;
        }
        let row = u32::try_from(self.things.len()).unwrap_or(NONE);
        self.things.push(thing);
        self.cells.resize(self.cells.len() + self.columns.len(), Cell::NEW);
        self.rings.resize(self.rings.len() + self.ring_columns, Ring::default());
        row
    }

    /// Gives a row up, and hands back its rings, to be released.
    pub(crate) fn remove(&mut self, row: u32) -> Vec<Ring> {
        if let Some(thing) = self.things.get_mut(row as usize) {
            *thing = NONE;
            self.free.push(row);
        }
        let start = row as usize * self.ring_columns;
        let rings = self.rings.get_mut(start..start + self.ring_columns).unwrap_or_default();
        rings.iter_mut().map(std::mem::take).collect()
    }

    /// Rows that are used, with their things.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u32, u32)> {
        (0..).zip(self.things.iter().copied()).filter(|(_, thing)| *thing != NONE)
    }

    /// The thing of a row that is used.
    pub(crate) fn thing(&self, row: usize) -> Option<u32> {
        self.things.get(row).copied().filter(|thing| *thing != NONE)
    }

    pub(crate) fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        self.cells.get(row as usize * self.columns.len() + column as usize)
    }

    pub(crate) fn cell_mut(&mut self, row: u32, column: u32) -> Option<&mut Cell> {
        self.cells.get_mut(row as usize * self.columns.len() + column as usize)
    }

    pub(crate) fn cells(&self, row: u32) -> &[Cell] {
        let start = row as usize * self.columns.len();
        self.cells.get(start..start + self.columns.len()).unwrap_or_default()
    }

    fn cells_mut(&mut self, row: u32) -> Option<&mut [Cell]> {
        let start = row as usize * self.columns.len();
        self.cells.get_mut(start..start + self.columns.len())
    }

    pub(crate) fn ring(&self, row: u32, ring: u32) -> Ring {
        self.rings.get(row as usize * self.ring_columns + ring as usize).copied().unwrap_or_default()
    }

    pub(crate) fn ring_mut(&mut self, row: u32, ring: u32) -> Option<&mut Ring> {
        self.rings.get_mut(row as usize * self.ring_columns + ring as usize)
    }

    /// One cell, and the ring of its column.
    pub(crate) fn cell_and_ring(&mut self, row: u32, watch: Watch) -> Option<(&mut Cell, Option<&mut Ring>)> {
        let ring = watch.ring.and_then(|ring| self.rings.get_mut(row as usize * self.ring_columns + ring as usize));
        let cell = self.cells.get_mut(row as usize * self.columns.len() + watch.column as usize)?;
        Some((cell, ring))
    }
}
