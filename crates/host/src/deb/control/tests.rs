use proptest::prelude::*;

use super::*;

static WANTED: Wanted<3> = Wanted::new(["Package", "Provides", "Version"]);

fn all(text: &[u8]) -> Vec<Stanza<'_, 3>> {
    Scanner::new(&WANTED, text).collect()
}

fn value<'a>(stanza: &Stanza<'a, 3>, field: usize) -> &'a str {
    std::str::from_utf8(stanza.or_empty()[field]).unwrap()
}

#[test]
fn wanted_fields_are_found_in_any_case() {
    let text = b"PACKAGE: a\nPriority: x\nversion:1\n\n\npackage : b\n\nPackage: c\nVersion: 2";
    let stanzas = all(text);
    assert_eq!(stanzas.len(), 3);
    assert_eq!((value(&stanzas[0], 0), value(&stanzas[0], 2), stanzas[0].line), ("a", "1", 1));
    assert_eq!(stanzas[0].values[1], None);
    assert_eq!(stanzas[1].fault, Some(Fault { line: 6, kind: FaultKind::NoColon }), "a space before the colon");
    assert_eq!((value(&stanzas[2], 0), value(&stanzas[2], 2), stanzas[2].line), ("c", "2", 8));
}

#[test]
fn lines_may_be_folded_and_may_end_with_cr_lf() {
    let text = b"Package: a\r\nProvides: x,\r\n y\r\nDescription: d\r\n more\r\nVersion:\r\n 1\r\n\r\nPackage: b\r\n";
    let stanzas = all(text);
    assert_eq!(stanzas.len(), 2);
    assert_eq!(value(&stanzas[0], 1), "x,\r\n y");
    assert_eq!(value(&stanzas[0], 2), "1");
    assert_eq!((value(&stanzas[1], 0), stanzas[1].line), ("b", 9));
    assert!(stanzas.iter().all(|stanza| stanza.fault.is_none()));
}

#[test]
fn what_is_malformed_is_reported_and_the_rest_is_read() {
    let stanzas = all(b" lost\nPackage: a\nno colon here\nVersion: 1\nVersion: 2\n\nPackage: b\n");
    assert_eq!(stanzas[0].fault, Some(Fault { line: 1, kind: FaultKind::Continuation }));
    assert_eq!((value(&stanzas[0], 0), value(&stanzas[0], 2)), ("a", "1"));
    assert_eq!(value(&stanzas[1], 0), "b");
    let stanzas = all(b"Package: a\nVersion: 1\nversion: 2\n more\n");
    assert_eq!(stanzas[0].fault, Some(Fault { line: 3, kind: FaultKind::Twice }));
    assert_eq!(value(&stanzas[0], 2), "1", "a continuation of the second one is not added to the first");
}

#[test]
fn no_text_has_no_paragraphs() {
    for text in [&b""[..], b"\n", b"\r\n\n"] {
        assert_eq!(all(text), []);
    }
}

/// A stanza that does not borrow.
type Owned = (Vec<Option<Vec<u8>>>, u64, Option<Fault>);

/// Reads in pieces of `size` bytes, as a file is read.
fn in_pieces(text: &[u8], size: usize) -> Vec<Owned> {
    let (mut out, mut held, mut line) = (Vec::new(), Vec::new(), 1);
    let mut pieces = text.chunks(size).peekable();
    loop {
        held.extend_from_slice(pieces.next().unwrap_or_default());
        let more = pieces.peek().is_some();
        let mut scanner = Scanner::piece(&WANTED, &held, line, more);
        for stanza in scanner.by_ref() {
            out.push((stanza.values.iter().map(|v| v.map(<[u8]>::to_vec)).collect(), stanza.line, stanza.fault));
        }
        let consumed = scanner.consumed();
        line = scanner.line();
        held.drain(..consumed);
        if !more {
            return out;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn pieces_give_what_the_whole_gives(text in "(Package: a|Version: 1|Provides: b|Other: c| fold|\n|\r\n|x|:){0,30}", size in 1..40_usize) {
        let whole: Vec<_> = all(text.as_bytes()).into_iter()
            .map(|s| (s.values.iter().map(|v| v.map(<[u8]>::to_vec)).collect::<Vec<_>>(), s.line, s.fault)).collect();
        prop_assert_eq!(in_pieces(text.as_bytes(), size), whole);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for stanza in all(&bytes) {
            prop_assert!(stanza.line >= 1);
        }
    }
}
