#![no_main]

// Whatever a client sends first, fingerprints have their form; what comes behind the message changes nothing.

use bartizan_gateway::hello::fingerprints;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((ja3, ja4)) = fingerprints(bytes) else { return };
    assert!(ja3.len() == 32 && ja3.bytes().all(|digit| digit.is_ascii_hexdigit()));
    assert!(ja4.len() == 36 && ja4.starts_with('t') && ja4.matches('_').count() == 2);
    let more = [bytes, b"\x17\x03\x03\x00\x01x"].concat();
    assert_eq!(fingerprints(&more), Some((ja3, ja4)));
});
