//! How many requests an account may make in a minute, by family of operations, and the headers that say so with every answer [API rate
//! limiting].

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bartizan_operation::Rate;
use bartizan_wire::Timestamp;

/// Seconds of a window.
const WINDOW_SECONDS: i64 = 60;
/// When a window began, and requests in it.
type Window = (i64, u32);

/// Counts requests.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// By account and family; there are few of either.
    windows: Mutex<HashMap<(String, &'static str), Window>>,
}

/// Where an account stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    /// Seconds until the window ends.
    wait: i64,
    /// Whether this request is within the limit.
    pub(crate) within: bool,
}

impl Throttle {
    /// Counts a request.
    pub(crate) fn take(&self, account: &str, rate: Rate, now: Timestamp) -> Standing {
        let Rate { family, requests: limit } = rate;
        let window = now.0.div_euclid(WINDOW_SECONDS * 1000);
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, count) = windows.entry((account.to_owned(), family)).or_insert((window, 0));
        if *began != window {
            (*began, *count) = (window, 0);
        }
        *count = count.saturating_add(1);
        let wait = WINDOW_SECONDS - now.0.rem_euclid(WINDOW_SECONDS * 1000) / 1000;
        Standing { limit, remaining: limit.saturating_sub(*count), wait, within: *count <= limit }
    }
}

impl Standing {
    /// As answers say it.
    pub(crate) fn headers(self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-window-sec", WINDOW_SECONDS.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
        ];
        if !self.within {
            headers.push(("retry-after", self.wait.to_string()));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_family_and_minute() {
        let throttle = Throttle::default();
        let at = |seconds: i64| Timestamp(seconds * 1000);
        let (few, many) = (Rate { family: "few", requests: 3 }, Rate { family: "many", requests: 5000 });
        for count in 1..=3 {
            let standing = throttle.take("1", few, at(0));
            assert_eq!((standing.remaining, standing.within), (3 - count, true));
        }
        let over = throttle.take("1", few, at(59));
        assert!(!over.within && over.headers().contains(&("retry-after", "1".to_owned())));
        assert!(throttle.take("2", few, at(59)).within, "another account");
        assert!(throttle.take("1", many, at(59)).within, "another family");
        assert!(throttle.take("1", few, at(60)).within, "another minute");
    }
}
