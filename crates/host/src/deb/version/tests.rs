use std::cmp::Ordering::{Equal, Greater, Less};

use proptest::prelude::*;

use super::*;

#[test]
fn order_is_that_of_dpkg() {
    // Each answer was checked against `dpkg --compare-versions` and libapt 2.6.1.
    let cases = [
        ("1.0", "1.0-0", Equal),
        ("1.0", "0:1.0", Equal),
        ("1.", "1.0", Equal),
        ("1a", "1a0", Equal),
        ("1~", "1~00", Equal),
        ("1.16.2+ds-1+b3", "1.16.2+ds0-1", Greater),
        ("1.0~rc1", "1.0", Less),
        ("1.0~~", "1.0~", Less),
        ("1.0-0~", "1.0", Less),
        ("1a", "1a0~", Greater),
        ("1", "1-a", Less),
        ("1..", "1.0.", Greater),
        ("1a0.", "1a.", Less),
        ("1_1", "1.1", Greater),
        ("1Z", "1a", Less),
        ("1a", "1+", Less),
        ("1:0.1", "9.9", Greater),
        ("2147483647:0", "1:1", Greater),
        ("254:1", "255:1", Less),
        ("1-1-1", "1-1", Greater),
        ("99999999999999999999999.1", "99999999999999999999999.01", Equal),
        ("99999999999999999999999", "100000000000000000000000", Less),
        ("149", "150", Less),
        ("9999999999999999", "10000000000000000", Less),
        // A bare trailing hyphen is libapt's alone.
        ("1.0-", "1.0", Less),
        ("1.0-", "1.0-~", Greater),
        ("1.0-", "1.0-", Equal),
    ];
    for (left, right, expected) in cases {
        check(left, right, expected);
        check(right, left, expected.reverse());
    }
}

fn check(left: &str, right: &str, expected: Ordering) {
    let (a, b) = (Version::parse(left).unwrap(), Version::parse(right).unwrap());
    assert_eq!(a.cmp(&b), expected, "`{left}` to `{right}`");
    assert_eq!(a.key().cmp(&b.key()), expected, "keys of `{left}` to `{right}`");
    assert_eq!(compare(left, right), Ok(expected));
}

#[test]
fn parts_are_found() {
    let version = Version::parse("7:4.3:beta-5-2+deb12u1").unwrap();
    assert_eq!((version.epoch(), version.upstream(), version.revision()), (7, "4.3:beta-5", Some("2+deb12u1")));
    let version = Version::parse("20230311").unwrap();
    assert_eq!((version.epoch(), version.upstream(), version.revision()), (0, "20230311", None));
}

#[test]
fn what_is_no_version_is_refused() {
    let long = "1".repeat(VERSION_BYTES_MAX + 1);
    let cases = [
        ("", VersionError::Empty),
        ("-1", VersionError::Empty),
        ("1:", VersionError::Empty),
        ("1:-1", VersionError::Empty),
        (":1", VersionError::Epoch),
        ("a:1", VersionError::Epoch),
        ("1-1:1", VersionError::Epoch),
        ("2147483648:1", VersionError::Epoch),
        ("1 ", VersionError::Character),
        ("1\n", VersionError::Character),
        ("1é", VersionError::Character),
        (long.as_str(), VersionError::Length),
    ];
    for (text, expected) in cases {
        assert_eq!(Version::parse(text).unwrap_err(), expected, "`{text}`");
    }
}

fn version() -> impl Strategy<Value = String> {
    // Few characters, so that near misses are common.
    let part = "[0-9.+~a-cZ:-]{0,10}";
    let number = "(0{0,2}[0-9]{0,3}|1[0-9]{14,18})";
    (proptest::option::of(0..400_u32), number, part, proptest::option::of("[0-9.+~a]{0,5}")).prop_map(
        |(epoch, number, upstream, revision)| {
            let epoch = epoch.map_or_else(|| "0:".to_owned(), |epoch| format!("{epoch}:"));
            let revision = revision.map_or_else(String::new, |revision| format!("-{revision}"));
            format!("{epoch}0{number}{upstream}{revision}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn keys_agree_and_the_order_is_total(texts in proptest::collection::vec(version(), 3)) {
        let versions: Vec<_> = texts.iter().map(|text| Version::parse(text).unwrap()).collect();
        for a in &versions {
            prop_assert_eq!(a.cmp(a), Equal);
            for b in &versions {
                prop_assert_eq!(a.cmp(b), b.cmp(a).reverse());
                prop_assert_eq!(a.cmp(b), a.key().cmp(&b.key()));
                for c in &versions {
                    if a <= b && b <= c {
                        prop_assert!(a <= c);
                    }
                    if a == b {
                        prop_assert_eq!(a.cmp(c), b.cmp(c));
                    }
                }
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(version) = Version::parse_bytes(&bytes) {
            prop_assert_eq!(&version.key(), &version.key());
        }
    }
}
