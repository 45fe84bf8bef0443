//! [`Moment`]: a time in the basic ISO 8601 form that signatures use, `20150830T123600Z`.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::SignatureError;

/// A second from 1970 to 9999, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    text: [u8; 16],
    seconds: i64,
}

impl Moment {
    /// Reads a date, or says how one is written.
    pub(super) fn read(text: &str) -> Result<Self, SignatureError> {
        Self::parse(text).ok_or_else(|| {
            SignatureError::incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ))
        })
    }

    /// Reads exactly `YYYYMMDDTHHMMSSZ`; anything else, or a time that does not exist, is `None`.
    fn parse(text: &str) -> Option<Self> {
        let text: [u8; 16] = text.as_bytes().try_into().ok()?;
        let digits = |from: usize, count: usize| -> Option<i16> {
            text.get(from..from + count)?
                .iter()
                .try_fold(0_i16, |sum, byte| Some(sum * 10 + i16::from(byte.is_ascii_digit().then(|| byte - b'0')?)))
        };
        let small = |from: usize| i8::try_from(digits(from, 2)?).ok();
        if text.get(8) != Some(&b'T') || text.get(15) != Some(&b'Z') {
            return None;
        }
        let civil = DateTime::new(digits(0, 4)?, small(4)?, small(6)?, small(9)?, small(11)?, small(13)?, 0).ok()?;
        let seconds = TimeZone::UTC.to_timestamp(civil).ok()?.as_second();
        (seconds >= 0).then_some(Self { text, seconds })
    }

    /// Seconds since the epoch.
    pub(super) fn seconds(&self) -> i64 {
        self.seconds
    }

    /// `YYYYMMDD`.
    pub(super) fn date(&self) -> &str {
        self.text.get(..8).and_then(|date| std::str::from_utf8(date).ok()).unwrap_or_default()
    }

    /// A time of ours in the same form.
    pub(super) fn render(seconds: i64) -> String {
        match jiff::Timestamp::from_second(seconds) {
            Ok(at) => at.strftime("%Y%m%dT%H%M%SZ").to_string(),
            Err(_) => seconds.to_string(),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn reads_what_it_renders() {
        for seconds in [0, 951_782_399, 1_440_938_160, 253_402_207_199] {
            let text = Moment::render(seconds);
            let moment = Moment::parse(&text).unwrap();
            assert_eq!((moment.seconds(), moment.to_string()), (seconds, text.clone()));
            assert_eq!(Some(moment.date()), text.get(..8));
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "20150830T123600",
            "20150830T123600z",
            "20150830 123600Z",
            "2015-08-30T12:36Z",
            "20150230T123600Z",
            "20151330T123600Z",
            "20150830T243600Z",
            "20150830T126000Z",
            "+0150830T123600Z",
            "19690830T123600Z",
            "20150830T123600Z ",
            "2015083\u{661}T12360Z",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
