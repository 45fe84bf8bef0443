//! Which files are opened, and which are refused.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bartizan_ledger::contract::run;
use bartizan_ledger::contract::sample::{committed, exactly, key, page, put, retire};
use bartizan_ledger::{Expect, Ledger, Scope, StoreError};
use bartizan_ledger_sqlite::{SqliteBoard, SqliteLedger};
use rusqlite::Connection;
use tempfile::TempDir;

fn path() -> (PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (folder.path().join("ledger.sqlite"), folder)
}

fn tamper(path: &Path, sql: &str) -> rusqlite::Result<()> {
    Connection::open(path).unwrap().execute_batch(sql)
}

fn refusal(path: &Path) -> StoreError {
    SqliteLedger::open(path).expect_err("it should be refused")
}

#[test]
fn everything_is_there_after_opening_again() {
    let (path, _folder) = path();
    let mut entries = Vec::new();
    for round in 0..3 {
        let ledger = SqliteLedger::open(&path).unwrap();
        run(async {
            assert_eq!(ledger.since(bartizan_ledger::Seq(0), 100).await.unwrap(), entries);
            entries.push(committed(&ledger, put("a", Expect::Any, &round.to_string())).await);
            entries.push(committed(&ledger, put("b", Expect::Absent, "x")).await);
            entries.push(committed(&ledger, retire("b", Expect::Any)).await);
        });
    }
    let ledger = SqliteLedger::open(&path).unwrap();
    run(async {
        assert_eq!(ledger.head(&key("a")).await.unwrap().unwrap().revision.0, 3);
        assert_eq!(committed(&ledger, put("a", exactly(3), "x")).await.seq.0, 10);
        let history = ledger.list(&Scope::History(key("b")), &page(None, 10)).await.unwrap();
        assert_eq!(history.len(), 6);
    });
}

#[test]
fn closing_leaves_one_file() {
    let (path, folder) = path();
    let ledger = SqliteLedger::open(&path).unwrap();
    run(async {
        committed(&ledger, put("a", Expect::Any, "x")).await;
        ledger.tip().await.unwrap();
    });
    drop(ledger);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["ledger.sqlite"], "an operator can copy it as it is");
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let (path, _folder) = path();
    drop(SqliteLedger::open(&path).unwrap());
    tamper(&path, include_str!("newer.sql")).unwrap();
    let before = std::fs::read(&path).unwrap();
    let StoreError::Failed(message) = refusal(&path) else { panic!("it should be a failure") };
    assert!(message.contains("newer version") && message.contains("99"), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn another_kind_of_file_is_refused_and_left_alone() {
    let (path, folder) = path();
    let board = folder.path().join("board.sqlite");
    drop(SqliteBoard::open(&board).unwrap());
    let StoreError::Failed(message) = refusal(&board) else { panic!("it should be a failure") };
    assert!(message.contains("is not a ledger"), "{message}");

    tamper(&path, include_str!("foreign.sql")).unwrap();
    let before = std::fs::read(&path).unwrap();
    let StoreError::Failed(message) = refusal(&path) else { panic!("it should be a failure") };
    assert!(message.contains("is not a ledger"), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "buy milk\n".repeat(1000)).unwrap();
    assert!(matches!(refusal(&text), StoreError::Damaged(_)));
}

#[test]
fn a_damaged_file_is_refused() {
    let (path, _folder) = path();
    let ledger = SqliteLedger::open(&path).unwrap();
    run(async {
        for number in 0..200 {
            committed(&ledger, put(&format!("n{number}"), Expect::Absent, &"x".repeat(1000))).await;
        }
    });
    drop(ledger);
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let length = file.metadata().unwrap().len();
    // the header of a page in the middle
    let place = length / 2 / 4096 * 4096;
    let mut header = [0; 8];
    file.seek(SeekFrom::Start(place)).unwrap();
    file.read_exact(&mut header).unwrap();
    file.seek(SeekFrom::Start(place)).unwrap();
    file.write_all(&header.map(|byte| byte ^ 0x5a)).unwrap();
    drop(file);
    let StoreError::Damaged(message) = refusal(&path) else { panic!("it should be damaged") };
    assert!(message.contains("ledger.sqlite") && message.contains("backup"), "{message}");
}

#[test]
fn entries_cannot_be_changed_even_by_hand() {
    let (path, _folder) = path();
    let ledger = SqliteLedger::open(&path).unwrap();
    run(async { drop(committed(&ledger, put("a", Expect::Any, "x")).await) });
    for sql in [include_str!("change_entry.sql"), include_str!("delete_entry.sql")] {
        let error = tamper(&path, sql).unwrap_err();
        assert!(error.to_string().contains("an entry is never"), "{error}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let (path, _folder) = path();
    let StoreError::NotWritable(message) = refusal(&path.join("x")) else { panic!("it should not be writable") };
    assert!(message.contains("folder exists"), "{message}");
}
