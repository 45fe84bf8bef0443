//! Killed at any moment, a tape has everything that it acknowledged; full, it says so and goes on when there is room.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bartizan_ledger::StoreError;
use bartizan_policy::tape::Tape;
use bartizan_tape::{FileTape, TapeSettings};

use crate::child;
use crate::sample::{TRACK, append, read_all, realm, recordings};

const ROUNDS: i64 = 10;
const WRITERS: i64 = 6;
/// 512-byte blocks that one file of the starved child may have: 1 MiB.
const BLOCKS_MAX: u32 = 2048;

fn open(folder: &Path) -> FileTape {
    FileTape::open_with(folder, TapeSettings { segment_bytes_max: 20_000 }).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test below"]
async fn appends_until_it_is_killed() {
    let tape = Arc::new(open(&child::folder()));
    let start = i64::try_from(read_all(&tape).await.unwrap().len()).unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let tape = Arc::clone(&tape);
        writers.spawn(async move {
            for round in 0.. {
                let number = (start + round) * WRITERS + writer;
                append(&tape, [number]).await;
                child::tell(&number.to_string());
            }
        });
    }
    writers.join_all().await;
}

#[tokio::test]
async fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<i64> = Vec::new();
    let mut last = 0;
    for round in 0..ROUNDS {
        let working = round % 4 != 3;
        let new = kill_after(
            "kill::appends_until_it_is_killed",
            folder.path(),
            working,
            Duration::from_micros(random() % 60_000),
        );
        assert!(!new.is_empty() || !working, "round {round} has acknowledged nothing");
        acknowledged.extend(new);
        let tape = open(folder.path());
        let left: Vec<i64> = read_all(&tape).await.unwrap().iter().map(|one| one.at.0).collect();
        assert!(left.len() >= last);
        last = left.len();
        let mut sorted = left;
        sorted.sort_unstable();
        let lost: Vec<_> = acknowledged.iter().filter(|number| sorted.binary_search(number).is_err()).collect();
        assert_eq!(lost, [&0; 0], "lost in round {round}");
    }
}

/// What a child acknowledged before it was killed, so long after its start, or after its first acknowledgement.
pub(crate) fn kill_after(name: &str, folder: &Path, working: bool, time: Duration) -> Vec<i64> {
    let mut process = child::command(name, folder).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let (begin, begun) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let mut line = String::new();
        while output.read_line(&mut line).unwrap() > 0 {
            if let Some(number) = child::told(&line) {
                said.push(number.parse().unwrap());
                // nobody listens any more after the first
                let _ = begin.send(());
            }
            line.clear();
        }
        said
    });
    if working {
        begun.recv().unwrap();
    }
    std::thread::sleep(time);
    process.kill().unwrap();
    process.wait().unwrap();
    reader.join().unwrap()
}

pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A limit on the size of files makes writes fail as a full disk does, without being root and mounting one.
#[tokio::test]
#[ignore = "started by the test below"]
async fn appends_until_the_disk_is_full() {
    let tape = FileTape::open(child::folder()).unwrap();
    let mut count = 0;
    let error = loop {
        // random bytes, which no compression makes smaller
        let noise: Vec<u8> = (0..2500).flat_map(|_| random().to_le_bytes()).collect();
        let mut one = recordings([count]);
        one[0].body = noise;
        match tape.append(&realm(), TRACK, one).await {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
        assert!(count < 1000, "the limit was never reached");
    };
    let StoreError::NotWritable(message) = &error else { panic!("{error:?}") };
    assert!(message.contains("room"), "it should say what to do: {message}");
    let left = read_all(&tape).await.unwrap();
    assert_eq!(left.len(), usize::try_from(count).unwrap(), "what failed cannot be seen");
    child::tell(&format!("full {count}"));

    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    append(&tape, [count]).await;
    child::tell("recovered");
}

#[tokio::test]
async fn a_full_disk_is_said_and_got_over() {
    let folder = tempfile::tempdir().unwrap();
    let limit = format!("trap '' XFSZ; ulimit -S -f {BLOCKS_MAX}");
    let mut process =
        child::command_after(&limit, "kill::appends_until_the_disk_is_full", folder.path()).spawn().unwrap();
    let mut told = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut input = process.stdin.take().unwrap();
    let full = told.find(|line| line.starts_with("> full ")).expect("the child should say that the disk is full");
    let count: usize = full.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(count > 10, "there should be room for some, not {count}");

    let raised = Command::new("prlimit").args(["--pid", &process.id().to_string(), "--fsize=unlimited"]).status();
    assert!(raised.is_ok_and(|status| status.success()), "this test needs `prlimit` of util-linux");
    input.write_all(b"there is room\n").unwrap();
    assert!(told.any(|line| line == "> recovered"), "the child should go on");
    process.wait().unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    assert_eq!(read_all(&tape).await.unwrap().len(), count + 1);
}
