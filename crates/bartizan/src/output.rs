//! Printing: tables for people, JSON for programs.

use std::io::Write as _;

use serde_json::Value;

/// Prints a line. A reader that went away (`| head`) is no error of ours.
pub(crate) fn line(text: &str) {
    let _reader_gone = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a value as JSON.
pub(crate) fn json(value: &Value) {
    line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Prints rows under headings, columns as wide as their widest cell.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let print = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (cell, width) in cells.zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', (width + 2).saturating_sub(cell.chars().count())));
        }
        line(text.trim_end());
    };
    print(&mut headings.iter().copied());
    for row in rows {
        print(&mut row.iter().map(String::as_str));
    }
}

/// A member as text: strings as they are, absent as a dash, anything else as JSON.
pub(crate) fn cell(value: &Value, member: &str) -> String {
    match value.get(member) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Members of a list, or none.
pub(crate) fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Seconds since the epoch as a date and time in UTC.
pub(crate) fn time(seconds: f64) -> String {
    bartizan_wire::Timestamp::from_seconds(seconds).map_or_else(|| "-".to_owned(), |time| time.to_iso8601())
}
