//! libmodsecurity of this machine as an oracle, through a small program that is built for it.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::corpora::did_not_run;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/modsecurity.cc");

/// The answers to questions of the form `(what, bytes)`, a line each; `None` where there is no libmodsecurity.
pub(crate) fn ask(questions: &[(&str, Vec<u8>)]) -> Option<Vec<String>> {
    let program = build()?;
    let mut child = Command::new(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut input = String::new();
    for (what, bytes) in questions {
        input.push_str(what);
        input.push(' ');
        input.push_str(&hex(bytes));
        input.push('\n');
    }
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    std::fs::remove_file(program).unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_string).collect();
    assert_eq!(lines.len(), questions.len());
    Some(lines)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tests run in processes of their own, so each builds the program under a name of its own.
fn build() -> Option<PathBuf> {
    if !std::path::Path::new("/usr/include/modsecurity/modsecurity.h").exists() {
        did_not_run("no libmodsecurity (apt-get install libmodsecurity-dev g++)");
        return None;
    }
    static BUILT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = BUILT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("modsecurity-{}-{number}", std::process::id());
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let built = Command::new("g++").args(["-O1", "-o"]).arg(&program).args([SOURCE, "-lmodsecurity"]).output();
    match built {
        Ok(output) if output.status.success() => Some(program),
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            did_not_run("no g++");
            None
        }
    }
}
