//! A position outlives the process, the files before it, and the loss of those that it was in.

use bartizan_ledger::StoreError;
use bartizan_policy::MemoryTape;
use bartizan_policy::tape::{Position, Recording, Tape};
use bartizan_tape::FileTape;
use bartizan_wire::Timestamp;

use crate::sample::{TRACK, append, files, open_small, read_all, realm, recordings};

async fn read_after(tape: &dyn Tape, after: Position) -> Result<Vec<Recording>, StoreError> {
    let found = tape.read_after(&realm(), TRACK, after, u32::MAX).await?;
    Ok(found.into_iter().map(|(_, one)| one).collect())
}

#[tokio::test]
async fn reading_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryTape::new();
    let files = FileTape::open(folder.path()).unwrap();
    for tape in [&memory as &dyn Tape, &files] {
        assert_eq!(tape.append(&realm(), TRACK, Vec::new()).await.unwrap(), Position::START);
        for number in 0..100 {
            tape.append(&realm(), TRACK, recordings(number * 10..number * 10 + 10)).await.unwrap();
        }
        let end = tape.append(&realm(), TRACK, Vec::new()).await.unwrap();
        let (mut after, mut all) = (Position::START, Vec::new());
        loop {
            let some = tape.read_after(&realm(), TRACK, after, 7).await.unwrap();
            let Some((last, _)) = some.last() else { break };
            assert!(*last > after);
            after = *last;
            all.extend(some.into_iter().map(|(_, one)| one));
        }
        assert_eq!(after, end);
        assert_eq!(all, recordings(0..1000));
        tape.prune_to(&realm(), TRACK, end).await.unwrap();
        let next = tape.append(&realm(), TRACK, recordings([1000])).await.unwrap();
        assert!(next > end);
        assert_eq!(read_after(tape, end).await.unwrap(), recordings([1000]));
    }
}

#[tokio::test]
async fn a_position_outlives_everything_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let tape = open_small(folder.path());
    let mut end = Position::START;
    for number in 0..40 {
        end = append(&tape, [number]).await;
    }
    // all of it is old: only the name of the next file is left
    tape.prune(Timestamp(1000)).await.unwrap();
    drop(tape);
    assert_eq!(files(folder.path(), "tape").len(), 1);
    let tape = open_small(folder.path());
    assert_eq!(read_all(&tape).await.unwrap(), []);
    assert!(append(&tape, [40]).await > end);
    assert_eq!(read_after(&tape, end).await.unwrap(), recordings([40]));
}

#[tokio::test]
async fn what_is_appended_after_a_loss_comes_behind_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let (mut end, mut old) = (Position::START, Vec::new());
    let tape = open_small(folder.path());
    for number in 0..40 {
        end = append(&tape, [number]).await;
        old.push(end);
    }
    drop(tape);
    // from the loss of the last file to that of all
    for lost in [1, 3, usize::MAX] {
        let all = files(folder.path(), "tape");
        for path in all.iter().rev().take(lost) {
            std::fs::remove_file(path).unwrap();
        }
        let tape = open_small(folder.path());
        assert_eq!(read_after(&tape, end).await.unwrap(), [], "lost {lost}");
        let next = append(&tape, [500, 501]).await;
        assert!(next > end, "lost {lost}: {next:?} is not behind {end:?}");
        assert_eq!(read_after(&tape, end).await.unwrap(), recordings([500, 501]), "lost {lost}");
        end = next;
    }
}

#[tokio::test]
async fn a_position_behind_the_end_of_the_last_file_is_kept_free() {
    let folder = tempfile::tempdir().unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    let first = append(&tape, [0]).await;
    let end = append(&tape, 1..20).await;
    drop(tape);
    // a copy of the folder from before the last append was put back
    let path = files(folder.path(), "tape").pop().unwrap();
    let length = first.0 & u64::from(u32::MAX);
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    assert_eq!(read_after(&tape, end).await.unwrap(), []);
    assert!(append(&tape, [70]).await > end);
    assert_eq!(read_after(&tape, end).await.unwrap(), recordings([70]));
    assert_eq!(read_after(&tape, first).await.unwrap(), recordings([70]));
}

#[tokio::test]
async fn a_position_within_a_recording_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    let end = append(&tape, 0..5).await;
    let outcome = tape.read_after(&realm(), TRACK, Position(end.0 - 3), 10).await;
    assert!(matches!(outcome, Err(StoreError::Damaged(_))), "{outcome:?}");
}
