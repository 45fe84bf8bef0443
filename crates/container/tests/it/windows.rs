//! Weekly windows against a table of the week's minutes that is filled day by day.

use bartizan_container::engine::{DAY_MINUTES, Hours, WEEK_MINUTES, Week, Window, WindowError};
use bartizan_wire::Timestamp;
use proptest::prelude::*;

use crate::world::at;

const MINUTE: i64 = 60_000;

fn hours() -> impl Strategy<Value = Hours> {
    let edge = prop_oneof![Just(0), Just(1), Just(1_439), Just(1_440), 0..=1_440_u32];
    let between = (0..1_440_u32, edge).prop_filter("not empty", |(start, end)| start != end);
    prop_oneof![1 => Just(Hours::AllDay), 6 => between.prop_map(|(start, end)| Hours::Between { start, end })]
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    let window = (prop::collection::vec(0..7_u8, 0..5), hours()).prop_map(|(days, hours)| Window { days, hours });
    prop::collection::vec(window, 0..5)
}

/// Whether a minute of the week is inactive: looks at every window of the day and of the day before.
fn naive(windows: &[Window], minute: u32) -> bool {
    let (day, of_day) = (minute / DAY_MINUTES, minute % DAY_MINUTES);
    let yesterday = (day + 6) % 7;
    windows.iter().any(|window| {
        let on = |day: u32| window.days.iter().any(|one| u32::from(*one) == day);
        match window.hours {
            Hours::AllDay => on(day),
            Hours::Between { start, end } if start < end => on(day) && (start..end).contains(&of_day),
            Hours::Between { start, end } => (on(day) && of_day >= start) || (on(yesterday) && of_day < end),
        }
    })
}

/// The minute of the week from the calendar rather than from the epoch.
fn minute_by_calendar(at: Timestamp) -> u32 {
    let day = u32::from(at.date().weekday().to_monday_zero_offset().unsigned_abs());
    let of_day = at.0.rem_euclid(Timestamp::DAY_MS) / MINUTE;
    day * DAY_MINUTES + u32::try_from(of_day).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_minute_of_the_week_is_as_its_windows_say(windows in windows(), weeks in -3_000..3_000_i64) {
        let week = Week::of(&windows).unwrap();
        let monday = at("2024-02-26T00:00:00Z").0 + weeks * 7 * Timestamp::DAY_MS;
        let mut inactive = 0;
        for minute in 0..WEEK_MINUTES {
            let instant = Timestamp(monday + i64::from(minute) * MINUTE + 59_999);
            let expected = naive(&windows, minute_by_calendar(instant));
            prop_assert_eq!(!week.active_at(instant), expected, "minute {}", minute);
            inactive += u32::from(expected);
        }
        prop_assert_eq!(week.inactive_minutes(), inactive);
        for pair in week.inactive().windows(2) {
            prop_assert!(pair[0].end < pair[1].start, "stretches are apart");
        }
    }

    #[test]
    fn edges_are_where_walking_finds_them(windows in windows(), from in 0..(60 * 7 * Timestamp::DAY_MS)) {
        let week = Week::of(&windows).unwrap();
        let from = Timestamp(at("2023-12-25T00:00:00Z").0 + from);
        let minute = from.0 - from.0.rem_euclid(MINUTE);
        let inactive = |at: Timestamp| naive(&windows, minute_by_calendar(at));
        let walk = |wanted: bool, step: i64| {
            (0..=i64::from(WEEK_MINUTES))
                .map(|minutes| if minutes == 0 { from } else { Timestamp(minute + step * minutes * MINUTE) })
                .find(|at| inactive(*at) == wanted)
        };
        prop_assert_eq!(week.next_active(from), walk(false, 1));
        prop_assert_eq!(week.next_inactive(from), walk(true, 1));
        let expected = if inactive(from) {
            // The last active minute before, and the one after it.
            walk(false, -1).map_or(from, |active| Timestamp(active.0 + MINUTE))
        } else {
            from
        };
        prop_assert_eq!(week.inactive_from(from), expected);
    }

    #[test]
    fn active_time_is_what_counting_minutes_gives(
        windows in windows(),
        from in -500_000_000_i64..500_000_000,
        minutes in 0..20_000_i64,
    ) {
        let week = Week::of(&windows).unwrap();
        let from = Timestamp(from);
        let first = from.0.div_euclid(MINUTE) * MINUTE;
        let to = Timestamp(first + minutes * MINUTE + 17);
        let mut counted = 0;
        let mut minute = first;
        while minute < to.0 {
            if !naive(&windows, minute_by_calendar(Timestamp(minute))) {
                counted += to.0.min(minute + MINUTE) - from.0.max(minute).min(to.0.min(minute + MINUTE));
            }
            minute += MINUTE;
        }
        prop_assert_eq!(week.active_between(from, to), if to <= from { 0 } else { counted });
    }

    #[test]
    fn another_clock_shows_the_same_instants(windows in windows(), offset in -900..900_i32) {
        let week = Week::of(&windows).unwrap();
        let shown = week.shown_at(offset);
        prop_assert_eq!(shown.inactive_minutes(), week.inactive_minutes());
        for minute in (0..WEEK_MINUTES).step_by(7) {
            let utc = Timestamp(at("2026-11-23T00:00:00Z").0 + i64::from(minute) * MINUTE);
            let local = Timestamp(utc.0 + i64::from(offset) * MINUTE);
            prop_assert_eq!(week.active_at(utc), shown.active_at(local));
        }
        prop_assert_eq!(shown.shown_at(-offset), week);
    }
}

