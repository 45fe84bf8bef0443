//! The audit trail keeps its newest lines.

use bartizan_ledger::contract::run;
use bartizan_ledger::contract::sample::realm;
use bartizan_ledger::{Audit, AuditLine, AuditQuery};
use bartizan_ledger_sqlite::{BoardSettings, SqliteBoard};
use bartizan_wire::Timestamp;

fn line(id: u64) -> AuditLine {
    AuditLine {
        id: id.to_string(),
        at: Timestamp(1),
        principal: "root".to_owned(),
        action: "test:Put".to_owned(),
        resource: "thing/a".to_owned(),
        outcome: "denied".to_owned(),
        detail: "{}".to_owned(),
    }
}

async fn ids(board: &SqliteBoard) -> Vec<u64> {
    let query = AuditQuery { limit: 1000, ..AuditQuery::default() };
    let lines = Audit::list(board, &realm(1), &query).await.unwrap();
    lines.into_iter().map(|line| line.id.parse().unwrap()).collect()
}

#[test]
fn the_oldest_lines_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("board.sqlite");
    let settings = BoardSettings { audit_lines_max: 10 };
    let board = SqliteBoard::open_with(&path, settings).unwrap();
    run(async {
        for id in 0..25 {
            board.record(&realm(1), line(id)).await.unwrap();
        }
        assert_eq!(ids(&board).await, (15..25).rev().collect::<Vec<_>>());
        // a line that comes again takes no room from others
        board.record(&realm(1), line(15)).await.unwrap();
        assert_eq!(ids(&board).await.len(), 10);
        assert_eq!(ids(&board).await[0], 15);
    });
    drop(board);
    let board = SqliteBoard::open_with(&path, BoardSettings { audit_lines_max: 3 }).unwrap();
    run(async {
        board.record(&realm(1), line(30)).await.unwrap();
        assert_eq!(ids(&board).await, [30, 15, 24], "a smaller number counts from the next line on");
    });
}
