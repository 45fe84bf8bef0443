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
fn expressions_that_are_often_tried_are_tried_together() {
    let regexes = ["[\"'][ ]*x.*y", r"^\d{3}$", r"[^a-z]\w+=", "\"a+\"", "(?i)'.*union"];
    let patterns = built(&[], &regexes);
    assert_eq!(patterns.groups.len(), 1);
    let alone: Vec<regex::bytes::Regex> =
        regexes.iter().map(|one| regex::bytes::RegexBuilder::new(one).unicode(false).build().unwrap()).collect();
    for input in
        ["", "{\"aaa\": 1}", "'x'='y'", "123", "1234", "' UNION", "{\"name\": \"b\", \"list\": [1, 2]}", "?q=1"]
    {
        let expected: Vec<u32> =
            (0..).zip(&alone).filter(|(_, one)| one.is_match(input.as_bytes())).map(|(id, _)| id).collect();
        assert_eq!(matched(&patterns, input.as_bytes()), expected, "{input}");
    }
    let mut seen = Seen::default();
    let input = br#"{"name": "b", "list": [1, 2]}"#;
    patterns.scan(input, &mut seen);
    assert!((0..5).all(|id| !patterns.is_match(PatternId(id), input, &mut seen)));
    assert_eq!(seen.work(), input.len(), "one pass for all of them");
}

#[test]
fn a_group_that_has_no_room_is_tried_one_by_one() {
    // states of all ways to have seen the last hundred letters
    let regexes: Vec<String> = (60..66).map(|count| format!("\"[ab]*a[ab]{{{count}}}\"")).collect();
    let patterns = built(&[], &regexes.iter().map(String::as_str).collect::<Vec<_>>());
    let mut number = 1_u32;
    let mut letter = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if number >> 16 & 1 == 0 { 'a' } else { 'b' }
    };
    for _ in 0..80 {
        let text: String = (0..2_000).map(|_| letter()).collect();
        let input = format!("\"{text}a{}\"", "b".repeat(62));
        assert!(matched(&patterns, input.as_bytes()).contains(&2), "{input}");
        assert!(matched(&patterns, format!("\"{text}").as_bytes()).is_empty());
    }
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
