//! [`Columns`]: some rows of one measure, as a replay hands them out.

use std::sync::Arc;

/// Some rows of one measure. All slices that count rows have the same length.
///
/// The rows of a call are either all numbers or all texts: `number` is empty if `texts` is there.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Whom codes stand for. It only grows during a replay: a code means the same subject in every call, so that what is
    /// known of a subject can be kept in a table by code.
    pub subjects: &'a [Arc<str>],
    /// Whose the row is: an index into `subjects`.
    pub subject: &'a [u32],
    /// When, in milliseconds since 1970.
    pub at: &'a [i64],
    /// The quantity.
    pub number: &'a [f64],
    /// The sets, if the rows are such.
    pub texts: Option<TextCells<'a>>,
}

impl Columns<'_> {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are none. A replay makes no such call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
}

/// The texts of some rows, in the form of codes.
#[derive(Debug, Clone, Copy)]
pub struct TextCells<'a> {
    /// The texts that codes stand for, of this call only.
    pub texts: &'a [Arc<str>],
    /// Where each row's items end in `items`; they start where those of the row before end.
    pub ends: &'a [u32],
    /// Indices into `texts`, row after row.
    pub items: &'a [u32],
}

impl<'a> TextCells<'a> {
    /// The codes of a row's texts; none if there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &'a [u32] {
        let start = row.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before));
        let range = start.zip(self.ends.get(row)).map(|(start, end)| *start as usize..*end as usize);
        range.and_then(|range| self.items.get(range)).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_texts_are_cut_at_their_ends() {
        let texts: Vec<Arc<str>> = vec![Arc::from("a"), Arc::from("b")];
        let cells = TextCells { texts: &texts, ends: &[2, 2, 3], items: &[1, 0, 1] };
        assert_eq!(cells.row(0), [1, 0]);
        assert_eq!(cells.row(1), [0; 0]);
        assert_eq!(cells.row(2), [1]);
        assert_eq!(cells.row(3), [0; 0]);
        assert_eq!(cells.row(usize::MAX), [0; 0]);
    }
}
