use super::*;
use regex::bytes::{Regex, RegexBuilder};

fn compile(pattern: &str) -> Regex {
    let translated = translate(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}"));
    let built = RegexBuilder::new(&translated).unicode(false).build();
    built.unwrap_or_else(|why| panic!("{pattern} became {translated}: {why}"))
}

#[track_caller]
fn matches(pattern: &str, yes: &[&[u8]], no: &[&[u8]]) {
    let regex = compile(pattern);
    for text in yes {
        assert!(regex.is_match(text), "{pattern} matches {}", text.escape_ascii());
    }
    for text in no {
        assert!(!regex.is_match(text), "{pattern} does not match {}", text.escape_ascii());
    }
}

#[test]
fn what_both_dialects_have_stays() {
    matches("^/a(b|c)+[^x-z]{2,3}d?$", &[b"/abcqqd", b"/abcqq\n"], &[b"/abcxxd", b"x/abcqq"]);
    matches(r"(?i)select\s+\w+", &[b"SELECT  a", b"Select\tb"], &[b"select;"]);
    matches(r"(?i:a)b|\bc\b", &[b"Ab", b"x c"], &[b"AB", b"xc"]);
    matches(r"a.c", &[b"abc", b"a\xffc"], &[b"a\nc"]);
    matches(r"(?s)a.c", &[b"a\nc"], &[b"ac"]);
    matches("[[:alpha:]_-]+[[:^digit:]]", &[b"a_-x"], &[b"11"]);
}

#[test]
fn what_they_read_differently_is_written_out() {
    matches(r"a$", &[b"a", b"a\n"], &[b"a\n\n", b"a\nb"]);
    matches(r"(?m)a$", &[b"a\nb"], &[]);
    matches(r"(?m:a$)|b$", &[b"a\nx", b"b\n"], &[b"b\nx"]);
    matches(r"a\Z", &[b"a\n"], &[b"ab"]);
    matches(r"^\h\v\N$", &[b" \nx", b"\xa0\x85."], &[b"\n\nx"]);
    matches(r"^[\H]$", &[b"x"], &[b" "]);
    matches(r"\Qa.b*\E+", &[b"a.b**"], &[b"axb"]);
    matches(r"^\x{e4}\xe4\x9\x{41}$", &[b"\xe4\xe4\tA"], &[]);
    matches(r"^\x{20ac}{2}$", &["€€".as_bytes()], &["€".as_bytes()]);
    matches("^ä+$", &["ää".as_bytes()], &[b"a"]);
    matches(r"^\<b\>\_\-$", &[b"<b>_-"], &[b"b"]);
    matches(r"^[+--][[a][\]a-]$", &[b",[]", b"-a-"], &[b"a[]"]);
    matches(r"^[&&~~][[]$", &[b"&[", b"~["], &[b"a["]);
    matches(r"^[]a]+[^]]$", &[b"]ab"], &[b"a]"]);
    matches(r"^a{,2}{x}}$", &[b"a{,2}{x}}"], &[b"aa"]);
    matches(r"^(?<name>a)(?'other'b)(?P<third>c)(?#no)$", &[b"abc"], &[b"ab"]);
    matches("(?x) ^ a [ ] b # a ( comment\n c$", &[b"a bc"], &[b"a b c"]);
    matches(r"^\012\cA\e\0$", &[b"\n\x01\x1b\0"], &[]);
    matches(r"^\p{L}+$", &["äb".as_bytes()], &[b"1"]);
    matches(r"^[a-\d]$", &[b"a", b"-", b"5"], &[b"b"]);
}

#[test]
fn what_the_vendor_lacks_is_refused() {
    let refused = [
        r"(a)\1", r"\k<n>", r"\g1", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "a*+", "a++", "a?+", "a{2}+",
        "(?|a|b)", "(?(1)a)", "(?R)", "(?1)", "(?&n)", "(?P>n)", "(?P=n)", "(*FAIL)a", r"\C", r"\R", r"\K", r"\X",
        r"\G", "(?C1)a", "(?J)a",
    ];
    for pattern in refused {
        assert!(translate(pattern).is_err(), "{pattern}");
    }
}

#[test]
fn what_is_no_pattern_is_refused_with_its_place() {
    let at = |pattern: &str| translate(pattern).map_err(|why| why.at);
    assert_eq!(at("ab("), Err(3));
    assert_eq!(at("ab)c"), Err(2));
    assert_eq!(at("ab[c"), Err(2));
    assert_eq!(at("ab\\"), Err(2));
    assert_eq!(at("[b-a]"), Err(2));
    assert_eq!(at("[[:nope:]]"), Err(1));
    assert_eq!(
        translate("a(?=b)").unwrap_err().to_string(),
        "an assertion that looks ahead, which is not supported, at byte 1"
    );
}
