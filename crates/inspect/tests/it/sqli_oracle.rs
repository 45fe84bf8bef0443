//! Fingerprints beside those of C libinjection, as libmodsecurity has it.

use bartizan_inspect::{Sensitivity, detect_sqli};

use crate::libinjection::{cases, files};
use crate::modsecurity::ask;
use crate::random::Random;

/// Made-up inputs.
const MADE_UP: usize = 100_000;

const PIECES: &[&[u8]] = &[
    b"'",
    b"\"",
    b"`",
    b"\\",
    b"\\N",
    b" ",
    b"\t",
    b"\n",
    b"\0",
    b"\xa0",
    b"\x7f",
    b"/*",
    b"*/",
    b"/*!",
    b"--",
    b"-- ",
    b"#",
    b";",
    b",",
    b".",
    b":",
    b"::",
    b"?",
    b"@",
    b"@@",
    b"$",
    b"$$",
    b"$a$",
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"=",
    b"<=>",
    b"!=",
    b"<",
    b">",
    b"||",
    b"&&",
    b"|",
    b"&",
    b"!",
    b"~",
    b"%",
    b"^",
    b"+",
    b"-",
    b"*",
    b"/",
    b"1",
    b"23",
    b"0x1f",
    b"0b1",
    b"1e5",
    b"1.",
    b".5",
    b"1e",
    b"2d",
    b"3fu",
    b"a",
    b"name",
    b"x'1f'",
    b"b'01'",
    b"n'",
    b"e'",
    b"u&'",
    b"q'[",
    b"]'",
    b"nq'(",
    b"select",
    b"SELECT",
    b"union",
    b"Union",
    b"all",
    b"distinct",
    b"from",
    b"where",
    b"and",
    b"OR",
    b"not",
    b"in",
    b"NOT IN",
    b"like",
    b"is",
    b"null",
    b"user",
    b"USER(",
    b"database",
    b"current_user",
    b"if",
    b"exists",
    b"int",
    b"varchar",
    b"collate",
    b"latin1_bin",
    b"case",
    b"when",
    b"group",
    b"by",
    b"order",
    b"having",
    b"limit",
    b"into",
    b"outfile",
    b"dumpfile",
    b"boolean",
    b"mode",
    b"lock",
    b"share",
    b"insert",
    b"delete",
    b"drop",
    b"table",
    b"declare",
    b"exec",
    b"waitfor",
    b"delay",
    b"sleep",
    b"benchmark",
    b"char",
    b"concat",
    b"sp_password",
    b"version",
    b"create",
    b"or",
    b"replace",
    b"function",
    b"abcdefghijklmnopqrstuvwxyz0123456789",
    b"\xc3\xa4",
    b"natural left outer join",
    b"between",
    b"interval",
    b"binary",
];

fn compare(inputs: Vec<Vec<u8>>) -> Option<usize> {
    let count = inputs.len();
    let questions: Vec<(&str, Vec<u8>)> = inputs.into_iter().map(|input| ("sqli", input)).collect();
    let answers = ask(&questions)?;
    let mut broken = Vec::new();
    let mut attacks = 0;
    for ((_, input), theirs) in questions.iter().zip(&answers) {
        let ours = detect_sqli(input, Sensitivity::Low)
            .map_or_else(|| "0 ".to_string(), |found| format!("1 {}", found.fingerprint));
        attacks += usize::from(ours.starts_with('1'));
        if ours != *theirs {
            broken.push(format!("{}: {ours} but {theirs}", input.escape_ascii()));
        }
    }
    assert!(broken.is_empty(), "{} of {count} differ:\n{}", broken.len(), broken[..broken.len().min(40)].join("\n"));
    Some(attacks)
}

#[test]
fn fingerprints_of_the_corpora_are_those_of_libinjection() {
    let Some(mut files) = files("sqli-") else { return };
    files.extend(crate::libinjection::files("false_positives").unwrap_or_default());
    files.extend(crate::libinjection::files("xss-").unwrap_or_default());
    let inputs: Vec<Vec<u8>> = files.iter().flat_map(cases).collect();
    let count = inputs.len();
    let Some(attacks) = compare(inputs) else { return };
    eprintln!("{count} inputs, {attacks} attacks");
    assert!(count > 160_000, "only {count} inputs");
    assert!(attacks > 85_000, "only {attacks} attacks");
}

#[test]
fn fingerprints_of_made_up_inputs_are_those_of_libinjection() {
    let mut random = Random(5);
    let inputs = (0..MADE_UP).map(|_| random.joined(PIECES, 14)).collect();
    let Some(attacks) = compare(inputs) else { return };
    assert!(attacks > MADE_UP / 20, "only {attacks} attacks among {MADE_UP}");
}
