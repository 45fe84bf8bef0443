//! What the detector finds in libinjection's corpora, beside what libinjection itself finds there.

use bartizan_inspect::detect_xss;

use crate::libinjection::{cases, files};

#[test]
fn scripts_are_found() {
    let Some(files) = files("xss-") else { return };
    let (mut small, mut small_found, mut shazzer, mut shazzer_found) = (0, 0, 0, 0);
    for file in &files {
        let generated = file.ends_with("xss-shazzer.txt");
        for case in cases(file) {
            let found = usize::from(detect_xss(&case).is_some());
            if generated {
                shazzer += 1;
                shazzer_found += found;
            } else {
                small += 1;
                small_found += found;
            }
        }
    }
    eprintln!("{small_found} of {small}, {shazzer_found} of {shazzer}");
    // libinjection finds 1,640 and 79,548
    assert_eq!((small, shazzer), (1_645, 79_561));
    assert_eq!((small_found, shazzer_found), (1_640, 79_548));
}

#[test]
fn ordinary_text_is_left_alone() {
    let Some(files) = files("false_positives") else { return };
    let texts: Vec<Vec<u8>> = files.iter().flat_map(cases).collect();
    assert_eq!(texts.len(), 421);
    assert_eq!(texts.iter().filter(|text| detect_xss(text).is_some()).count(), 0);
}
