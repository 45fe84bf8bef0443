//! What a client wrote, as it is repeated in an error: within bounds, and harmless in a terminal or a log.

/// How much of a name is repeated, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 128;

/// The text in backticks, escaped, at most [`NAME_CHARS_MAX`] characters of it.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(NAME_CHARS_MAX) {
        None => format!("`{}`", text.escape_debug()),
        Some((end, _)) => format!("`{}...`", text.get(..end).unwrap_or_default().escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::{NAME_CHARS_MAX, quoted};

    #[test]
    fn is_escaped_and_bounded() {
        assert_eq!(quoted("a\u{1b}[1m"), "`a\\u{1b}[1m`");
        assert_eq!(quoted(&"ä".repeat(NAME_CHARS_MAX)).chars().count(), NAME_CHARS_MAX + 2);
        assert_eq!(quoted(&"ä".repeat(NAME_CHARS_MAX + 1)).chars().count(), NAME_CHARS_MAX + 5);
    }
}
