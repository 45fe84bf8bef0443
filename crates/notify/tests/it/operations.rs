//! Dead letters are listed and tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bartizan_notify::Outcome;
use bartizan_notify::dead::revive;

use crate::receiver::Receiver;
use crate::world::{START, TOPIC, World, alert, pace, realm, sinks, webhook};

#[tokio::test]
async fn a_dead_letter_that_is_tried_again_arrives() {
    let repaired = Arc::new(AtomicBool::new(false));
    let works = Arc::clone(&repaired);
    let receiver =
        Receiver::start(move |_, _| if works.load(Ordering::SeqCst) { (200, "", "") } else { (410, "", "") });
    let mut world = World::new();
    world.run(sinks(&[webhook(&receiver.url(), "*")]), pace());
    world.tell(&[alert(TOPIC, "a", 1)]).await;
    world.drained().await;
    let letter = world.dead().await.remove(0);
    repaired.store(true, Ordering::SeqCst);
    let id = letter.waiting.subject();
    assert!(revive(world.board.as_ref(), &realm(), &id, START).await.unwrap());
    assert!(!revive(world.board.as_ref(), &realm(), &id, START).await.unwrap(), "there is only one");
    assert_eq!(receiver.took(1).await, ["a.1"]);
    world.drained().await;
    assert!(world.dead().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_sink_that_cannot_be_reached_says_why() {
    let sinks = sinks(&[webhook("https://127.0.0.1:1/hook", "*")]);
    match sinks.deliver(&alert(TOPIC, "a", 1), START).await {
        Outcome::Later { why, away: true, .. } => {
            assert!(why.contains("refused") || why.contains("certificates"), "{why}")
        }
        other => panic!("{other:?}"),
    }
}
