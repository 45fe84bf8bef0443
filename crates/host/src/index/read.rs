//! Reads the canonical form of an index.

use super::column::{ColumnReader, read_number};
use super::{COLUMNS, GROUP, IndexError, MAGIC, PACKAGES_MAX, Row, below};

/// Walks over the packages of an index, borrowing their texts.
#[derive(Debug, Clone, Default)]
pub struct Rows<'a> {
    /// After the current group.
    rest: &'a [u8],
    packages: usize,
    texts: usize,
    /// Packages left in the current group, and how many it had.
    left: usize,
    group: usize,
    columns: [ColumnReader<'a>; COLUMNS],
    state: State,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ended,
    Open,
    Failed(IndexError),
}

impl<'a> Rows<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, IndexError> {
        match bytes.split_at_checked(MAGIC.len()) {
            Some((magic, rest)) if magic == MAGIC => {
                Ok(Self { rest, group: GROUP, state: State::Open, ..Self::default() })
            }
            Some(([name @ .., format], _)) if MAGIC.starts_with(name) => Err(IndexError::Format(*format)),
            _ => Err(IndexError::Foreign),
        }
    }

    /// Why it ended before the end of the index.
    pub(super) fn fault(&self) -> Option<IndexError> {
        match self.state {
            State::Ended => None,
            State::Open => Some(IndexError::Damaged("it was not read to its end")),
            State::Failed(fault) => Some(fault),
        }
    }

    /// Opens the next group; false at the end.
    fn open(&mut self) -> Result<bool, IndexError> {
        let count = read_number(&mut self.rest).ok_or(IndexError::Damaged("it is cut short"))?;
        if count == 0 {
            return if self.rest.is_empty() { Ok(false) } else { Err(IndexError::Damaged("bytes after its end")) };
        }
        if count > GROUP || self.group != GROUP {
            return Err(IndexError::Damaged("a group of another size"));
        }
        self.packages += count;
        below(self.packages, PACKAGES_MAX, "packages")?;
        for column in &mut self.columns {
            *column = ColumnReader::split_off(&mut self.rest, count, &mut self.texts)?;
        }
        (self.left, self.group) = (count, count);
        Ok(true)
    }

    fn row(&mut self) -> Option<Row<'a>> {
        let [name, architecture, version, priority, section, source, depends, provides] = &mut self.columns;
        Some(Row {
            name: name.next()?,
            architecture: architecture.next()?,
            version: version.next()?,
            priority: priority.next()?,
            section: section.next()?,
            source: source.next()?,
            depends: depends.next()?,
            provides: provides.next()?,
        })
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        if self.state != State::Open {
            return None;
        }
        if self.left == 0 {
            match self.open() {
                Ok(true) => {}
                Ok(false) => {
                    self.state = State::Ended;
                    return None;
                }
                Err(fault) => {
                    self.state = State::Failed(fault);
                    return None;
                }
            }
        }
        self.left -= 1;
        let row = self.row();
        if row.is_none() {
            self.state = State::Failed(IndexError::Damaged("a text ends inside a character"));
        }
        row
    }
}