fn of(days: &[u8], start: u32, end: u32) -> Window {
    Window { days: days.to_vec(), hours: Hours::Between { start, end } }
}

#[test]
fn saturday_night_runs_into_sunday() {
    let week = Week::of(&[of(&[5], 23 * 60, 2 * 60)]).unwrap();
    assert_eq!(week.to_string(), "Saturday 23:00 to Sunday 02:00");
    assert!(week.active_at(at("2026-11-28T22:59:59.999Z")));
    assert!(!week.active_at(at("2026-11-28T23:00:00Z")));
    assert!(!week.active_at(at("2026-11-29T01:59:59.999Z")));
    assert_eq!(week.next_active(at("2026-11-28T23:30:10Z")), Some(at("2026-11-29T02:00:00Z")));
}

#[test]
fn sunday_night_runs_across_the_edge_of_the_week() {
    let week = Week::of(&[of(&[6], 22 * 60, 60), Window { days: vec![0], hours: Hours::AllDay }]).unwrap();
    assert_eq!(week.to_string(), "Sunday 22:00 to Monday 24:00");
    assert_eq!(week.next_active(at("2026-11-29T23:00:00Z")), Some(at("2026-12-01T00:00:00Z")));
    assert_eq!(week.inactive_from(at("2026-11-30T12:00:00Z")), at("2026-11-29T22:00:00Z"));
    // The same for who lives in India, and on the other side of midnight.
    assert_eq!(week.shown_at(330).to_string(), "Monday 03:30 to Tuesday 05:30");
    assert_eq!(week.shown_at(-480).to_string(), "Sunday 14:00 to Monday 16:00");
}

#[test]
fn a_week_without_an_active_minute_has_no_next_one() {
    let all = Week::of(&[Window { days: (0..7).collect(), hours: Hours::AllDay }]).unwrap();
    assert_eq!(all.to_string(), "all week");
    assert_eq!(all.next_active(at("2026-11-26T00:00:00Z")), None);
    assert_eq!(all.inactive_from(at("2026-11-26T00:00:00Z")), at("2026-11-26T00:00:00Z"));
    assert_eq!(Week::default().next_inactive(at("2026-11-26T00:00:00Z")), None);
    assert_eq!(Week::default().to_string(), "none");
}

#[test]
fn what_is_no_window_is_refused() {
    assert_eq!(Week::of(&[of(&[1], 60, 60)]), Err(WindowError::Empty));
    assert_eq!(Week::of(&[of(&[1], 1_440, 60)]), Err(WindowError::Time));
    assert_eq!(Week::of(&[of(&[1], 0, 1_441)]), Err(WindowError::Time));
    assert_eq!(Week::of(&[of(&[7], 0, 60)]), Err(WindowError::Day));
}
