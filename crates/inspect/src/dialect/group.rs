use super::{Flags, Refused, Translator};

impl Translator<'_> {
    /// Reads what opens a group. Returns the flags that hold again when it closes, or `None` if it is closed already.
    pub(super) fn group(&mut self) -> Result<Option<Flags>, Refused> {
        let before = self.flags;
        match self.rest() {
            [_, b'*', ..] => self.refuse("a verb that directs backtracking, which is not supported"),
            [_, b'?', after @ ..] => match after {
                [b':', ..] => self.open(3, before),
                [b'#', ..] => {
                    let length = memchr::memchr(b')', self.rest());
                    let Some(length) = length else { return self.refuse("a comment that is not closed") };
                    self.at += length + 1;
                    Ok(None)
                }
                [b'=' | b'!', ..] => self.refuse("an assertion that looks ahead, which is not supported"),
                [b'<', b'=' | b'!', ..] => self.refuse("an assertion that looks behind, which is not supported"),
                [b'>', ..] => self.refuse("an atomic group, which is not supported"),
                [b'|', ..] => self.refuse("a group that resets numbers, which is not supported"),
                [b'(', ..] => self.refuse("a conditional group, which is not supported"),
                [b'C', ..] => self.refuse("a callout, which is not supported"),
                [b'R' | b'&' | b'+' | b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..] | [b'P', b'>', ..] => {
                    self.refuse("a call of a group, which is not supported")
                }
                [b'P', b'=', ..] => self.refuse("a reference back to a group, which is not supported"),
                [b'<', ..] => self.named(3, b'>', before),
                [b'P', b'<', ..] => self.named(4, b'>', before),
                [b'\'', ..] => self.named(3, b'\'', before),
                _ => self.inline_flags(before),
            },
            // nobody asks what a group captured
            _ => self.open(1, before),
        }
    }

    fn open(&mut self, length: usize, before: Flags) -> Result<Option<Flags>, Refused> {
        self.at += length;
        self.out.push_str("(?:");
        Ok(Some(before))
    }

    fn named(&mut self, from: usize, end: u8, before: Flags) -> Result<Option<Flags>, Refused> {
        let name = self.rest().get(from..).unwrap_or_default();
        let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        if length == 0 || name.get(length) != Some(&end) {
            return self.refuse("a group whose name is missing or has other characters than letters, digits and `_`");
        }
        self.open(from + length + 1, before)
    }

    /// `(?i)` holds to the end of the group that it is in, `(?i:..)` is a group.
    fn inline_flags(&mut self, before: Flags) -> Result<Option<Flags>, Refused> {
        let rest = self.rest();
        let mut on = true;
        let mut written = String::new();
        for (at, byte) in rest.iter().enumerate().skip(2) {
            match byte {
                b'-' if on => on = false,
                b'm' => self.flags.lines = on,
                b'x' => self.flags.extended = on,
                b'i' | b's' | b'U' => {}
                b')' | b':' if at > 2 => {
                    let written = written.trim_end_matches('-');
                    self.at += at + 1;
                    if *byte == b')' {
                        if !written.is_empty() {
                            self.out.push_str(&format!("(?{written})"));
                        }
                        return Ok(None);
                    }
                    self.out.push_str(&format!("(?{written}:"));
                    return Ok(Some(before));
                }
                _ => return self.refuse("a kind of group that is not supported"),
            }
            written.push(char::from(*byte));
        }
        self.refuse("a `(` that is not closed")
    }
}
