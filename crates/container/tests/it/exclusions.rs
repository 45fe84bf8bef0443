//! Exclusion patterns against a model that has no regular expressions.

use std::collections::BTreeSet;

use bartizan_container::engine::{
    Exclusions, IgnoreList, Name, PATTERN_CHARACTERS_MAX, PATTERNS_MAX, PatternError, Program, Reference, Verdict,
    Whole,
};
use proptest::prelude::*;

use crate::world::name;

/// A pattern of the model: literal text, with `*` for anything.
fn globs() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("*".to_owned()),
        Just("r".to_owned()),
        Just("r/".to_owned()),
        Just("a".to_owned()),
        Just("b/a".to_owned()),
        Just(":".to_owned()),
        Just("1".to_owned()),
        Just("@sha256:ff".to_owned()),
    ];
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.concat())
}

fn names() -> impl Strategy<Value = Vec<Name>> {
    let reference = prop_oneof![
        3 => "[1-2]".prop_map(|tag| Reference::Tag(tag.into())),
        1 => Just(Reference::Digest("sha256:ff".into())),
    ];
    let registry = prop_oneof![Just(""), Just("r"), Just("q")];
    let repository = prop_oneof![Just("a"), Just("b/a")];
    let name = (registry, repository, reference).prop_map(|(registry, repository, reference)| Name {
        registry: registry.into(),
        repository: repository.into(),
        reference,
    });
    prop::collection::vec(name, 0..5)
}

/// Whether a text is of a glob's form, by trying every split.
fn is_like(glob: &[u8], text: &[u8]) -> bool {
    match glob.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skip| is_like(rest, &text[skip..])),
        Some((byte, rest)) => text.first() == Some(byte) && is_like(rest, &text[1..]),
    }
}

