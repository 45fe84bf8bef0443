//! A disk that is full, and a folder that may not be written.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, ChildStdout, Command};
use std::sync::Arc;

use bartizan_ledger::contract::run;
use bartizan_ledger::contract::sample::{commit, key, put};
use bartizan_ledger::{CommitError, Expect, Ledger, Seq, StoreError};
use bartizan_ledger_sqlite::SqliteLedger;

use crate::child;

/// 512-byte blocks that one file of the starved child may have: 2 MiB.
const BLOCKS_MAX: u32 = 4096;
const WRITERS: usize = 8;

/// A limit on the size of files makes writes fail as a full disk does, without being root and mounting one.
#[test]
#[ignore = "started by the test below"]
fn commits_until_the_disk_is_full() {
    let ledger = Arc::new(SqliteLedger::open(child::folder().join("ledger.sqlite")).unwrap());
    run(async {
        let writers = (0..WRITERS).map(|writer| {
            let ledger = Arc::clone(&ledger);
            tokio::spawn(async move {
                let name = format!("n{writer}");
                let mut acknowledged = 0;
                while acknowledged < 1000 {
                    let body = format!("{writer} {}", "x".repeat(20_000));
                    match commit(&*ledger, put(&name, Expect::Any, &body)).await {
                        Ok(entry) => acknowledged = entry.revision.0,
                        Err(error) => return (name, acknowledged, error),
                    }
                }
                panic!("the limit was never reached");
            })
        });
        let mut total = 0;
        for writer in writers.collect::<Vec<_>>() {
            let (name, acknowledged, error) = writer.await.unwrap();
            total += acknowledged;
            let CommitError::Store(StoreError::NotWritable(message)) = &error else { panic!("{error:?}") };
            assert!(message.contains("room"), "it should say what to do: {message}");
            // nothing of what failed can be seen, in memory or in the file
            let head = ledger.head(&key(&name)).await.unwrap();
            assert_eq!(head.map_or(0, |head| head.revision.0), acknowledged, "{name}");
        }
        assert_eq!(ledger.tip().await.unwrap(), Seq(total));
        assert!(total > 0, "there should be room for something");
        child::tell(&format!("full {total}"));

        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        let entry = commit(&*ledger, put("after", Expect::Absent, &"y".repeat(4 << 20))).await.unwrap();
        assert_eq!(entry.seq.0, total + 1, "failures use up no number");
        child::tell("recovered");
    });
}

#[test]
fn a_full_disk_is_said_and_got_over() {
    let folder = tempfile::tempdir().unwrap();
    let limit = format!("trap '' XFSZ; ulimit -S -f {BLOCKS_MAX}");
    let mut process =
        child::command_after(&limit, "faults::commits_until_the_disk_is_full", folder.path()).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut input = process.stdin.take().unwrap();
    let full = wait_for(&mut output, "full");
    let total: u64 = full.strip_prefix("full ").unwrap().parse().unwrap();

    let raised = Command::new("prlimit").args(["--pid", &process.id().to_string(), "--fsize=unlimited"]).status();
    assert!(raised.is_ok_and(|status| status.success()), "this test needs `prlimit` of util-linux");
    input.write_all(b"there is room\n").unwrap();
    wait_for(&mut output, "recovered");
    finish(process, input, output);

    let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap();
    run(async { assert_eq!(ledger.tip().await.unwrap(), Seq(total + 1)) });
}

fn wait_for(output: &mut BufReader<ChildStdout>, what: &str) -> String {
    let mut all = String::new();
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        if let Some(told) = child::told(&line)
            && told.starts_with(what)
        {
            return told.to_owned();
        }
        all.push_str(&line);
        line.clear();
    }
    panic!("the child ended without `{what}`:\n{all}");
}

fn finish(mut process: std::process::Child, input: ChildStdin, output: BufReader<ChildStdout>) {
    drop((input, output));
    process.wait().unwrap();
}

#[test]
#[ignore = "started by the test below"]
fn opens_where_it_may_not_write() {
    let folder = child::folder();
    for name in ["new.sqlite", "ledger.sqlite"] {
        match SqliteLedger::open(folder.join(name)) {
            Err(StoreError::NotWritable(message)) => child::tell(&format!("refused {message}")),
            other => child::tell(&format!("{name} opened: {other:?}")),
        }
    }
}

#[test]
fn a_folder_that_may_not_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap());
    // a file of its own, because whoever runs the child must be able to start it
    let binary = folder.path().join("test-binary");
    std::fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&binary, 0o555);
    mode(&folder.path().join("ledger.sqlite"), 0o444);
    mode(folder.path(), 0o555);

    let mut command = child::command_of(&binary, "faults::opens_where_it_may_not_write", folder.path());
    command.current_dir("/");
    if is_root() {
        // root may write everywhere, so the child is nobody
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().unwrap();
    mode(folder.path(), 0o755);
    let said = String::from_utf8_lossy(&output.stdout);
    let refusals: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("> refused ")).collect();
    assert_eq!(refusals.len(), 2, "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(refusals[0].contains("new.sqlite") && refusals[0].contains("may write"), "{}", refusals[0]);
    assert!(refusals[1].contains("ledger.sqlite") && refusals[1].contains("right to write"), "{}", refusals[1]);
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
