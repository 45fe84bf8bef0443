#![no_main]

// A finding has tokens, whatever the text.

use bartizan_inspect::detect_xss;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(found) = detect_xss(bytes) {
        assert!(found.tokens.len() >= 2);
    }
});
