//! Paths of entries, as text from the root.

use crate::limits::PATH_BYTES_MAX;

/// Writes `raw` into `out` without `.`, empty components and slashes at either end; `false` if it leads outside of the
/// root or is longer than a path can be.
pub(super) fn clean(raw: &[u8], out: &mut String) -> bool {
    out.clear();
    if raw.len() > PATH_BYTES_MAX {
        return false;
    }
    let Ok(text) = std::str::from_utf8(raw) else {
        return clean(String::from_utf8_lossy(raw).as_bytes(), out);
    };
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => return false,
            _ => {
                if !out.is_empty() {
                    out.push('/');
                }
                out.push_str(part);
            }
        }
    }
    true
}

/// Writes `raw` as it is; `false` if it is longer than a path can be.
pub(super) fn text(raw: &[u8], out: &mut String) -> bool {
    out.clear();
    out.push_str(&String::from_utf8_lossy(raw.get(..PATH_BYTES_MAX).unwrap_or(raw)));
    raw.len() <= PATH_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_root() {
        let cleaned = |raw: &str| {
            let mut out = String::from("left over");
            clean(raw.as_bytes(), &mut out).then_some(out)
        };
        for (raw, path) in
            [("./etc//os-release", "etc/os-release"), ("/a/./b/", "a/b"), ("./", ""), ("a..b/...", "a..b/...")]
        {
            assert_eq!(cleaned(raw).as_deref(), Some(path));
        }
        for raw in ["../x", "a/../../x", "a/..", &"x/".repeat(3000)] {
            assert_eq!(cleaned(raw), None);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let mut out = String::new();
        assert!(clean(b"a/\xff/package.json", &mut out));
        assert_eq!(out, "a/\u{fffd}/package.json");
    }
}
