//! Appending, reading, sealing and deleting.

use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_policy::tape::{Recording, Span, Tape};
use bartizan_tape::{FileTape, Pruned, RECORDING_BYTES_MAX, TRACK_BYTES_MAX};
use bartizan_wire::{Realm, Timestamp};
use tokio::task::JoinSet;

use crate::sample::{ALWAYS, TRACK, append, files, open_small, read_all, realm, recording, recordings};

fn span(from: i64, to: i64) -> Span {
    Span { from: Timestamp(from), to: Timestamp(to) }
}

#[tokio::test]
async fn what_is_appended_comes_back_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    assert_eq!(read_all(&tape).await.unwrap(), []);
    // the order of appending, not of time
    append(&tape, [5, 3, 9]).await;
    append(&tape, []).await;
    append(&tape, [1]).await;
    assert_eq!(read_all(&tape).await.unwrap(), recordings([5, 3, 9, 1]));
    drop(tape);
    let tape = FileTape::open(folder.path()).unwrap();
    append(&tape, [2]).await;
    assert_eq!(read_all(&tape).await.unwrap(), recordings([5, 3, 9, 1, 2]));
}

#[tokio::test]
async fn any_bytes_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    let every: Vec<u8> = (0..=255).collect();
    let odd = |subject: &str, at, body: Vec<u8>| Recording { subject: subject.to_owned(), at: Timestamp(at), body };
    let odd = vec![
        odd("", 0, Vec::new()),
        odd("mi-é\u{0}\u{1f6e1}", i64::MIN, every.clone()),
        odd("large", i64::MAX - 1, every.repeat(RECORDING_BYTES_MAX / 256)),
    ];
    tape.append(&realm(), TRACK, odd.clone()).await.unwrap();
    assert!(read_all(&tape).await.unwrap() == odd);
}

#[tokio::test]
async fn spans_are_half_open() {
    let folder = tempfile::tempdir().unwrap();
    let tape = open_small(folder.path());
    append(&tape, 0..200).await;
    for (from, to) in [(0, 200), (10, 11), (0, 0), (10, 5), (50, 150), (-9, 1), (199, 500), (200, 500)] {
        let found = tape.read(&realm(), TRACK, span(from, to), 0, u32::MAX).await.unwrap();
        assert_eq!(found, recordings(from.max(0)..to.min(200)), "{from}..{to}");
    }
}

#[tokio::test]
async fn skip_and_limit_count_what_is_in_the_span() {
    let folder = tempfile::tempdir().unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    // 1,000 recordings are several blocks, some of which are passed over as a whole
    for number in 0..10 {
        append(&tape, (0..100).map(|more| number * 100 + more)).await;
    }
    let inside: Vec<i64> = (150..950).collect();
    for skip in [0, 1, 99, 255, 256, 257, 511, 600, 799, 800, 5000] {
        for limit in [0, 1, 2, 300, 10_000] {
            let found = tape.read(&realm(), TRACK, span(150, 950), skip, limit).await.unwrap();
            let skip = usize::try_from(skip).unwrap();
            let expected = inside.iter().copied().skip(skip).take(usize::try_from(limit).unwrap());
            assert_eq!(found, recordings(expected), "skip {skip}, limit {limit}");
        }
    }
}

