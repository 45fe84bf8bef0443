//! Rows of one measure and form, on their way to a file.

use std::sync::Arc;

use super::names::Names;

/// Rows of a group at most: what is in memory of a measure at a time.
pub(crate) const GROUP_ROWS_MAX: usize = 1 << 20;
/// Items of all sets of a group at most, about.
const GROUP_ITEMS_MAX: usize = 1 << 21;
/// Bytes of all different texts of a group at most, about.
const GROUP_TEXT_BYTES_MAX: usize = 64 << 20;

/// Rows sorted by subject, then time.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) names: Names,
    pub(crate) subject: Vec<u32>,
    pub(crate) at: Vec<i64>,
    pub(crate) cells: Cells,
}

/// The values of rows.
#[derive(Debug)]
pub(crate) enum Cells {
    Numbers(Vec<f64>),
    Texts(Sets),
}

/// Sets of texts, as codes.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    pub(crate) texts: Names,
    /// Where each row's items end.
    pub(crate) ends: Vec<u32>,
    pub(crate) items: Vec<u32>,
}

impl Default for Cells {
    fn default() -> Self {
        Self::Numbers(Vec::new())
    }
}

/// One value.
#[derive(Debug, Clone)]
pub(crate) enum Cell<'a, Texts: Iterator<Item = &'a str>> {
    Number(f64),
    Texts(Texts),
}

impl Rows {
    pub(crate) fn new(texts: bool) -> Self {
        let cells = if texts { Cells::Texts(Sets::default()) } else { Cells::default() };
        Self { cells, ..Self::default() }
    }

    /// Adds a row, whose subject is none before the last one's; a value of another form than the rows' is left out, and said to be.
    pub(crate) fn push<'a, T: Iterator<Item = &'a str>>(
        &mut self,
        subject: &Arc<str>,
        at: i64,
        cell: Cell<'a, T>,
    ) -> bool {
        match (&mut self.cells, cell) {
            (Cells::Numbers(numbers), Cell::Number(number)) => numbers.push(number),
            (Cells::Texts(sets), Cell::Texts(texts)) => sets.push(texts),
            _ => return false,
        }
        self.subject.push(self.names.sorted_of(subject));
        self.at.push(at);
        true
    }

    /// The first subject and the last, if there are rows.
    pub(crate) fn subjects(&self) -> Option<(&Arc<str>, &Arc<str>)> {
        let first = self.subject.first().and_then(|code| self.names.name(*code));
        first.zip(self.subject.last().and_then(|code| self.names.name(*code)))
    }

    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether a file should take them before there are more.
    pub(crate) fn are_many(&self) -> bool {
        let many_texts = match &self.cells {
            Cells::Numbers(_) => false,
            Cells::Texts(sets) => sets.items.len() >= GROUP_ITEMS_MAX || sets.texts.bytes() >= GROUP_TEXT_BYTES_MAX,
        };
        many_texts || self.len() >= GROUP_ROWS_MAX
    }

    pub(crate) fn clear(&mut self) {
        self.names.clear();
        self.subject.clear();
        self.at.clear();
        match &mut self.cells {
            Cells::Numbers(numbers) => numbers.clear(),
            Cells::Texts(sets) => sets.clear(),
        }
    }
}

impl Sets {
    pub(crate) fn push<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        for text in texts {
            self.items.push(self.texts.code(text));
        }
        self.end_row();
    }

    /// What was added to `items` since the last row is a row.
    pub(crate) fn end_row(&mut self) {
        self.ends.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
    }

    /// Keeps the rows for which it says so.
    pub(crate) fn retain(&mut self, kept: &[bool]) {
        let (mut items, mut ends, mut start) = (Vec::new(), Vec::new(), 0);
        for (end, kept) in self.ends.iter().zip(kept) {
            if *kept {
                items.extend_from_slice(self.items.get(start..*end as usize).unwrap_or(&[]));
                ends.push(u32::try_from(items.len()).unwrap_or(u32::MAX));
            }
            start = *end as usize;
        }
        (self.items, self.ends) = (items, ends);
    }

    /// The codes of a row.
    pub(crate) fn row(&self, row: usize) -> &[u32] {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let end = self.ends.get(row).map_or(start, |end| *end as usize);
        self.items.get(start..end).unwrap_or(&[])
    }

    /// The texts of a row.
    pub(crate) fn texts(&self, row: usize) -> impl Iterator<Item = &str> + Clone {
        self.row(row).iter().filter_map(|code| self.texts.name(*code)).map(|text| &**text)
    }

    pub(crate) fn clear(&mut self) {
        self.texts.clear();
        self.ends.clear();
        self.items.clear();
    }
}
