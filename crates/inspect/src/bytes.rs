//! Sets of bytes and hexadecimal digits, as tables: every decoder here asks them once a byte.

/// A set of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// The set of these bytes.
    #[expect(
        clippy::indexing_slicing,
        reason = "a byte is always a place in a table of 256; bounded by the loop's test"
    )]
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        let mut table = [false; 256];
        let mut at = 0;
        while at < bytes.len() {
            table[bytes[at] as usize] = true;
            at += 1;
        }
        Self(table)
    }

    #[expect(clippy::indexing_slicing, reason = "a byte is always a place in a table of 256")]
    pub(crate) const fn has(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// Where the first byte of the set is.
    pub(crate) fn find(&self, input: &[u8]) -> Option<usize> {
        input.iter().position(|byte| self.has(*byte))
    }
}

/// Where the first byte is that `wanted` holds for; sixteen bytes are looked at together, so that it costs next to nothing
/// where there is none.
pub(crate) fn find(input: &[u8], wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let mut before = 0;
    let mut blocks = input.chunks_exact(16);
    for block in &mut blocks {
        if block.iter().fold(false, |any, byte| any | wanted(*byte)) {
            return block.iter().position(|byte| wanted(*byte)).map(|at| before + at);
        }
        before += block.len();
    }
    blocks.remainder().iter().position(|byte| wanted(*byte)).map(|at| before + at)
}

/// No digit.
const NONE: u8 = 0xff;

#[expect(clippy::indexing_slicing, reason = "a byte is always a place in a table of 256")]
const DIGITS: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut byte = 0_u8;
    loop {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => NONE,
        };
        table[byte as usize] = value;
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    table
};

/// The value of a hexadecimal digit.
#[expect(clippy::indexing_slicing, reason = "a byte is always a place in a table of 256")]
pub(crate) const fn hex_digit(byte: u8) -> Option<u8> {
    match DIGITS[byte as usize] {
        NONE => None,
        value => Some(value),
    }
}

/// The value of two hexadecimal digits.
pub(crate) const fn hex_pair(high: u8, low: u8) -> Option<u8> {
    match (hex_digit(high), hex_digit(low)) {
        (Some(high), Some(low)) => Some(high << 4 | low),
        _ => None,
    }
}

pub(crate) const fn is_octal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'7')
}

/// White space of ASCII: space, \t, \n, \v, \f and \r.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 9..=13)
}

/// The value of up to three octal digits at the front, and how many there are. The value of three may not fit into a byte.
pub(crate) fn octal(input: &[u8]) -> (u16, usize) {
    let digits = input.iter().take(3).take_while(|byte| is_octal(**byte));
    digits.fold((0, 0), |(value, count), byte| (value << 3 | u16::from(byte - b'0'), count + 1))
}

/// The byte of a code unit of four hexadecimal digits: full-width forms of ASCII become ASCII, of others the low byte stays.
pub(crate) const fn narrow(high: u8, low: u8) -> u8 {
    if high == 0xff && low > 0 && low < 0x5f { low + 0x20 } else { low }
}

/// The low eight bits.
pub(crate) const fn low(value: u16) -> u8 {
    value.to_le_bytes()[0]
}
