//! What is written is kept as it is.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::sample::{ALWAYS, TRACK, assert_same, find, number, realm, replayed, texts, write};
use crate::series::{Sample, Series};
use crate::tape::Position;

type Backend = Arc<dyn Series>;

pub async fn what_is_written_is_found(series: Backend) {
    let [one, two, three] = [(5, 1.5), (3, -2.0), (9, 0.0)].map(|(at, value)| number("m", "s", at, value));
    write(&*series, vec![one.clone(), two.clone()]).await;
    write(&*series, vec![three.clone(), number("m", "t", 4, 8.0)]).await;
    let expected = [two, one, three];
    assert_same(&find(&*series, "m", "s", ALWAYS).await, &expected);
    assert_same(&replayed(&*series, &realm(1), "m", ALWAYS)["s"], &[&expected[..2], &expected[2..]].concat());
}

pub async fn writing_nothing_changes_nothing(series: Backend) {
    series.write(&realm(1), TRACK, Arc::default(), Some(Position(7))).await.unwrap();
    assert_eq!(series.sealed(&realm(1), TRACK).await.unwrap(), None);
    assert!(series.measures(&realm(1), TRACK).await.unwrap().is_empty());
}

pub async fn any_number_comes_back(series: Backend) {
    let odd = [0.0, -0.0, f64::MIN, f64::MAX, f64::MIN_POSITIVE / 2.0, f64::NAN, -f64::NAN, f64::INFINITY];
    let odd = odd.into_iter().chain([f64::NEG_INFINITY, f64::from_bits(0x7ff0_0000_0000_0001), 1e15 + 0.5]);
    let samples: Vec<Sample> = (0..).zip(odd).map(|(at, value)| number("m", "s", at, value)).collect();
    write(&*series, samples.clone()).await;
    assert_same(&find(&*series, "m", "s", ALWAYS).await, &samples);
    assert_same(&replayed(&*series, &realm(1), "m", ALWAYS)["s"], &samples);
}

pub async fn any_texts_come_back(series: Backend) {
    let long = "x".repeat(100_000);
    let odd: [&[&str]; 6] =
        [&[], &[""], &["b", "a", "b"], &["10.0.0.1", "fe80::1%eth0"], &["é\u{0}\u{1f6e1}"], &[&long]];
    let samples: Vec<Sample> = (0..).zip(odd).map(|(at, value)| texts("m", "s", at, value)).collect();
    write(&*series, samples.clone()).await;
    assert_same(&find(&*series, "m", "s", ALWAYS).await, &samples);
    assert_same(&replayed(&*series, &realm(1), "m", ALWAYS)["s"], &samples);
}

pub async fn any_name_comes_back(series: Backend) {
    let long = "n".repeat(2048);
    let names = ["", "a", "A", "a\u{0}", "é\u{1f6e1}", "../..", "aws:num-messages-sent?IN=name", &long];
    let mut samples = Vec::new();
    for measure in names {
        for subject in names {
            for at in [i64::MIN, -1, 0, i64::MAX - 1] {
                samples.push(number(measure, subject, at, 1.0));
            }
        }
    }
    write(&*series, samples.clone()).await;
    for four in samples.chunks(4) {
        assert_same(&find(&*series, &four[0].measure, &four[0].subject, ALWAYS).await, four);
        assert_same(&replayed(&*series, &realm(1), &four[0].measure, ALWAYS)[&*four[0].subject], four);
    }
}

pub async fn what_is_written_twice_is_there_twice(series: Backend) {
    let same = [number("m", "s", 1, 2.0), number("m", "s", 1, 1.0), number("m", "s", 1, 2.0)];
    write(&*series, same[..2].to_vec()).await;
    write(&*series, same[2..].to_vec()).await;
    assert_same(&find(&*series, "m", "s", ALWAYS).await, &same);
    assert_same(&replayed(&*series, &realm(1), "m", ALWAYS)["s"], &same);
}

pub async fn numbers_and_texts_of_one_measure_are_both_kept(series: Backend) {
    let mixed =
        [number("m", "s", 1, 1.0), texts("m", "s", 1, &["a"]), texts("m", "s", 2, &[]), number("m", "s", 3, 3.0)];
    write(&*series, mixed.iter().rev().cloned().collect()).await;
    assert_same(&find(&*series, "m", "s", ALWAYS).await, &mixed);
    let mut found = replayed(&*series, &realm(1), "m", ALWAYS).remove("s").unwrap();
    found.sort_by_key(|sample| sample.at);
    assert_same(&found, &mixed);
}

pub async fn sealed_is_the_furthest_position(series: Backend) {
    let realm = realm(1);
    let sealed = async || series.sealed(&realm, TRACK).await.unwrap();
    assert_eq!(sealed().await, None);
    for (at, given, expected) in [(1, None, None), (2, Some(5), Some(5)), (3, Some(4), Some(5)), (4, None, Some(5))] {
        series.write(&realm, TRACK, vec![number("m", "s", at, 1.0)].into(), given.map(Position)).await.unwrap();
        assert_eq!(sealed().await, expected.map(Position));
    }
    series.write(&realm, TRACK, vec![number("m", "s", 9, 1.0)].into(), Some(Position(u64::MAX))).await.unwrap();
    assert_eq!(sealed().await, Some(Position(u64::MAX)));
    assert_eq!(series.sealed(&realm, "test/other").await.unwrap(), None);
}

pub async fn writes_of_many_at_once_are_all_kept(series: Backend) {
    let mut writes = JoinSet::new();
    for writer in 0..8_i64 {
        let series = Arc::clone(&series);
        writes.spawn(async move {
            let subject = format!("s{writer}");
            for round in 0..5 {
                write(&*series, vec![number("m", &subject, round, 1.0), number("n", &subject, round, 2.0)]).await;
                let rounds = usize::try_from(round).unwrap() + 1;
                assert_eq!(find(&*series, "m", &subject, ALWAYS).await.len(), rounds, "acknowledged is visible");
            }
        });
    }
    writes.join_all().await;
    for measure in ["m", "n"] {
        let found = replayed(&*series, &realm(1), measure, ALWAYS);
        assert_eq!(found.len(), 8);
        assert!(found.values().all(|samples| samples.len() == 5));
    }
}
