//! What the detector finds in libinjection's corpora, beside what libinjection itself finds there.

use bartizan_inspect::{Sensitivity, detect_sqli};

use crate::libinjection::{cases, files};

#[test]
fn attacks_are_found() {
    let Some(files) = files("sqli-") else { return };
    let (mut all, mut low, mut high) = (0, 0, 0);
    let (mut sqlmap, mut sqlmap_found) = (0, 0);
    for file in &files {
        let generated = ["sqli-sqlmap.txt", "sqli-sqlmap-20130419.txt"].iter().any(|name| file.ends_with(name));
        for case in cases(file) {
            let found = detect_sqli(&case, Sensitivity::Low);
            if generated {
                sqlmap += 1;
                sqlmap_found += usize::from(found.is_some());
                continue;
            }
            all += 1;
            low += usize::from(found.is_some());
            high += usize::from(detect_sqli(&case, Sensitivity::High).is_some());
        }
    }
    eprintln!("{low} and {high} of {all}, {sqlmap_found} of {sqlmap}");
    assert_eq!((sqlmap_found, sqlmap), (68_642, 68_642));
    // libinjection finds 17,131 of these
    assert_eq!((low, all), (17_131, 17_149));
    assert_eq!(high, 17_142);
}

#[test]
fn ordinary_text_is_mostly_left_alone() {
    let Some(files) = files("false_positives") else { return };
    let texts: Vec<Vec<u8>> = files.iter().flat_map(cases).collect();
    let found = |sensitivity| texts.iter().filter(|text| detect_sqli(text, sensitivity).is_some()).count();
    let (low, high) = (found(Sensitivity::Low), found(Sensitivity::High));
    eprintln!("{low} and {high} of {}", texts.len());
    assert_eq!(texts.len(), 421);
    // libinjection takes as many for attacks
    assert_eq!((low, high), (21, 21));
}

#[test]
fn tokens_are_those_that_gave_it_away() {
    let found = detect_sqli(b"10 AND 1=1", Sensitivity::Low).unwrap();
    assert_eq!(found.fingerprint, "1&1");
    assert_eq!(found.tokens, [b"10".to_vec(), b"AND".to_vec(), b"1".to_vec()]);
    let found = detect_sqli(b"x' union all select 1--", Sensitivity::Low).unwrap();
    assert_eq!(found.fingerprint, "sUE1c");
    assert_eq!(found.tokens.concat(), b"xunion allselect1--");
    assert_eq!(detect_sqli(b"select the best union of both", Sensitivity::Low), None);
    assert_eq!(detect_sqli(b"", Sensitivity::High), None);
}