#[tokio::test]
async fn tracks_and_realms_are_apart() {
    let folder = tempfile::tempdir().unwrap();
    let places = [
        (realm(), TRACK),
        (realm(), "host/index"),
        (realm(), "HOST/inventory"),
        (realm(), ".."),
        (Realm::new("000000000001", "us-west-2").unwrap(), TRACK),
        (Realm::new("000000000002", "us-east-1").unwrap(), TRACK),
    ];
    for _ in 0..2 {
        let tape = FileTape::open(folder.path()).unwrap();
        for (number, (realm, track)) in (1..).zip(&places) {
            tape.append(realm, track, recordings([number])).await.unwrap();
        }
    }
    let tape = FileTape::open(folder.path()).unwrap();
    for (number, (realm, track)) in (1..).zip(&places) {
        assert_eq!(tape.read(realm, track, ALWAYS, 0, 10).await.unwrap(), recordings([number, number]));
    }
    let long = "t".repeat(TRACK_BYTES_MAX);
    tape.append(&realm(), &long, recordings([1])).await.unwrap();
    for wrong in [String::new(), long + "t"] {
        let outcome = tape.append(&realm(), &wrong, recordings([1])).await;
        assert!(matches!(outcome, Err(StoreError::Failed(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_recording_that_is_too_large_is_refused_with_its_batch() {
    let folder = tempfile::tempdir().unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    let large = Recording { body: vec![0; RECORDING_BYTES_MAX + 1], ..recording(2) };
    let outcome = tape.append(&realm(), TRACK, vec![recording(1), large]).await;
    let Err(StoreError::Failed(message)) = outcome else { panic!("{outcome:?}") };
    assert!(message.contains("mi-2") && message.contains("too large"), "{message}");
    assert_eq!(read_all(&tape).await.unwrap(), []);
}

#[tokio::test]
async fn large_files_are_sealed_and_have_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let tape = open_small(folder.path());
    for number in 0..60 {
        append(&tape, [number]).await;
    }
    assert_eq!(read_all(&tape).await.unwrap(), recordings(0..60));
    drop(tape);
    let (tapes, indexes) = (files(folder.path(), "tape"), files(folder.path(), "index"));
    assert!(tapes.len() > 3);
    assert_eq!(indexes.len(), tapes.len() - 1);
    // an index is only a convenience: without it, or with another one, the file itself is read
    std::fs::remove_file(&indexes[0]).unwrap();
    std::fs::copy(&indexes[2], &indexes[1]).unwrap();
    let mut text = std::fs::read(&indexes[2]).unwrap();
    *text.last_mut().unwrap() ^= 1;
    std::fs::write(&indexes[2], text).unwrap();
    let tape = open_small(folder.path());
    assert_eq!(read_all(&tape).await.unwrap(), recordings(0..60));
    assert_eq!(tape.read(&realm(), TRACK, span(7, 9), 0, 10).await.unwrap(), recordings(7..9));
}

#[tokio::test]
async fn old_files_are_deleted_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let tape = open_small(folder.path());
    for number in 0..60 {
        append(&tape, [number]).await;
    }
    let before = files(folder.path(), "tape").len();
    assert_eq!(tape.prune(Timestamp(0)).await.unwrap(), Pruned::default());
    let pruned = tape.prune(Timestamp(30)).await.unwrap();
    let left = read_all(&tape).await.unwrap();
    assert!(pruned.recordings > 0 && pruned.recordings <= 30);
    assert_eq!(
        left,
        recordings(i64::try_from(pruned.recordings).unwrap()..60),
        "a suffix is left, with all from 30 on"
    );
    assert_eq!(files(folder.path(), "tape").len() as u64, before as u64 - pruned.segments);
    assert_eq!(files(folder.path(), "index").len() as u64, before as u64 - pruned.segments - 1);

    // the file that is written to goes as well, and recording goes on in another
    let rest = tape.prune(Timestamp(60)).await.unwrap();
    assert_eq!(rest.recordings, 60 - pruned.recordings);
    assert_eq!(read_all(&tape).await.unwrap(), []);
    append(&tape, [70]).await;
    assert_eq!(read_all(&tape).await.unwrap(), recordings([70]));
    drop(tape);
    let tape = open_small(folder.path());
    assert_eq!(read_all(&tape).await.unwrap(), recordings([70]));
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_of_many_at_once_are_all_kept() {
    const WRITERS: i64 = 16;
    const ROUNDS: i64 = 20;
    let folder = tempfile::tempdir().unwrap();
    let tape = Arc::new(open_small(folder.path()));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let tape = Arc::clone(&tape);
        writers.spawn(async move {
            for round in 0..ROUNDS {
                let number = writer * 1000 + round;
                append(&tape, [number]).await;
                let span = span(number, number + 1);
                assert_eq!(tape.read(&realm(), TRACK, span, 0, 10).await.unwrap(), recordings([number]));
                if round % 7 == 0 {
                    // nothing is as old as that, but it looks at everything
                    assert_eq!(tape.prune(Timestamp(-1)).await.unwrap(), Pruned::default());
                }
            }
        });
    }
    writers.join_all().await;
    let all = read_all(&tape).await.unwrap();
    assert_eq!(all.len(), usize::try_from(WRITERS * ROUNDS).unwrap());
    for writer in 0..WRITERS {
        let own: Vec<_> = all.iter().filter(|one| one.at.0 / 1000 == writer).cloned().collect();
        assert_eq!(own, recordings((0..ROUNDS).map(|round| writer * 1000 + round)), "each in its own order");
    }
}

/// Written by the first version. Never edit: what was written once is read for ever.
const FORMAT_1: &str = include_str!("format_1.hex");

#[tokio::test]
async fn files_of_format_1_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let track = folder.path().join("000000000001/us-east-1/host%2finventory");
    std::fs::create_dir_all(&track).unwrap();
    let digits = FORMAT_1.trim().as_bytes();
    let bytes = digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
    std::fs::write(track.join("00000000000000000001.tape"), bytes.collect::<Vec<u8>>()).unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    assert_eq!(read_all(&tape).await.unwrap(), recordings([0, 3, 4]));
}
