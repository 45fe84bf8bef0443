//! Reading finds what was asked for and no more.

use std::sync::Arc;

use super::sample::{ALWAYS, TRACK, assert_same, find, number, realm, replayed, replayed_of, span, texts, write};
use crate::series::{Sample, Series};

type Backend = Arc<dyn Series>;

pub async fn nothing_is_found_at_first(series: Backend) {
    assert_same(&find(&*series, "m", "s", ALWAYS).await, &[]);
    assert!(replayed(&*series, &realm(1), "m", ALWAYS).is_empty());
    assert!(series.measures(&realm(1), TRACK).await.unwrap().is_empty());
}

pub async fn spans_are_half_open(series: Backend) {
    let samples: Vec<Sample> = (0..20).map(|at| number("m", "s", at, 1.0)).collect();
    let sets: Vec<Sample> = (0..20).map(|at| texts("t", "s", at, &["a", "b"])).collect();
    // written in parts, so that some are outside as a whole
    for part in [0..7, 7..14, 14..20] {
        write(&*series, [&samples[part.clone()], &sets[part]].concat()).await;
    }
    for (from, to) in [(0, 20), (3, 4), (0, 0), (5, 2), (6, 15), (-9, 1), (19, 50), (20, 50), (i64::MIN, i64::MAX)] {
        let inside = |all: &[Sample]| -> Vec<Sample> {
            all.iter().filter(|sample| (from..to).contains(&sample.at.0)).cloned().collect()
        };
        for (measure, all) in [("m", &samples), ("t", &sets)] {
            assert_same(&find(&*series, measure, "s", span(from, to)).await, &inside(all));
            let found = replayed(&*series, &realm(1), measure, span(from, to)).remove("s").unwrap_or_default();
            assert_same(&found, &inside(all));
        }
    }
}

pub async fn realms_tracks_measures_and_subjects_are_apart(series: Backend) {
    write(&*series, vec![number("m", "s", 1, 1.0), number("m", "t", 1, 2.0), number("n", "s", 1, 3.0)]).await;
    series.write(&realm(2), TRACK, vec![number("m", "s", 1, 4.0)].into(), None).await.unwrap();
    series.write(&realm(1), "test/other", vec![number("m", "s", 1, 5.0)].into(), None).await.unwrap();
    assert_same(&find(&*series, "m", "s", ALWAYS).await, &[number("m", "s", 1, 1.0)]);
    assert_same(&find(&*series, "m", "t", ALWAYS).await, &[number("m", "t", 1, 2.0)]);
    assert_same(&find(&*series, "n", "s", ALWAYS).await, &[number("n", "s", 1, 3.0)]);
    assert_same(&find(&*series, "n", "t", ALWAYS).await, &[]);
    assert_same(&find(&*series, "o", "s", ALWAYS).await, &[]);
    assert_same(&replayed(&*series, &realm(2), "m", ALWAYS)["s"], &[number("m", "s", 1, 4.0)]);
    let other = series.find(&realm(1), "test/other", "m", "s", ALWAYS).await.unwrap();
    assert_same(&other, &[number("m", "s", 1, 5.0)]);
    assert!(replayed(&*series, &realm(3), "m", ALWAYS).is_empty());
}

pub async fn measures_are_in_byte_order(series: Backend) {
    write(&*series, ["b", "é", "a"].map(|measure| number(measure, "s", 1, 1.0)).to_vec()).await;
    write(&*series, vec![texts("a?IN=x", "s", 1, &[]), number("b", "t", 2, 1.0), number("B", "t", 2, 1.0)]).await;
    let measures = series.measures(&realm(1), TRACK).await.unwrap();
    assert_eq!(measures.iter().map(|measure| &**measure).collect::<Vec<_>>(), ["B", "a", "a?IN=x", "b", "é"]);
}

/// Some thousand rows, so that a replay takes several calls.
pub async fn replay_is_sorted_and_a_code_is_one_subject(series: Backend) {
    const ROWS: i64 = 30_000;
    // each write knows some subjects that the others do not
    for write_number in 0..3 {
        let sample = |row: i64| {
            let subject = format!("s{}", (row * 7919 + write_number * 50) % 200);
            let row_value = f64::from(i32::try_from(row).unwrap());
            number("m", &subject, write_number * ROWS + row / 3, row_value)
        };
        let samples: Vec<Sample> = (0..ROWS).map(sample).filter(|one| one.at.0 % 3 != write_number).collect();
        write(&*series, samples).await;
    }
    let found = replayed(&*series, &realm(1), "m", ALWAYS);
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), usize::try_from(ROWS * 2).unwrap());
    for samples in found.values() {
        assert!(samples.is_sorted_by_key(|sample| sample.at), "what was written in order of time comes so");
    }
    assert_same(&find(&*series, "m", "s17", ALWAYS).await, &found["s17"]);
}

pub async fn replay_of_texts_has_all_items(series: Backend) {
    let name = |row: i64| format!("10.0.{}.{}", row % 7, row % 251);
    let sample = |row: i64| {
        let names: Vec<String> = (0..row % 4).map(|item| name(row + item)).collect();
        texts("t", &format!("s{}", row % 3), row, &names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let samples: Vec<Sample> = (0..9000).map(sample).collect();
    write(&*series, samples.clone()).await;
    let found = replayed(&*series, &realm(1), "t", ALWAYS);
    for (subject, own) in &found {
        let expected: Vec<Sample> = samples.iter().filter(|one| *one.subject == **subject).cloned().collect();
        assert_same(own, &expected);
        assert_same(&find(&*series, "t", subject, ALWAYS).await, &expected);
    }
    assert_eq!(found.len(), 3);
}

/// Whoever looks at what there is looks at it for a long time, while others go on writing.
pub async fn a_view_stays_as_it_was(series: Backend) {
    let empty = series.view(&realm(1), TRACK).unwrap();
    let early: Vec<Sample> = (0..20).map(|at| number("m", &format!("s{}", at % 3), at, 1.0)).collect();
    write(&*series, early.clone()).await;
    let view = series.view(&realm(1), TRACK).unwrap();
    let before = replayed_of(&*view, "m", ALWAYS);
    assert_eq!(before.values().map(Vec::len).sum::<usize>(), early.len());
    // so many that small pieces are put together meanwhile
    for at in 20..40 {
        write(&*series, vec![number("m", "s0", at, 2.0), number("m", "new", at, 2.0)]).await;
    }
    for _ in 0..2 {
        assert_eq!(replayed_of(&*view, "m", ALWAYS), before);
        assert_eq!(replayed_of(&*view, "m", span(3, 9)).values().map(Vec::len).sum::<usize>(), 6);
    }
    assert!(replayed_of(&*empty, "m", ALWAYS).is_empty());
    let now = replayed(&*series, &realm(1), "m", ALWAYS);
    assert_eq!(now.values().map(Vec::len).sum::<usize>(), early.len() + 40);
}
