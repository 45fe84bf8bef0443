//! Version pairs with the sign that libapt gave them.

use std::cmp::Ordering;
use std::io::Read;

use bartizan_host::deb::Version;

use crate::shared::shared;

#[test]
fn every_recorded_pair_has_its_sign() {
    let Some(path) = shared("data/host/vercmp-pairs.tsv.gz") else { return };
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut checked = 0;
    for line in text.lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let [kind, a, b, sign] = columns[..] else { panic!("`{line}`") };
        if kind != "deb" {
            continue;
        }
        let expected = match sign {
            "-1" => Ordering::Less,
            "0" => Ordering::Equal,
            "1" => Ordering::Greater,
            other => panic!("sign `{other}`"),
        };
        let (left, right) = (Version::parse(a).unwrap(), Version::parse(b).unwrap());
        assert_eq!(left.cmp(&right), expected, "`{a}` to `{b}`");
        assert_eq!(right.cmp(&left), expected.reverse(), "`{b}` to `{a}`");
        assert_eq!(left.key().cmp(&right.key()), expected, "keys of `{a}` to `{b}`");
        checked += 1;
    }
    assert_eq!(checked, 8295, "every pair of the recorded file");
}
