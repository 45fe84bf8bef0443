use super::*;

fn built(texts: &[(&[u8], Position)], regexes: &[&str]) -> Patterns {
    let mut builder = PatternsBuilder::new();
    for (text, position) in texts {
        builder.text(text, *position).unwrap();
    }
    for regex in regexes {
        builder.regex(regex).unwrap();
    }
    builder.build().unwrap()
}

fn matched(patterns: &Patterns, input: &[u8]) -> Vec<u32> {
    let mut seen = Seen::default();
    patterns.scan(input, &mut seen);
    let all = (0..).take(patterns.len()).map(PatternId);
    all.filter(|id| patterns.is_match(*id, input, &mut seen)).map(PatternId::number).collect()
}

#[test]
fn a_text_is_found_in_its_place() {
    use Position::{Contains, ContainsWord, EndsWith, Exactly, StartsWith};
    let patterns = built(
        &[
            (b"/admin", Exactly),
            (b"/admin", StartsWith),
            (b"/", StartsWith),
            (b"min", EndsWith),
            (b"dmi", Contains),
            (b"admin", ContainsWord),
            (b"", Contains),
            (b"", Exactly),
        ],
        &[],
    );
    assert_eq!(matched(&patterns, b"/admin"), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(matched(&patterns, b"/admins"), [1, 2, 4, 6]);
    assert_eq!(matched(&patterns, b"x-admin!"), [4, 5, 6]);
    assert_eq!(matched(&patterns, b"/Admin"), [2, 3, 4, 6]);
    assert_eq!(matched(&patterns, b""), [6, 7]);
}

#[test]
fn texts_in_texts_are_all_found() {
    let texts: Vec<Vec<u8>> = (1..=200).map(|length| vec![b'a'; length]).collect();
    let mut builder = PatternsBuilder::new();
    for text in &texts {
        builder.text(text, Position::Contains).unwrap();
    }
    for text in [&b"he"[..], b"she", b"hers", b"his", b"he"] {
        builder.text(text, Position::Contains).unwrap();
    }
    let patterns = builder.build().unwrap();
    assert_eq!(matched(&patterns, &[b'a'; 150]).len(), 150);
    assert_eq!(matched(&patterns, b"ushers"), [200, 201, 202, 204]);
}

#[test]
fn expressions_are_tried_only_where_they_may_match() {
    let patterns = built(&[], &[r"(?i)union\s+select", r"^\d+$", "a.c"]);
    // single letters are in almost any text
    assert_eq!(patterns.unfiltered(), 2);
    assert_eq!(matched(&patterns, b"x UNION  SELECT y"), [0]);
    assert_eq!(matched(&patterns, b"123"), [1]);
    let mut seen = Seen::default();
    patterns.scan(b"no such thing", &mut seen);
    assert!(!patterns.is_match(PatternId(0), b"no such thing", &mut seen));
    assert_eq!(seen.work(), 0);
    patterns.scan(b"union of select", &mut seen);
    assert!(!patterns.is_match(PatternId(0), b"union of select", &mut seen));
    assert!(!patterns.is_match(PatternId(0), b"union of select", &mut seen));
    assert_eq!(seen.work(), b"union of select".len());
}

#[test]
fn what_may_match_is_told_in_order() {
    let mut regexes = vec!["q+x?y{9}zzz"; 130];
    regexes[3] = "(?i)needle.*x";
    regexes[70] = r"^\d+$";
    regexes[128] = "needle!";
    let patterns = built(&[], &regexes);
    let mut seen = Seen::default();
    patterns.scan(b"a needle", &mut seen);
    let from = |number| patterns.next_possible(number, &seen).map(PatternId::number);
    assert_eq!([0, 3, 4, 70, 71, 130, 10_000].map(from), [Some(3), Some(3), Some(70), Some(70), None, None, None]);
}

#[test]
fn many_texts_use_the_compact_automaton() {
    let mut builder = PatternsBuilder::new();
    for number in 0..5_000 {
        builder.text(format!("needle-{number:05}").as_bytes(), Position::Contains).unwrap();
    }
    let patterns = builder.build().unwrap();
    assert_eq!(matched(&patterns, b"a needle-04711 and needle-00001 in a haystack of needles"), [1, 4711]);
}

#[test]
fn what_cannot_be_searched_for_is_refused() {
    let mut builder = PatternsBuilder::new();
    assert_eq!(builder.text(b"a b", Position::ContainsWord), Err(PatternError::NotAWord));
    assert_eq!(builder.text(b"", Position::ContainsWord), Err(PatternError::NotAWord));
    assert!(matches!(builder.regex("(?=a)"), Err(PatternError::Refused(_))));
    assert!(matches!(builder.regex("a{3,2}"), Err(PatternError::Regex(_))));
    assert!(matches!(builder.regex("(?:a{1000}){1000}"), Err(PatternError::Regex(_))));
    assert_eq!(builder.regex("a"), Ok(PatternId(0)));
}
