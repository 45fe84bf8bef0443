#![no_main]

// A body is valid or not whatever is selected of it; what a path selects is among what is selected without one.

use std::ops::ControlFlow;

use bartizan_inspect::{JsonScratch, JsonSelector, Scope, json};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut scratch = JsonScratch::default();
    let valid = json::validate(bytes, &mut scratch);
    let mut all = Vec::new();
    let whole = JsonSelector::all(Scope::All).each(bytes, &mut scratch, |element| {
        all.push(element.to_vec());
        ControlFlow::Continue(())
    });
    assert_eq!(whole.map(|_| ()), valid);
    let selector = JsonSelector::paths(["/a/b", "/0", "/a~1", "/b"], Scope::Value).expect("these are paths");
    let part = selector.each(bytes, &mut scratch, |element| {
        assert!(all.iter().any(|one| one == element));
        ControlFlow::Continue(())
    });
    assert_eq!(part.map(|_| ()), valid);
});
