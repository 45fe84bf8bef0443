//! Files as they were written by every version so far, read by this one.

use bartizan_ledger::contract::run;
use bartizan_ledger::{Audit, AuditQuery, Board, Key, Ledger, LockToken, Page, Revision, Scope, Seq, Stamp};
use bartizan_ledger_sqlite::{SqliteBoard, SqliteLedger};
use bartizan_wire::{Realm, Timestamp};
use rusqlite::Connection;

fn written(sql: &str) -> (std::path::PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.sqlite");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    (path, folder)
}

fn realm() -> Realm {
    Realm::new("123456789012", "us-east-1").unwrap()
}

#[test]
fn ledger_of_format_1() {
    let (path, _folder) = written(include_str!("formats/ledger_1.sql"));
    let ledger = SqliteLedger::open(path).unwrap();
    let key = |name: &str| Key { realm: realm(), kind: "test/thing".to_owned(), name: name.to_owned() };
    run(async {
        let head = ledger.head(&key("a")).await.unwrap().unwrap();
        assert_eq!((head.revision, head.seq, head.format), (Revision(2), Seq(3), 1));
        assert_eq!(head.token, LockToken("00000000-0000-4000-8000-000000000003".to_owned()));
        assert_eq!(head.body.as_deref(), Some(r#"{"a":2}"#));
        let stamp = Stamp {
            principal: "root".to_owned(),
            at: Timestamp(1_700_000_000_001),
            request: "r3".to_owned(),
            action: "test:Put".to_owned(),
            reason: Some(String::new()),
            preview: Some("pv-1".to_owned()),
        };
        assert_eq!(head.stamp, stamp);
        assert_eq!(ledger.head(&key("é")).await.unwrap().unwrap().body, None);
        let first = ledger.at(&key("é"), Revision(1)).await.unwrap().unwrap();
        assert_eq!((first.format, first.body.as_deref(), first.stamp.at), (7, Some(""), Timestamp(-1)));
        let scope = Scope::Heads { realm: realm(), kind: "test/thing".to_owned(), prefix: String::new() };
        assert_eq!(ledger.list(&scope, &Page { after: None, limit: 10 }).await.unwrap(), [head]);
        assert_eq!(ledger.since(Seq(0), 10).await.unwrap().len(), 4);
        assert_eq!(ledger.tip().await.unwrap(), Seq(4));
    });
}

#[test]
fn board_of_format_1() {
    let (path, _folder) = written(include_str!("formats/board_1.sql"));
    let board = SqliteBoard::open(path).unwrap();
    run(async {
        let posting = Board::find(&board, &realm(), "test/state", "s").await.unwrap().unwrap();
        assert_eq!((posting.at, posting.body), (Timestamp(5), vec![0, 255]));
        let query = AuditQuery { limit: 10, ..AuditQuery::default() };
        let lines = Audit::list(&board, &realm(), &query).await.unwrap();
        let said: Vec<_> = lines.iter().map(|line| (line.id.as_str(), line.detail.as_str())).collect();
        assert_eq!(said, [("l2", "[]"), ("l1", "{}")]);
    });
}
