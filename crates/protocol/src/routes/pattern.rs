//! Paths with labels, such as `/v1/history/{Kind}/{Name+}`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Members found in a path, still percent-encoded.
pub(crate) type Labels<'p> = Vec<(&'static str, &'p str)>;

/// One segment of a path. The order is that of precedence: what is more specific is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    /// As it is.
    Literal(&'static str),
    /// Any one segment.
    Label(&'static str),
    /// The rest of the path.
    Rest(&'static str),
}

/// A path's pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern(Vec<Segment>);

/// A path in the table that cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("path `{path}`: {reason}")]
pub struct PatternError {
    path: &'static str,
    reason: &'static str,
}

impl Pattern {
    /// Reads a path of the table.
    pub(crate) fn parse(path: &'static str) -> Result<Self, PatternError> {
        let wrong = |reason| PatternError { path, reason };
        let rest = path.strip_prefix('/').ok_or_else(|| wrong("begin it with a slash"))?;
        let mut segments = Vec::new();
        for text in rest.split('/') {
            if matches!(segments.last(), Some(Segment::Rest(_))) {
                return Err(wrong("put the label with a plus last"));
            }
            let segment = match text.strip_prefix('{').map(|text| text.strip_suffix('}')) {
                Some(Some(name)) => match name.strip_suffix('+') {
                    Some(name) => Segment::Rest(name),
                    None => Segment::Label(name),
                },
                None if !text.is_empty() && !text.contains(['{', '}']) => Segment::Literal(text),
                _ => return Err(wrong("write each segment as text or as `{Name}`")),
            };
            if let Segment::Rest(name) | Segment::Label(name) = segment
                && (name.is_empty() || name.contains(['{', '}', '+']))
            {
                return Err(wrong("give each label a name"));
            }
            segments.push(segment);
        }
        Ok(Self(segments))
    }

    /// The labels, if the raw path fits. Empty and dot segments never fit: a signature covers the path without them, so
    /// that two paths with one signature could otherwise mean two things.
    pub(crate) fn matches<'p>(&self, path: &'p str) -> Option<Labels<'p>> {
        let mut rest = path.strip_prefix('/')?;
        if rest.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return None;
        }
        let mut labels = Vec::new();
        let mut ended = false;
        for segment in &self.0 {
            if ended {
                return None;
            }
            let (here, after) = match rest.split_once('/') {
                Some((here, after)) => (here, Some(after)),
                None => (rest, None),
            };
            match *segment {
                Segment::Literal(text) if text == here => {}
                Segment::Literal(_) => return None,
                Segment::Label(name) => labels.push((name, here)),
                Segment::Rest(name) => {
                    labels.push((name, rest));
                    return Some(labels);
                }
            }
            match after {
                Some(after) => rest = after,
                None => ended = true,
            }
        }
        ended.then_some(labels)
    }
}

/// Percent-decodes; `None` for a lone percent sign and for anything but UTF-8.
pub(crate) fn decode(raw: &str) -> Option<Cow<'_, str>> {
    let escapes_are_whole = raw.split('%').skip(1).all(|after| {
        let mut digits = after.bytes().take(2);
        matches!((digits.next(), digits.next()), (Some(one), Some(two)) if one.is_ascii_hexdigit() && two.is_ascii_hexdigit())
    });
    if escapes_are_whole { percent_decode_str(raw).decode_utf8().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, decode};

    fn labels(pattern: &'static str, path: &str) -> Option<String> {
        let labels = Pattern::parse(pattern).unwrap().matches(path)?;
        Some(labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn labels_are_segments_of_the_raw_path() {
        assert_eq!(labels("/v1/{A}/x/{B}", "/v1/a%2Fb/x/c").as_deref(), Some("A=a%2Fb B=c"));
        assert_eq!(labels("/v1/{A+}", "/v1/a/b/c").as_deref(), Some("A=a/b/c"));
        assert_eq!(labels("/v1", "/v1").as_deref(), Some(""));
        for (pattern, path) in [
            ("/v1", "/v1/"),
            ("/v1", "/v"),
            ("/v1", "/v1/x"),
            ("/v1/{A}", "/v1"),
            ("/v1/{A}", "/v1/"),
            ("/v1/{A}", "/v1/a/b"),
            ("/v1/{A+}", "/v1"),
            ("/v1/{A}", "/v1/.."),
            ("/v1/{A+}", "/v1/a/../b"),
            ("/v1/{A+}", "/v1//a"),
            ("/v1/{A}", "v1/a"),
            ("/v1/{A}", "/V1/a"),
            ("/v1/{A}", "/%761/a"),
            ("/v1", ""),
            ("/v1", "*"),
        ] {
            assert_eq!(labels(pattern, path), None, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_more_specific_comes_first() {
        let mut patterns =
            ["/v1/{A+}", "/v1/{A}", "/v1/b", "/v1/{A}/c"].map(|path| (Pattern::parse(path).unwrap(), path));
        patterns.sort();
        assert_eq!(patterns.map(|(_, path)| path), ["/v1/b", "/v1/{A}", "/v1/{A}/c", "/v1/{A+}"]);
    }

    #[test]
    fn malformed_patterns_are_refused() {
        for path in ["", "v1", "/v1/", "/", "/v1//x", "/{}", "/{+}", "/{A", "/A}", "/x{A}", "/{A+}/x", "/{{A}}"] {
            assert!(Pattern::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn decoding_is_strict() {
        assert_eq!(decode("a%2Fb+c").as_deref(), Some("a/b+c"));
        assert_eq!(decode("%E1%88%B4").as_deref(), Some("\u{1234}"));
        for raw in ["%", "%2", "a%zzb", "%FF", "%C3", "%%20"] {
            assert_eq!(decode(raw), None, "{raw}");
        }
    }
}
