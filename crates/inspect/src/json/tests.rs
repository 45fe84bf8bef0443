use super::*;
use crate::window::Scope;

fn each(selector: &JsonSelector, body: &str) -> (Vec<String>, bool) {
    let mut found = Vec::new();
    let mut scratch = JsonScratch::default();
    let outcome = selector.each(body.as_bytes(), &mut scratch, |element| {
        found.push(String::from_utf8_lossy(element).into_owned());
        ControlFlow::Continue(())
    });
    assert_eq!(outcome.is_ok(), validate(body.as_bytes(), &mut scratch).is_ok());
    (found, outcome.is_ok())
}

fn all(body: &str) -> Vec<String> {
    let (found, fine) = each(&JsonSelector::all(Scope::All), body);
    assert!(fine, "{body}");
    found
}

fn problem(body: &str) -> Malformed {
    validate(body.as_bytes(), &mut JsonScratch::default()).unwrap_err()
}

#[test]
fn everything_is_handed_over_in_its_order() {
    assert_eq!(
        all(r#"{"a":{"c":"d","b":[1,true,null,-2.5e+3]}}"#),
        ["a", "c", "d", "b", "1", "true", "null", "-2.5e+3"]
    );
    assert_eq!(all(r#" [ "\u0041\n\"\\\/\ud83d\ude00\ud800x" ] "#), ["A\n\"\\/\u{1f600}\u{fffd}x"]);
    assert_eq!(all("[]"), [""; 0]);
}

#[test]
fn paths_select_what_is_below_them() {
    let body = r#"{"a":{"c":"d","b":{"e":{"f":"g"}}},"x/y":[{"z":1},{"z":2}],"~":3}"#;
    let select = |paths: &[&str], scope| each(&JsonSelector::paths(paths.iter().copied(), scope).unwrap(), body).0;
    assert_eq!(select(&["/a/b"], Scope::All), ["e", "f", "g"]);
    assert_eq!(select(&["/a/b"], Scope::Key), ["e", "f"]);
    assert_eq!(select(&["/a/b"], Scope::Value), ["g"]);
    assert_eq!(select(&["/x~1y/1/z", "/~0", "/a/c", "/none"], Scope::All), ["d", "2", "3"]);
    assert_eq!(select(&["/x~1y/1"], Scope::All), ["z", "2"]);
    assert_eq!(select(&["/a", "/a/b"], Scope::Value), ["d", "g"]);
    assert_eq!(select(&["/"], Scope::Value), ["d", "g", "1", "2", "3"]);
    assert_eq!(JsonSelector::paths(["a"], Scope::All), Err(PointerError::NoSlash));
    assert_eq!(JsonSelector::paths(["/a~2"], Scope::All), Err(PointerError::Tilde));
}

#[test]
fn commas_and_colons_may_be_missing_or_too_many() {
    let expected = ["key1", "value1", "key2", "value2"];
    assert_eq!(all(r#"{"key1":"value1""key2":"value2"}"#), expected);
    assert_eq!(all(r#"{"key1":"value1","key2""value2"}"#), expected);
    assert_eq!(all(r#"{"key1"::"value1","key2""value2"}"#), expected);
    assert_eq!(all("[1,,2,]"), ["1", "2"]);
}

#[test]
fn what_breaks_a_body_is_told() {
    assert_eq!(problem(r#"{"a":1,"\u0061":2}"#).problem, scan::Problem::DuplicateKey);
    assert_eq!(problem(r#"{"a":{"b":1,"c":{},"b":2}}"#).problem, scan::Problem::DuplicateKey);
    for truncated in ["", " ", "{", r#"{"a":"b"#, r#"{"a":"b\"#, r#"["\u00"#, "[tru", "[1.", r#"{"a":[1"#] {
        assert_eq!(
            problem(truncated),
            Malformed { at: truncated.len(), problem: scan::Problem::Truncated },
            "{truncated}"
        );
    }
    for (wrong, at) in [
        ("[a]", 1),
        ("[1}", 2),
        (r#"{"a":1]"#, 6),
        ("[01]", 1),
        ("[\"\t\"]", 2),
        (r#"["\x1234"]"#, 2),
        ("{1:2}", 1),
        ("[]x", 2),
        ("[][]", 2),
    ] {
        assert_eq!(problem(wrong), Malformed { at, problem: scan::Problem::Character }, "{wrong}");
    }
    assert_eq!(problem("\"a\"").problem, scan::Problem::Root);
    assert_eq!(problem("\u{feff}[]").problem, scan::Problem::Root);
    assert_eq!(all(r#"{"a":{"a":1},"b":{"a":1}}"#).len(), 6);
}

#[test]
fn what_came_before_the_break_is_handed_over() {
    let (found, fine) = each(&JsonSelector::all(Scope::Value), r#"{"a":"x","b":["y", nope"#);
    assert_eq!((found, fine), (vec!["x".to_string(), "y".to_string()], false));
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(all(&nested(DEPTH_MAX)), ["1"]);
    assert_eq!(problem(&nested(DEPTH_MAX + 1)), Malformed { at: DEPTH_MAX, problem: scan::Problem::Depth });
}

#[test]
fn inspection_may_break_off() {
    let mut count = 0;
    let outcome = JsonSelector::all(Scope::All).each(b"[1,2,3", &mut JsonScratch::default(), |_| {
        count += 1;
        if count == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((outcome, count), (Ok(ControlFlow::Break(())), 2));
}
