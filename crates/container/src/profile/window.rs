//! Inactive windows in the vendor's words.

use bartizan_wire::Shape;
use serde::Serialize;

use crate::engine::{DAY_MINUTES, Hours, Window};

/// Days as the vendor spells them.
pub(crate) const DAYS: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/// One inactive window: the same hours on some days, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InactiveWindow {
    /// `MONDAY` and so on.
    pub repeat_on_days: Vec<String>,
    /// The whole day; the times mean nothing then.
    pub all_day_toggle: bool,
    /// `HH:MM`.
    pub start_time: String,
    /// `HH:MM`; `24:00` is the end of the day.
    pub end_time: String,
}

impl InactiveWindow {
    /// As the engine has it.
    pub(crate) fn window(&self) -> Result<Window, String> {
        window(&self.repeat_on_days, self.all_day_toggle, Some(&self.start_time), Some(&self.end_time))
    }
}

/// A window of the vendor's words for days and times.
pub(crate) fn window(days: &[String], all_day: bool, start: Option<&str>, end: Option<&str>) -> Result<Window, String> {
    let days = days.iter().map(|word| {
        let place = DAYS.iter().position(|day| day.eq_ignore_ascii_case(word));
        place.and_then(|place| u8::try_from(place).ok()).ok_or_else(|| "`repeatOnDays` holds names of days".to_owned())
    });
    let days = days.collect::<Result<_, _>>()?;
    if all_day {
        return Ok(Window { days, hours: Hours::AllDay });
    }
    let time = |member, said: Option<&str>| {
        said.and_then(minute).ok_or_else(|| format!("`{member}` holds a time such as 01:15"))
    };
    Ok(Window { days, hours: Hours::Between { start: time("startTime", start)?, end: time("endTime", end)? } })
}

/// Reads `HH:MM`; `24:00` is the end of a day.
pub(crate) fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let digits =
        |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok());
    let (hour, minute): (u32, u32) = (digits(hour)??, digits(minute)??);
    let of_day = hour * 60 + minute;
    (minute < 60 && of_day <= DAY_MINUTES).then_some(of_day)
}
