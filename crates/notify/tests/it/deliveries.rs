//! Order, failures, giving up, restarts.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use bartizan_notify::{Pace, Sinks};
use tempfile::TempDir;

use crate::receiver::{Answer, Receiver};
use crate::world::{TOPIC, World, alert, pace, sinks, webhook};

const TAKEN: Answer = (200, "", "");
const OTHER: &str = "arn:aws:sns:eu-west-1:123456789012:other";

fn of_stream<'a>(ids: &'a [String], stream: &str) -> Vec<&'a str> {
    let prefix = format!("{stream}.");
    let mut ids: Vec<&str> = ids.iter().filter_map(|id| id.strip_prefix(&prefix)).collect();
    ids.dedup();
    ids
}

#[tokio::test]
async fn streams_keep_their_order_through_failures() {
    // Every third request fails, in three ways.
    let receiver = Receiver::start(|before, _| match before % 9 {
        2 => (503, "", "busy"),
        5 => (429, "retry-after: 0\r\n", ""),
        8 => (400, "", "not this one"),
        _ => TAKEN,
    });
    let mut world = World::new();
    world.run(sinks(&[webhook(&receiver.url(), "*")]), pace());
    let streams = ["a", "b", "c", "d", "e", "f"];
    for number in 0..10 {
        world.tell(&streams.map(|stream| alert(TOPIC, stream, number))).await;
    }
    let taken = receiver.took(60).await;
    world.drained().await;
    for stream in streams {
        assert_eq!(of_stream(&taken, stream), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], "{stream}");
    }
    assert_eq!(taken.len(), 60, "and none twice");
    assert!(world.dead().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_receiver_that_hangs_does_not_hold_up_another() {
    let (hangs, works) = (Receiver::start(|_, _| (0, "", "")), Receiver::start(|_, _| TAKEN));
    let mut world = World::new();
    world.run(sinks(&[webhook(&hangs.url(), TOPIC), webhook(&works.url(), OTHER)]), pace());
    let stuck: Vec<_> = (0..20).map(|number| alert(TOPIC, &format!("s{number}"), number)).collect();
    world.tell(&stuck).await;
    let began = Instant::now();
    world.tell(&[alert(OTHER, "a", 1)]).await;
    works.took(1).await;
    assert!(began.elapsed() < Duration::from_millis(900), "before the other one's time is up");
    let until = Instant::now() + Duration::from_secs(20);
    while hangs.received().len() < 5 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Four at once; after their time was up, one probe at a time.
    assert_eq!(hangs.received().len(), 5);
    world.stop().await;
    assert_eq!(world.waiting().await, 20, "nothing is lost");
}

#[tokio::test]
async fn what_cannot_be_delivered_is_kept_with_the_reason() {
    let gone = Receiver::start(|_, _| (410, "", "moved away"));
    let mut world = World::new();
    world.run(sinks(&[webhook(&gone.url(), TOPIC)]), pace());
    world.tell(&[alert(TOPIC, "a", 1), alert(OTHER, "b", 2)]).await;
    world.drained().await;
    world.stop().await;
    let dead = world.dead().await;
    let told: Vec<_> =
        dead.iter().map(|letter| (letter.waiting.attempts, letter.waiting.error.clone().unwrap())).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].0, 1);
    assert!(told[0].1.starts_with("the receiver answers 410 moved away: it is gone for good"), "{told:?}");
    assert!(told[1].1.starts_with(&format!("no sink is configured for `{OTHER}`: add one")), "{told:?}");
    assert_eq!(dead[1].waiting.alert, alert(OTHER, "b", 2), "whole");
    assert_eq!(gone.received().len(), 1, "tried once");
}

#[tokio::test]
async fn after_many_attempts_an_alert_is_given_up() {
    let receiver = Receiver::start(|_, _| (500, "", "out of order"));
    let mut world = World::new();
    world.run(sinks(&[webhook(&receiver.url(), "*")]), Pace { attempts_max: 3, ..pace() });
    world.tell(&[alert(TOPIC, "a", 1)]).await;
    world.drained().await;
    world.stop().await;
    let dead = world.dead().await;
    assert_eq!(dead[0].waiting.attempts, 3);
    assert_eq!(dead[0].waiting.error.as_deref(), Some("the receiver answers 500 out of order"));
    assert_eq!(receiver.received().len(), 3);
}

#[tokio::test]
async fn a_restart_goes_on_where_it_stopped() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let address = listener.local_addr().unwrap();
    drop(listener);
    {
        let mut world = World::on_disk(folder.path());
        world.run(sinks(&[webhook(&url, "*")]), pace());
        world.tell(&[alert(TOPIC, "a", 1), alert(TOPIC, "a", 2), alert(TOPIC, "b", 3)]).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.stop().await;
        assert_eq!(world.waiting().await, 3);
        let first = world.board.list(&crate::world::realm(), bartizan_notify::OUTBOX, None, 1).await.unwrap();
        let first: bartizan_notify::Waiting = serde_json::from_slice(&first[0].body).unwrap();
        assert!(first.attempts > 0, "attempts are counted on the disk");
        assert!(first.error.unwrap().contains("refused"), "with the reason");
    }
    let mut world = World::on_disk(folder.path());
    let receiver = Receiver::listen(TcpListener::bind(address).unwrap(), |_, _| TAKEN);
    world.run(sinks(&[webhook(&url, "*")]), pace());
    let taken = receiver.took(3).await;
    assert_eq!(of_stream(&taken, "a"), ["1", "2"]);
    world.drained().await;
    world.stop().await;
}

#[tokio::test]
async fn a_file_gets_one_line_an_alert() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("alerts.jsonl");
    let mut world = World::new();
    world.run(sinks(&[format!(r#"{{"Arn":"*","File":{{"Path":"{}"}}}}"#, path.display())]), pace());
    world.tell(&[alert(TOPIC, "a", 1), alert(TOPIC, "a", 2)]).await;
    world.drained().await;
    world.stop().await;
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, format!("{}\n{}\n", alert(TOPIC, "a", 1).message, alert(TOPIC, "a", 2).message));
}

#[tokio::test]
async fn more_alerts_than_are_held_all_arrive_in_order() {
    let receiver = Receiver::start(|_, _| TAKEN);
    let mut world = World::new();
    let alerts: Vec<_> = (0..1_200).map(|number| alert(TOPIC, &format!("s{}", number % 7), number)).collect();
    world.tell(&alerts).await;
    world.run(sinks(&[webhook(&receiver.url(), "*")]), Pace { held_max: 50, ..pace() });
    let began = Instant::now();
    let taken = receiver.took(1_200).await;
    println!("1,200 alerts, one receiver, 50 held: {:?}", began.elapsed());
    assert_eq!(taken.len(), 1_200);
    for stream in 0..7 {
        let numbers: Vec<i64> =
            of_stream(&taken, &format!("s{stream}")).iter().map(|number| number.parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "{stream}: {numbers:?}");
    }
    world.drained().await;
    world.stop().await;
}

#[tokio::test]
async fn without_configuration_nothing_is_lost() {
    let mut world = World::new();
    world.run(std::sync::Arc::new(Sinks::default()), pace());
    world.tell(&[alert(TOPIC, "a", 1)]).await;
    world.drained().await;
    world.stop().await;
    assert_eq!(world.dead().await.len(), 1);
}
