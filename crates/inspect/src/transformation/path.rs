use super::{Outcome, start};

pub(super) fn normalize(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    resolve(input, buffer, |byte| byte == b'/')
}

pub(super) fn normalize_win(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    if memchr::memchr(b'\\', input).is_none() {
        return normalize(input, buffer);
    }
    match resolve(input, buffer, |byte| matches!(byte, b'/' | b'\\')) {
        Outcome::Same => {
            let rest = start(input, 0, buffer);
            buffer.extend(rest.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }));
            Outcome::Written
        }
        written => written,
    }
}

/// Segment by segment: empty ones and `.` go, `..` takes the one before it away. A relative path keeps the `..` that lead
/// out of it. A slash is at the end if there was one.
fn resolve(input: &[u8], buffer: &mut Vec<u8>, is_slash: impl Fn(u8) -> bool + Copy) -> Outcome {
    if is_normal(input, is_slash) {
        return Outcome::Same;
    }
    buffer.clear();
    buffer.reserve(input.len());
    let absolute = input.first().is_some_and(|byte| is_slash(*byte));
    let trailing = input.last().is_some_and(|byte| is_slash(*byte));
    if absolute {
        buffer.push(b'/');
    }
    let root = buffer.len();
    // up to here nothing can be taken away
    let mut fixed = root;
    for segment in input.split(|byte| is_slash(*byte)) {
        match segment {
            b"" | b"." => continue,
            b".." if buffer.len() > fixed => {
                let before = memchr::memrchr(b'/', buffer.get(fixed..).unwrap_or_default());
                buffer.truncate(before.map_or(fixed, |at| fixed + at));
                continue;
            }
            b".." if absolute => continue,
            _ => {}
        }
        if buffer.len() > root {
            buffer.push(b'/');
        }
        buffer.extend_from_slice(segment);
        if segment == b".." {
            fixed = buffer.len();
        }
    }
    match (trailing, buffer.len() > root) {
        (true, true) => buffer.push(b'/'),
        // nothing is left, and there was no slash at the end: the root's is none either
        (false, false) => buffer.clear(),
        _ => {}
    }
    Outcome::Written
}

/// True if no segment is empty or begins with a dot: most paths.
fn is_normal(input: &[u8], is_slash: impl Fn(u8) -> bool) -> bool {
    if input.first() == Some(&b'.') {
        return false;
    }
    let mut before = false;
    !input.iter().any(|byte| {
        let slash = is_slash(*byte);
        let found = before && (slash || *byte == b'.');
        before = slash;
        found
    })
}
