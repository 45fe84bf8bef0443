//! Killed at any moment, a delivery owes nothing: every alert that was written arrives, in the order of its stream.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::receiver::Receiver;
use crate::world::{TOPIC, World, alert, pace, sinks, webhook};

const FOLDER: &str = "BARTIZAN_NOTIFY_FOLDER";
const URL: &str = "BARTIZAN_NOTIFY_URL";
const FIRST: &str = "BARTIZAN_NOTIFY_FIRST";
/// What marks a child's own lines among those of the test runner.
const MARK: &str = "told ";
const ROUNDS: i64 = 4;
/// Numbers that one child may use.
const SHARE: i64 = 100_000;

#[tokio::test]
#[ignore = "started by the test below"]
async fn tells_and_delivers_until_it_is_killed() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("started by another test only"));
    let first: i64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let mut world = World::on_disk(&folder);
    world.run(sinks(&[webhook(&std::env::var(URL).unwrap(), "*")]), pace());
    for number in first.. {
        let alerts: Vec<_> = (0..3).map(|stream| alert(TOPIC, &format!("s{stream}"), number)).collect();
        world.tell(&alerts).await;
        let mut output = std::io::stdout().lock();
        for alert in alerts {
            writeln!(output, "\n{MARK}{}", alert.id).unwrap();
        }
        output.flush().unwrap();
    }
}

/// What a child wrote to its board before it was killed.
fn kill_after(folder: &Path, url: &str, round: i64, time: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::tells_and_delivers_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
        .envs([(FOLDER, folder.as_os_str()), (URL, url.as_ref()), (FIRST, (round * SHARE).to_string().as_ref())])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let lines = output.lines().map_while(Result::ok);
        lines.filter_map(|line| line.strip_prefix(MARK).map(str::to_owned)).collect::<Vec<_>>()
    });
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[tokio::test]
async fn what_was_told_arrives_whenever_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    // A receiver that fails now and then, so that some wait when the process is killed.
    let receiver = Receiver::start(|before, _| if before % 7 == 3 { (500, "", "") } else { (200, "", "") });
    let mut told = Vec::new();
    for round in 0..ROUNDS {
        let time = Duration::from_millis(300 + 130 * u64::try_from(round).unwrap());
        told.extend(kill_after(folder.path(), &receiver.url(), round, time));
    }
    assert!(!told.is_empty(), "no child has told anything");
    let mut world = World::on_disk(folder.path());
    let left = world.waiting().await;
    world.run(sinks(&[webhook(&receiver.url(), "*")]), pace());
    world.drained().await;
    world.stop().await;
    let taken = receiver.taken();
    let arrived: BTreeSet<&String> = taken.iter().collect();
    let lost: Vec<&String> = told.iter().filter(|id| !arrived.contains(id)).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), told.len());
    println!("{} told, {left} left after the last kill, {} deliveries", told.len(), taken.len());
    for stream in ["s0.", "s1.", "s2."] {
        // A repetition is of what was under way when the process died; behind it, the order goes on.
        let mut seen = BTreeSet::new();
        let numbers = taken.iter().filter_map(|id| id.strip_prefix(stream)).map(|n| n.parse::<i64>().unwrap());
        let firsts: Vec<i64> = numbers.filter(|number| seen.insert(*number)).collect();
        assert!(firsts.is_sorted(), "{stream}: {firsts:?}");
    }
}
