//! Many patterns at once find what each finds alone.

use bartizan_inspect::{PatternId, PatternsBuilder, Position, Seen, dialect};
use proptest::collection::vec;
use proptest::prelude::prop_oneof;
use proptest::sample::select;
use proptest::strategy::{Just, Strategy};
use proptest::{prop_assert_eq, proptest};

const POSITIONS: [Position; 5] =
    [Position::Exactly, Position::StartsWith, Position::EndsWith, Position::Contains, Position::ContainsWord];

/// What one pattern by itself says.
type Alone = Box<dyn Fn(&[u8]) -> bool>;

fn letters(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(select(b"abAB_- ".to_vec()), 0..most)
}

/// Expressions over the same letters.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[abA]{1,4}",
        Just("[ab]".to_string()),
        Just(".".to_string()),
        Just(r"\b".to_string()),
        Just("^".to_string()),
        Just("$".to_string()),
        Just(r"\W".to_string()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join("|"))),
            (inner.clone(), select(vec!["*", "+", "?", "{2}", "{1,3}", "+?"]))
                .prop_map(|(part, times)| format!("(?:{part}){times}")),
            inner.prop_map(|part| format!("(?i:{part})")),
        ]
    })
}

fn is_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn occurs(text: &[u8], position: Position, input: &[u8]) -> bool {
    let mut places = (0..=input.len()).filter(|at| input[*at..].starts_with(text));
    match position {
        Position::Exactly => input == text,
        Position::StartsWith => input.starts_with(text),
        Position::EndsWith => input.ends_with(text),
        Position::Contains => places.next().is_some(),
        Position::ContainsWord => places
            .any(|at| !is_word(at.checked_sub(1).and_then(|at| input.get(at))) && !is_word(input.get(at + text.len()))),
    }
}

proptest! {
    #[test]
    fn all_at_once_are_each_alone(
        texts in vec((letters(5), select(POSITIONS.to_vec())), 0..40),
        expressions in vec(expression(), 0..6),
        inputs in vec(letters(24), 1..4),
    ) {
        let mut builder = PatternsBuilder::new();
        let mut alone: Vec<(PatternId, Alone)> = Vec::new();
        for (text, position) in texts {
            if let Ok(id) = builder.text(&text, position) {
                alone.push((id, Box::new(move |input| occurs(&text, position, input))));
            }
        }
        for expression in &expressions {
            let id = builder.regex(expression).unwrap();
            let translated = dialect::translate(expression).unwrap();
            let regex = regex::bytes::RegexBuilder::new(&translated).unicode(false).build().unwrap();
            alone.push((id, Box::new(move |input| regex.is_match(input))));
        }
        let patterns = builder.build().unwrap();
        let mut seen = Seen::default();
        for input in &inputs {
            patterns.scan(input, &mut seen);
            for (id, alone) in &alone {
                prop_assert_eq!(patterns.is_match(*id, input, &mut seen), alone(input), "{:?} of {:?} in {:?}", id, expressions, input);
            }
        }
    }
}
