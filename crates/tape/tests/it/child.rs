//! This binary, started again as a process of its own that may be killed or starved.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FOLDER: &str = "BARTIZAN_TEST_FOLDER";

/// A command that runs only the ignored test `name`, in `folder`.
pub(crate) fn command(name: &str, folder: &Path) -> Command {
    prepared(Command::new(this()), name, folder)
}

/// The same through a shell that does `first` before it becomes the test.
pub(crate) fn command_after(first: &str, name: &str, folder: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{first}; exec \"$0\" \"$@\"")).arg(this());
    prepared(shell, name, folder)
}

fn prepared(mut command: Command, name: &str, folder: &Path) -> Command {
    command.args(["--exact", name, "--ignored", "--nocapture"]).env(FOLDER, folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn this() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// The folder that the parent gave, in the child.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(std::env::var_os(FOLDER).expect("started by another test only"))
}

/// Tells the parent. The line is in the pipe when this returns, so it outlives the process.
pub(crate) fn tell(line: &str) {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(format!("\n> {line}\n").as_bytes()).unwrap();
    stdout.flush().unwrap();
}

/// What the child told, of everything that it printed. A last line without an end was cut off by the kill.
pub(crate) fn told(line: &str) -> Option<&str> {
    line.strip_suffix('\n')?.strip_prefix("> ")
}
