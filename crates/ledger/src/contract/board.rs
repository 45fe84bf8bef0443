//! The latest states of subjects.

use std::sync::Arc;

use bartizan_wire::{Realm, Timestamp};
use tokio::task::JoinSet;

use super::sample::realm;
use crate::{Board, Page, Posting, Write};

type Backend = Arc<dyn Board>;

const TOPIC: &str = "test/state";

fn posting(subject: &str, at: i64, body: &[u8]) -> Posting {
    Posting { subject: subject.to_owned(), at: Timestamp(at), body: body.to_vec() }
}

async fn subjects(board: &dyn Board, realm: &Realm, after: Option<&str>, limit: u16) -> Vec<String> {
    let postings = board.list(realm, TOPIC, after, limit).await.unwrap();
    postings.into_iter().map(|posting| posting.subject).collect()
}

pub async fn nothing_is_found_at_first(board: Backend) {
    assert_eq!(board.find(&realm(1), TOPIC, "s").await.unwrap(), None);
    assert_eq!(board.list(&realm(1), TOPIC, None, 10).await.unwrap(), []);
    assert!(!board.remove(&realm(1), TOPIC, "s").await.unwrap());
}

pub async fn posting_replaces_the_state_of_a_subject(board: Backend) {
    // also with an older one: what came last is what counts
    for (at, body) in [(5, &b"one"[..]), (6, b"two"), (4, b"three"), (4, b"")] {
        board.post(&realm(1), TOPIC, posting("s", at, body)).await.unwrap();
        assert_eq!(board.find(&realm(1), TOPIC, "s").await.unwrap(), Some(posting("s", at, body)));
    }
    assert_eq!(board.list(&realm(1), TOPIC, None, 10).await.unwrap(), [posting("s", 4, b"")]);
}

pub async fn subjects_topics_and_realms_are_apart(board: Backend) {
    board.post(&realm(1), TOPIC, posting("s", 1, b"a")).await.unwrap();
    board.post(&realm(1), TOPIC, posting("t", 1, b"b")).await.unwrap();
    board.post(&realm(1), "test/other", posting("s", 1, b"c")).await.unwrap();
    board.post(&realm(2), TOPIC, posting("s", 1, b"d")).await.unwrap();
    assert_eq!(board.find(&realm(1), TOPIC, "s").await.unwrap().unwrap().body, b"a");
    assert_eq!(board.find(&realm(1), "test/other", "s").await.unwrap().unwrap().body, b"c");
    assert_eq!(board.find(&realm(2), TOPIC, "s").await.unwrap().unwrap().body, b"d");
    assert_eq!(subjects(&*board, &realm(1), None, 10).await, ["s", "t"]);
    assert!(board.remove(&realm(1), TOPIC, "s").await.unwrap());
    assert!(board.find(&realm(2), TOPIC, "s").await.unwrap().is_some());
}

pub async fn list_is_in_byte_order_and_pages(board: Backend) {
    let mut sorted = ["", "A", "a", "a\u{0}", "aa", "b", "é", "\u{10000}", "\u{ffff}"].to_vec();
    for subject in &sorted {
        board.post(&realm(1), TOPIC, posting(subject, 1, b"x")).await.unwrap();
    }
    sorted.sort_unstable();
    assert_eq!(subjects(&*board, &realm(1), None, 100).await, sorted);
    for (place, subject) in sorted.iter().enumerate() {
        assert_eq!(subjects(&*board, &realm(1), Some(subject), 100).await, sorted[place + 1..]);
    }
    assert_eq!(subjects(&*board, &realm(1), None, 2).await, sorted[..2]);
    assert_eq!(subjects(&*board, &realm(1), None, 0).await, [""; 0]);
}

