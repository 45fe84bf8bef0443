#![no_main]

// Each transformation and what is done to queries before they are split, by the first byte; then all of them in a row.

use bartizan_inspect::{Outcome, PreParse, Scratch, Transformation};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((choice, input)) = bytes.split_first() else { return };
    let choice = usize::from(*choice);
    let (mut fresh, mut used) = (Vec::new(), b"left over".to_vec());
    let (first, second) = match Transformation::ALL.get(choice) {
        Some(one) => (one.apply(input, &mut fresh), one.apply(input, &mut used)),
        None => {
            let one = PreParse::ALL[choice % PreParse::ALL.len()];
            (one.apply(input, &mut fresh), one.apply(input, &mut used))
        }
    };
    assert_eq!(first, second);
    match first {
        Outcome::Same => assert!(fresh.is_empty()),
        Outcome::Part(range) => assert!(input.get(range).is_some()),
        Outcome::Written => assert_eq!(fresh, used),
    }
    let decoders: Vec<Transformation> = Transformation::ALL.iter().copied().cycle().skip(choice).take(8).collect();
    Scratch::default().apply(&decoders, input);
});
