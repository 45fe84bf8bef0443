#![no_main]

// What low sensitivity finds, high sensitivity finds as well; a finding has tokens.

use bartizan_inspect::{Sensitivity, detect_sqli};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let low = detect_sqli(bytes, Sensitivity::Low);
    let high = detect_sqli(bytes, Sensitivity::High);
    if let Some(found) = low {
        assert!(!found.tokens.is_empty() && (1..=5).contains(&found.fingerprint.len()));
        assert_eq!(Some(found), high);
    }
});
