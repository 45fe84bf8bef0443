#![no_main]

// A pattern is refused or compiled; in search with others it finds what it finds alone.

use bartizan_inspect::{PatternsBuilder, Position, Seen, dialect};

libfuzzer_sys::fuzz_target!(|text: (&str, &[u8])| {
    let (pattern, input) = text;
    if pattern.len() > 256 {
        return;
    }
    let mut builder = PatternsBuilder::new();
    let Ok(id) = builder.regex(pattern) else { return };
    let word = builder.text(b"a", Position::Contains).expect("a text is no expression");
    let translated = dialect::translate(pattern).expect("it was compiled");
    let alone = regex::bytes::RegexBuilder::new(&translated).unicode(false).build().expect("it was compiled");
    let patterns = builder.build().expect("two patterns are few");
    let mut seen = Seen::default();
    patterns.scan(input, &mut seen);
    assert_eq!(patterns.is_match(id, input, &mut seen), alone.is_match(input), "{pattern} became {translated}");
    assert_eq!(patterns.is_match(word, input, &mut seen), input.contains(&b'a'));
});
