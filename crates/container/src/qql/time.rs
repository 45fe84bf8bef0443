//! Times in queries: `now`, `now-7d`, `2026-11-27`, `2026-11-27T10:00:00Z`.

use bartizan_wire::Timestamp;

/// The milliseconds from which and up to before which a word is meant: a date is a day, other times are one instant.
pub(super) fn instant(word: &str, now: Timestamp) -> Option<(i64, i64)> {
    if let Some(rest) = word.strip_prefix("now") {
        return relative(rest, now).map(|at| (at, at));
    }
    let day = word.len() == "2026-11-27".len() && word.bytes().filter(|byte| *byte == b'-').count() == 2;
    if day {
        let from = Timestamp::from_iso8601(&format!("{word}T00:00:00Z")).ok()?;
        return Some((from.0, from.0.saturating_add(Timestamp::DAY_MS)));
    }
    // A number is a number, whatever else it could be.
    let at = word.contains('T').then(|| Timestamp::from_iso8601(word).ok()).flatten()?;
    Some((at.0, at.0))
}

/// What follows `now`: nothing, or `-7d`, `+1h`, one after the other.
fn relative(mut rest: &str, now: Timestamp) -> Option<i64> {
    let mut at = now.0;
    while !rest.is_empty() {
        let sign = match rest.as_bytes().first()? {
            b'-' => -1,
            b'+' => 1,
            _ => return None,
        };
        rest = rest.get(1..)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b's' => 1_000,
            b'm' => 60_000,
            b'h' => 3_600_000,
            b'd' => Timestamp::DAY_MS,
            b'w' => 7 * Timestamp::DAY_MS,
            b'M' => 30 * Timestamp::DAY_MS,
            b'y' => 365 * Timestamp::DAY_MS,
            _ => return None,
        };
        at = at.checked_add(count.checked_mul(unit)?.checked_mul(sign)?)?;
        rest = rest.get(digits + 1..)?;
    }
    Some(at)
}
