//! The sensor's log file, as its profile wants it: from which level on, how large a file grows, and how many are kept.
//!
//! [`layer`] is put beside what else listens to `tracing`; it writes nothing until a sensor opens its log with [`open`].

use std::fs::{File, OpenOptions, create_dir_all, rename};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use bartizan_container::profile::PerformanceManagement;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, fmt};

/// The file, below the sensor's folder, as the vendor's sensor calls it.
const FILE: &str = "logs/qpa.log";
/// Bytes of a file where the profile says 0.
const FILE_BYTES: u64 = 10_000_000;
/// Files that are kept beside the one that is written, where the profile says 0.
const FILES: u32 = 5;
/// Whose events are the sensor's.
const TARGETS: [&str; 3] = ["bartizan_sensor", "bartizan_agent", "bartizan_image"];

static LOG: OnceLock<Log> = OnceLock::new();

#[derive(Debug)]
struct Log {
    /// From 1, errors alone, to 5, everything.
    level: AtomicU8,
    file: Mutex<Turning>,
}

/// A file that is moved aside when it is large.
#[derive(Debug)]
struct Turning {
    path: PathBuf,
    file: File,
    bytes: u64,
    bytes_max: u64,
    files: u32,
}

/// Opens the log of a sensor; a process has one.
///
/// # Errors
/// The disk's.
pub fn open(folder: &Path) -> io::Result<()> {
    let path = folder.join(FILE);
    if let Some(logs) = path.parent() {
        create_dir_all(logs)?;
    }
    let file = appending(&path)?;
    let bytes = file.metadata()?.len();
    let turning = Turning { path, file, bytes, bytes_max: FILE_BYTES, files: FILES };
    let log = Log { level: AtomicU8::new(number(Level::INFO)), file: Mutex::new(turning) };
    // A second sensor in one process writes into the log of the first.
    let _opened_already = LOG.set(log);
    Ok(())
}

/// Goes by a profile from now on.
pub fn obey(wanted: &PerformanceManagement) {
    let Some(log) = LOG.get() else { return };
    log.level.store(number(level(&wanted.log_security_level)), Ordering::Relaxed);
    let mut file = log.file.lock().unwrap_or_else(PoisonError::into_inner);
    let megabytes = u64::try_from(wanted.max_log_file_size).unwrap_or(0);
    file.bytes_max = if megabytes == 0 { FILE_BYTES } else { megabytes * 1_000_000 };
    let files = u32::try_from(wanted.max_no_of_archived_log_files).unwrap_or(0);
    let before = std::mem::replace(&mut file.files, if files == 0 { FILES } else { files });
    for place in file.files + 1..=before {
        let _not_there = std::fs::remove_file(file.aside(place));
    }
}

/// What writes the log.
pub fn layer<S>() -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fmt::layer().with_ansi(false).with_writer(Writer).with_filter(dynamic_filter_fn(|about, _| is_wanted(about)))
}

fn is_wanted(about: &Metadata<'_>) -> bool {
    let Some(log) = LOG.get() else { return false };
    number(*about.level()) <= log.level.load(Ordering::Relaxed)
        && TARGETS.iter().any(|target| about.target().starts_with(target))
}

/// The vendor's words for levels, and those of its runtime sensor.
fn level(word: &str) -> Level {
    match word.to_ascii_uppercase().as_str() {
        "FATAL" | "ERROR" => Level::ERROR,
        "WARNING" | "WARN" => Level::WARN,
        "VERBOSE" | "DEBUG" => Level::DEBUG,
        "TRACE" => Level::TRACE,
        _ => Level::INFO,
    }
}

fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

fn appending(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

impl Turning {
    fn aside(&self, place: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{place}"));
        name.into()
    }

    fn turn(&mut self) -> io::Result<()> {
        for place in (1..self.files).rev() {
            let _not_there = rename(self.aside(place), self.aside(place + 1));
        }
        rename(&self.path, self.aside(1))?;
        self.file = appending(&self.path)?;
        self.bytes = 0;
        Ok(())
    }
}

impl Write for Turning {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // `tracing` hands over whole lines, so that none is cut in two.
        if self.bytes > 0 && self.bytes + line.len() as u64 > self.bytes_max {
            self.turn()?;
        }
        self.file.write_all(line)?;
        self.bytes += line.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

struct Writer;

impl<'w> MakeWriter<'w> for Writer {
    type Writer = Line;

    fn make_writer(&'w self) -> Line {
        Line
    }
}

struct Line;

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let Some(log) = LOG.get() else { return Ok(line.len()) };
        log.file.lock().unwrap_or_else(PoisonError::into_inner).write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_moved_aside_and_the_oldest_is_gone() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("qpa.log");
        let mut log =
            Turning { file: appending(&path).unwrap(), path: path.clone(), bytes: 0, bytes_max: 10, files: 2 };
        for line in ["one....\n", "two....\n", "three..\n", "four...\n"] {
            log.write_all(line.as_bytes()).unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(temp.path().join(name)).ok();
        assert_eq!(read("qpa.log").as_deref(), Some("four...\n"));
        assert_eq!(read("qpa.log.1").as_deref(), Some("three..\n"));
        assert_eq!(read("qpa.log.2").as_deref(), Some("two....\n"));
        assert_eq!(read("qpa.log.3"), None);
    }
}
