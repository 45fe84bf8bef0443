use super::{Outcome, start};
use crate::bytes::ByteSet;

/// What a byte is to a shell.
struct Shell {
    /// Bytes that the shell takes away.
    deleted: ByteSet,
    /// Bytes that separate words.
    separators: ByteSet,
    /// Everything that does not simply stay.
    special: ByteSet,
    /// A space before `/` or `(` goes.
    closes_up: bool,
    /// Spaces at both ends go.
    trims: bool,
    /// Runs of `\` become one.
    joins_backslashes: bool,
}

const ANY: Shell = Shell {
    deleted: ByteSet::of(b"\\\"'^"),
    separators: ByteSet::of(b" ,;\t\r\n"),
    special: ByteSet::of(b"\\\"'^ ,;\t\r\nABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    closes_up: true,
    trims: false,
    joins_backslashes: false,
};

const UNIX: Shell = Shell {
    deleted: ByteSet::of(b"\\\"'"),
    separators: ByteSet::of(b" \t\r\n\x0b\x0c"),
    special: ByteSet::of(b"\\\"' \t\r\n\x0b\x0cABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    closes_up: false,
    trims: true,
    joins_backslashes: false,
};

const WIN: Shell = Shell {
    deleted: ByteSet::of(b"\"'^"),
    separators: ByteSet::of(b" \t\r\n\x0b\x0c"),
    special: ByteSet::of(b"\\\"'^ \t\r\n\x0b\x0cABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    closes_up: false,
    trims: true,
    joins_backslashes: true,
};

pub(super) fn any(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    simplify(&ANY, input, buffer)
}

pub(super) fn unix(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    simplify(&UNIX, input, buffer)
}

pub(super) fn win(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    simplify(&WIN, input, buffer)
}

fn simplify(shell: &Shell, input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = shell.special.find(input) else { return Outcome::Same };
    let mut rest = start(input, at, buffer);
    let mut space = false;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if shell.joins_backslashes && *byte == b'^' {
            // `^` before the end of a line joins it with the next
            rest = tail.strip_prefix(b"\r\n").or_else(|| tail.strip_prefix(b"\n")).unwrap_or(tail);
        }
        if shell.deleted.has(*byte) {
            continue;
        }
        if shell.separators.has(*byte) {
            space = true;
            continue;
        }
        let closes_up = shell.closes_up && matches!(byte, b'/' | b'(');
        if space && !closes_up && !(shell.trims && buffer.is_empty()) {
            buffer.push(b' ');
        }
        let joined = shell.joins_backslashes && !space && *byte == b'\\' && buffer.last() == Some(&b'\\');
        if !joined {
            buffer.push(byte.to_ascii_lowercase());
        }
        space = false;
    }
    if space && !shell.trims {
        buffer.push(b' ');
    }
    Outcome::Written
}

#[cfg(test)]
mod tests {
    use super::super::{Scratch, Transformation as T};

    fn gives(transformation: T, input: &str, output: &str) {
        let mut scratch = Scratch::default();
        let got = scratch.apply(&[transformation], input.as_bytes());
        assert_eq!(String::from_utf8_lossy(got), output, "{transformation:?} of {input:?}");
    }

    #[test]
    fn shells_differ() {
        gives(T::CmdLine, "C^OMMAND /C DIR", "command/c dir");
        gives(T::CmdLine, "cmd,/c DiR", "cmd/c dir");
        gives(T::CmdLine, " a ;,\t b ", " a b ");
        gives(T::CmdLineUnix, " /bin/c'a't \t /ETC/pass^wd ;id ", "/bin/cat /etc/pass^wd ;id");
        gives(T::CmdLineWin, "C:\\\\Win^dows\\\\\\x ^\r\n /c \"DIR\" ", "c:\\windows\\x /c dir");
    }
}
