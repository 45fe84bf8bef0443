//! How many requests an account may make in a minute, by family of paths, and the headers that say so with every answer [API rate
//! limiting].

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bartizan_wire::Timestamp;

/// Seconds of a window.
pub(crate) const WINDOW_SECONDS: i64 = 60;
/// Below this are the paths that are counted.
const BASE: &str = "/csapi/v1.3";
/// Families of paths, the more special first, and requests of one window.
const FAMILIES: [(&str, u32); 7] = [
    ("/containers/list", 120),
    ("/containers", 5000),
    ("/images/list", 120),
    ("/images", 5000),
    ("/registry", 1000),
    ("/sensors", 1000),
    // What the vendor's table does not name.
    ("", 1000),
];

/// Counts requests.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// By account and family: when the window began, and requests in it. There are few of either.
    windows: Mutex<HashMap<(String, &'static str), (i64, u32)>>,
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
    /// Counts a request; `None` for a path that is not counted.
    pub(crate) fn take(&self, account: &str, path: &str, now: Timestamp) -> Option<Standing> {
        let rest = path.strip_prefix("/preview").unwrap_or(path).strip_prefix(BASE)?;
        let of = |family: &str| rest.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let (family, limit) = FAMILIES.into_iter().find(|(family, _)| of(family))?;
        let window = now.0.div_euclid(WINDOW_SECONDS * 1000);
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, count) = windows.entry((account.to_owned(), family)).or_insert((window, 0));
        if *began != window {
            (*began, *count) = (window, 0);
        }
        *count = count.saturating_add(1);
        let wait = WINDOW_SECONDS - now.0.rem_euclid(WINDOW_SECONDS * 1000) / 1000;
        Some(Standing { limit, remaining: limit.saturating_sub(*count), wait, within: *count <= limit })
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
        for count in 1..=120_u32 {
            let standing = throttle.take("1", "/csapi/v1.3/images/list", at(0)).unwrap();
            assert_eq!((standing.remaining, standing.within), (120 - count, true));
        }
        let over = throttle.take("1", "/preview/csapi/v1.3/images/list", at(59)).unwrap();
        assert!(!over.within && over.headers().contains(&("retry-after", "1".to_owned())));
        assert!(throttle.take("2", "/csapi/v1.3/images/list", at(59)).unwrap().within, "another account");
        assert!(throttle.take("1", "/csapi/v1.3/images/listed", at(59)).unwrap().limit == 5000, "another family");
        assert!(throttle.take("1", "/csapi/v1.3/images/list", at(60)).unwrap().within, "another minute");
        assert_eq!(throttle.take("1", "/v1/history", at(0)), None);
        assert_eq!(throttle.take("1", "/csapi/v1.3/sensorProfile/x", at(0)).unwrap().limit, 1000);
    }
}