/// Whether the image is left out, from the definition.
fn model(globs: &[String], sha: &str, names: &[Name]) -> bool {
    let any = |text: &str| globs.iter().any(|glob| is_like(glob.as_bytes(), text.as_bytes()));
    if any(sha.get(..12).unwrap()) || any(sha) {
        return true;
    }
    let matched = |name: &Name| {
        let full = name.to_string();
        let local = full.strip_prefix(&format!("{}/", name.registry)).filter(|_| !name.registry.is_empty());
        any(&full)
            || any(&name.repository)
            || (matches!(name.reference, Reference::Tag(_)) && any(local.unwrap_or(&full)))
    };
    // Names in the same repository share what their digest says.
    let place = |name: &Name| (name.registry.clone(), name.repository.clone());
    let is_tag = |name: &&Name| matches!(name.reference, Reference::Tag(_));
    let tagged: BTreeSet<_> = names.iter().filter(is_tag).map(place).collect();
    let by_digest: BTreeSet<_> = names.iter().filter(|name| !is_tag(name) && matched(name)).map(place).collect();
    let counted: Vec<&Name> = names.iter().filter(|name| is_tag(name) || !tagged.contains(&place(name))).collect();
    !counted.is_empty() && counted.iter().all(|name| matched(name) || by_digest.contains(&place(name)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn images_are_left_out_as_the_model_says(globs in prop::collection::vec(globs(), 0..5), names in names()) {
        let sha = "ab".repeat(32);
        let escape = |glob: &String| glob.split('*').map(|part| part.replace('.', "\\.")).collect::<Vec<_>>().join(".*");
        let exclusions = Exclusions::new(&globs.iter().map(escape).collect::<Vec<_>>()).unwrap();
        let verdict = exclusions.judge(&sha, &names);
        prop_assert_eq!(matches!(verdict, Verdict::Excluded { .. }), model(&globs, &sha, &names), "{:?}", verdict);
        if let Verdict::Spared { name, .. } = verdict {
            prop_assert!(name < names.len());
            let alone = exclusions.judge(&sha, std::slice::from_ref(&names[name]));
            let left_out = matches!(alone, Verdict::Excluded { .. });
            prop_assert!(!left_out);
        }
    }

    #[test]
    fn a_pattern_matches_whole_texts_only(pattern in "[ab|()*]{1,8}", text in "[ab]{0,6}") {
        let Ok(whole) = Whole::new(&pattern) else { return Ok(()) };
        let all = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
        prop_assert_eq!(whole.matches(&text), all.is_match(&text));
    }
}

fn verdict(patterns: &[&str], names: &[&str]) -> Verdict {
    let names: Vec<Name> = names.iter().map(|text| name(text)).collect();
    Exclusions::new(patterns).unwrap().judge(&"0123456789abcdef".repeat(4), &names)
}

#[test]
fn every_spelling_counts() {
    let nginx = ["r.example/library/nginx:1.27"];
    for pattern in ["r.example/library/nginx:1.27", "library/nginx:1.27", "library/nginx", ".*nginx.*", "0123456789ab"]
    {
        assert_eq!(verdict(&[pattern], &nginx), Verdict::Excluded { pattern: 0 }, "{pattern}");
    }
    for pattern in ["nginx", "nginx:1.27", "1.27", "library/ngin", "r.example/library/nginx", "0123456789a"] {
        assert_eq!(verdict(&[pattern], &nginx), Verdict::Included, "{pattern}");
    }
}

#[test]
fn another_name_spares_an_image() {
    let two = ["r.example/debug/tool:1", "r.example/prod/tool:1"];
    assert_eq!(verdict(&["debug/.*"], &two), Verdict::Spared { pattern: 0, name: 1 });
    assert_eq!(verdict(&["prod/.*", "debug/.*"], &two), Verdict::Excluded { pattern: 1 });
    // The digest beside a tag is no other name, and speaks for it.
    let digest = ["r.example/debug/tool:1", "r.example/debug/tool@sha256:aa"];
    assert_eq!(verdict(&["debug/tool:.*"], &digest), Verdict::Excluded { pattern: 0 });
    assert_eq!(verdict(&[".*@sha256:aa"], &digest), Verdict::Excluded { pattern: 0 });
    assert_eq!(verdict(&["debug/.*"], &[]), Verdict::Included);
}

#[test]
fn brackets_and_comments_do_not_escape() {
    assert!(matches!(Exclusions::new(&["a)(b"]), Err(PatternError::Invalid { index: 0, .. })));
    let commented = Whole::new("(?x) a b # and more )").unwrap();
    assert!(commented.matches("ab") && !commented.matches("abc") && !commented.matches("ab\n"));
    let either = Whole::new("a|ab").unwrap();
    assert!(either.matches("a") && either.matches("ab") && !either.matches("abb"));
    let shouted = Whole::new(r"(?i)SANDBOX-\d+").unwrap();
    assert!(shouted.matches("sandbox-7") && !shouted.matches("sandbox-٧"));
    assert!(Whole::new(r"\p{L}+").unwrap().matches("é"));
    let lines = Whole::new("(?m)^a$").unwrap();
    assert!(lines.matches("a") && !lines.matches("b\na"));
}

#[test]
fn patterns_are_held_to_limits() {
    assert_eq!(Exclusions::new(&vec!["a"; PATTERNS_MAX + 1]), Err(PatternError::Many));
    let long = "é".repeat(PATTERN_CHARACTERS_MAX + 1);
    assert_eq!(Exclusions::new(&["a", long.as_str()]), Err(PatternError::Long { index: 1 }));
    assert!(Exclusions::new(&["é".repeat(PATTERN_CHARACTERS_MAX)]).is_ok());
    assert!(matches!(Exclusions::new(&["((a{900}){900}){900}"]), Err(PatternError::Invalid { .. })));
}

#[test]
fn events_are_dropped_by_path_or_by_name() {
    let list = IgnoreList::new(&["/usr/bin/cat", "test123", "/ls", "", "/"]);
    let drops = |link: &str| list.drops(Program::from_link(link));
    assert_eq!(drops("/usr/bin/cat"), Some(0));
    assert_eq!(drops("/tmp/cat"), None);
    assert_eq!(drops("/opt/test123"), Some(1));
    assert_eq!(drops("/bin/ls"), Some(2));
    assert_eq!(drops("/bin/LS"), None);
    assert_eq!(drops("/usr/bin/cat (deleted)"), None);
    assert_eq!(drops("/memfd:test123 (deleted)"), None);
    assert_eq!(drops(""), None);
    assert_eq!(list.weak().collect::<BTreeSet<_>>(), BTreeSet::from(["test123", "/ls"]));
}
