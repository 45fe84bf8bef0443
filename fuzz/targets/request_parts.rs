#![no_main]

// Query strings, cookies, windows and forwarded addresses: what comes out is part of what went in.

use bartizan_inspect::{Forwarded, ForwardedPlace, Window, arguments, cookies, header_order};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let within = |part: &[u8]| part.is_empty() || bytes.as_ptr_range().contains(&part.as_ptr());
    for argument in arguments(bytes) {
        assert!(within(argument.name) && within(argument.value));
        assert!(argument.is_named(argument.name));
    }
    let lines = || bytes.split(|byte| *byte == b'\n');
    let window = Window { bytes: 64, pairs: 4 };
    for joined in [false, true] {
        let pairs: Vec<_> = window.inspected(cookies(lines(), joined)).collect();
        assert!(pairs.len() <= 4 && pairs.iter().map(|pair| pair.name.len() + pair.value.len()).sum::<usize>() <= 64);
        let all = cookies(lines(), joined).count();
        assert!(window.is_exceeded(cookies(lines(), joined)) || pairs.len() == all);
    }
    for place in [ForwardedPlace::First, ForwardedPlace::Last, ForwardedPlace::Any] {
        if let Forwarded::Found(found) = Forwarded::read(lines(), place) {
            assert!((1..=10).contains(&found.as_slice().len()));
        }
    }
    let mut out = Vec::new();
    header_order(lines(), &mut out);
    assert_eq!(out.len(), bytes.len());
});