pub async fn list_is_capped(board: Backend) {
    let mut posts = JoinSet::new();
    for number in 0..usize::from(Page::LIMIT_MAX) + 5 {
        let board = Arc::clone(&board);
        posts.spawn(async move {
            board.post(&realm(1), TOPIC, posting(&format!("s{number:04}"), 1, b"x")).await.unwrap();
        });
    }
    posts.join_all().await;
    assert_eq!(subjects(&*board, &realm(1), None, u16::MAX).await.len(), usize::from(Page::LIMIT_MAX));
    assert_eq!(subjects(&*board, &realm(1), Some("s0999"), u16::MAX).await.len(), 5);
}

pub async fn removing_forgets(board: Backend) {
    board.post(&realm(1), TOPIC, posting("s", 1, b"x")).await.unwrap();
    assert!(board.remove(&realm(1), TOPIC, "s").await.unwrap());
    assert!(!board.remove(&realm(1), TOPIC, "s").await.unwrap());
    assert_eq!(board.find(&realm(1), TOPIC, "s").await.unwrap(), None);
    board.post(&realm(1), TOPIC, posting("s", 2, b"y")).await.unwrap();
    assert_eq!(board.find(&realm(1), TOPIC, "s").await.unwrap().unwrap().body, b"y");
}

pub async fn writes_are_done_in_their_order(board: Backend) {
    board.post(&realm(1), TOPIC, posting("gone", 1, b"x")).await.unwrap();
    let writes = vec![
        Write::post(TOPIC, posting("s", 1, b"first")),
        Write::remove(TOPIC, "gone"),
        Write::remove(TOPIC, "never there"),
        Write::post("test/other", posting("s", 2, b"elsewhere")),
        Write::post(TOPIC, posting("s", 3, b"last")),
        Write::post(TOPIC, posting("t", 4, b"x")),
        Write::remove(TOPIC, "t"),
    ];
    board.write(&realm(1), writes).await.unwrap();
    assert_eq!(board.list(&realm(1), TOPIC, None, 10).await.unwrap(), [posting("s", 3, b"last")]);
    assert_eq!(board.list(&realm(1), "test/other", None, 10).await.unwrap(), [posting("s", 2, b"elsewhere")]);
    board.write(&realm(1), Vec::new()).await.unwrap();
    assert_eq!(subjects(&*board, &realm(1), None, 10).await, ["s"]);
}

pub async fn readers_see_all_of_a_write_or_nothing(board: Backend) {
    let both = |round: i64| ["s", "t"].map(|subject| Write::post(TOPIC, posting(subject, round, b"x"))).to_vec();
    board.write(&realm(1), both(0)).await.unwrap();
    let writer = tokio::spawn({
        let board = Arc::clone(&board);
        async move {
            for round in 1..100 {
                board.write(&realm(1), both(round)).await.unwrap();
            }
        }
    });
    while !writer.is_finished() {
        let seen = board.list(&realm(1), TOPIC, None, 10).await.unwrap();
        assert!(seen.len() == 2 && seen[0].at == seen[1].at, "{seen:?}");
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
}

pub async fn bodies_of_any_bytes_round_trip(board: Backend) {
    let every: Vec<u8> = (0..=255).collect();
    for body in [Vec::new(), every.clone(), every.repeat(8192)] {
        board.post(&realm(1), TOPIC, posting("s", i64::MIN, &body)).await.unwrap();
        assert!(board.find(&realm(1), TOPIC, "s").await.unwrap() == Some(posting("s", i64::MIN, &body)));
    }
}

pub async fn posts_of_many_at_once_are_all_kept(board: Backend) {
    let mut posts = JoinSet::new();
    for writer in 0..16 {
        let board = Arc::clone(&board);
        posts.spawn(async move {
            for round in 0..10 {
                let new = posting(&format!("s{writer}"), round, &[1]);
                board.post(&realm(1), TOPIC, new.clone()).await.unwrap();
                assert_eq!(board.find(&realm(1), TOPIC, &new.subject).await.unwrap(), Some(new));
            }
        });
    }
    posts.join_all().await;
    let kept = board.list(&realm(1), TOPIC, None, 100).await.unwrap();
    assert_eq!(kept.len(), 16);
    assert!(kept.iter().all(|posting| posting.at == Timestamp(9)));
}
