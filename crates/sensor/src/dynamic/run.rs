//! Runs an image for as long as it takes to ask its package managers: its layers laid over each other by overlayfs in a mount
//! namespace of their own, and `runc` over that.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bartizan_agent::clock;
use bartizan_image::asked::Answer;
use bartizan_image::limits::Limits;
use bartizan_image::source::{Image, Platform, Store};
use bartizan_image::stack::stack;

use super::bundle;

/// Below the sensor's folder: a bundle of `runc` for each run, which is not kept.
const FOLDER: &str = "running";
/// How long package managers may take. The vendor's sensor gives a container ten minutes to start.
const TIME_MAX: Duration = Duration::from_secs(600);
/// Of what they say.
const OUTPUT_BYTES_MAX: u64 = 64 << 20;
/// Of what is shown of an error.
const ERROR_BYTES_MAX: u64 = 4096;
/// Uncompressed bytes of all layers of an image that is run.
const LAYERS_BYTES_MAX: u64 = 32 << 30;
/// Lays the layers over each other, where nobody else sees it and it ends with the container.
const LAY: &str = "mount -t overlay overlay -o \"$1\" root && exec runc --root state run --bundle . \"$2\"";

/// Why no image can be run here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unable {
    /// Nobody has allowed it.
    #[error("this sensor runs no images; start it with --run-images")]
    NotAllowed,
    /// By the kernel.
    #[error("only root can run images")]
    NotRoot,
    /// A program is missing.
    #[error("there is no `{0}` on this machine; install it")]
    Missing(&'static str),
    /// The sensor's folder.
    #[error("cannot use `{}`: {why}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: String,
    },
}

/// Runs images.
#[derive(Debug)]
pub struct Runner {
    folder: PathBuf,
    time_max: Duration,
    stopped: AtomicBool,
}

impl Runner {
    /// In the folder of a sensor, where the machine's owner allows it; what a sensor that was killed has left there ends.
    ///
    /// # Errors
    /// See [`Unable`].
    pub fn open(sensor: &Path, allowed: bool) -> Result<Self, Unable> {
        if !allowed {
            return Err(Unable::NotAllowed);
        }
        if !rustix::process::geteuid().is_root() {
            return Err(Unable::NotRoot);
        }
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let missing = ["runc", "unshare", "mount"]
            .into_iter()
            .find(|program| !std::env::split_paths(&paths).any(|folder| folder.join(program).is_file()));
        if let Some(program) = missing {
            return Err(Unable::Missing(program));
        }
        let runner = Self { folder: sensor.join(FOLDER), time_max: TIME_MAX, stopped: AtomicBool::new(false) };
        let failed = |error: io::Error| Unable::Folder { path: runner.folder.clone(), why: error.to_string() };
        let left = match fs::read_dir(&runner.folder) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        left.iter().try_for_each(|bundle| remove(bundle)).map_err(failed)?;
        Ok(runner)
    }

    /// Ends what runs, and starts nothing any more: the sensor ends.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Asks the package managers of an image.
    ///
    /// # Errors
    /// It cannot be run, or they do not answer: why, in words.
    pub fn ask(&self, store: &impl Store, image: &Image) -> Result<Answer, String> {
        if !image.platform.answers(&Platform::here()) {
            return Err(format!("the image is for {}, which does not run here", image.platform));
        }
        // A name of its own, because what a sensor that was killed has left may still be ending.
        let bundle = self.folder.join(format!("{}-{}", clock::now().0, std::process::id()));
        let answer = prepare(&bundle, store, image).and_then(|options| self.run(&bundle, &options));
        if let Err(error) = remove(&bundle) {
            tracing::warn!(%error, folder = %bundle.display(), "an image that was run could not be removed");
        }
        answer
    }

    fn run(&self, bundle: &Path, options: &str) -> Result<Answer, String> {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "--", "/bin/sh", "-c", LAY, "sh", options, &name(bundle)]);
        command.current_dir(bundle).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("`unshare` cannot be started: {error}"))?;
        let output = gather(child.stdout.take(), OUTPUT_BYTES_MAX);
        let errors = gather(child.stderr.take(), ERROR_BYTES_MAX);
        let ended = self.wait(&mut child, bundle);
        if !ended.map_err(|error| format!("the container cannot be waited for: {error}"))? {
            if self.stopped.load(Ordering::Relaxed) {
                return Err("the sensor ended while the image ran".to_owned());
            }
            return Err(format!("the image did not answer within {} s", self.time_max.as_secs()));
        }
        // Not before: what could not be ended would be waited for.
        let output = output.join().unwrap_or_default();
        let errors = errors.join().unwrap_or_default();
        let errors = String::from_utf8_lossy(&errors);
        if output.len() as u64 > OUTPUT_BYTES_MAX {
            return Err(format!("what package managers say is longer than {OUTPUT_BYTES_MAX} bytes"));
        }
        if output.is_empty() && errors.contains("/bin/sh") && errors.contains("no such file") {
            return Err("the image has no shell".to_owned());
        }
        let answer = Answer::read(&output, &Limits::default());
        answer.map_err(|why| match errors.lines().rfind(|line| !line.trim().is_empty()) {
            Some(error) => format!("{why}: {}", error.trim()),
            None => why,
        })
    }

    /// Whether it ended in time.
    fn wait(&self, child: &mut Child, bundle: &Path) -> io::Result<bool> {
        let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(5));
        while waited < self.time_max && !self.stopped.load(Ordering::Relaxed) {
            if child.try_wait()?.is_some() {
                return Ok(true);
            }
            thread::sleep(pause);
            waited += pause;
            pause = (pause * 2).min(Duration::from_millis(200));
        }
        // `runc` first: it might be about to start the container.
        child.kill()?;
        child.wait()?;
        end(bundle);
        Ok(false)
    }
}

/// What the container of a bundle is called.
fn name(bundle: &Path) -> String {
    format!("bartizan-scan-{}", bundle.file_name().unwrap_or_default().to_string_lossy())
}

/// Unpacks the layers into a new bundle, and says what overlayfs is to be told.
fn prepare(bundle: &Path, store: &impl Store, image: &Image) -> Result<String, String> {
    let failed = |error: io::Error| format!("cannot use `{}`: {error}", bundle.display());
    fs::create_dir_all(bundle).map_err(failed)?;
    for name in ["layers", "l", "upper", "work", "root"] {
        fs::create_dir(bundle.join(name)).map_err(failed)?;
    }
    let limits = Limits { layer_bytes: LAYERS_BYTES_MAX, ..Limits::default() };
    let folders = stack(store, image, &limits, &bundle.join("layers")).map_err(|error| error.to_string())?;
    // Short names, because options end at a page, and because those of folders may have colons in them.
    for (number, folder) in folders.iter().enumerate() {
        let folder = fs::canonicalize(folder).map_err(failed)?;
        symlink(folder, bundle.join("l").join(number.to_string())).map_err(failed)?;
    }
    let config = serde_json::to_vec(&bundle::config()).map_err(|error| error.to_string())?;
    fs::write(bundle.join("config.json"), config).map_err(failed)?;
    let lower: Vec<String> = (0..folders.len()).rev().map(|number| format!("l/{number}")).collect();
    Ok(format!("lowerdir={},upperdir=upper,workdir=work", lower.join(":")))
}

/// Ends the container of a bundle with all of its processes, if there is one.
fn end(bundle: &Path) {
    let state = bundle.join("state");
    if state.is_dir() {
        let mut command = Command::new("runc");
        command.arg("--root").arg(state).args(["delete", "--force", &name(bundle)]);
        // That there is none is what it usually says.
        let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn remove(bundle: &Path) -> io::Result<()> {
    end(bundle);
    match fs::remove_dir_all(bundle) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Takes what a program says, one byte more than it may be, and lets the rest go by, so that the program comes to its end.
fn gather(from: Option<impl Read + Send + 'static>, max: u64) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let Some(mut from) = from else { return bytes };
        // What was read until an error is what there is.
        let _ = (&mut from).take(max + 1).read_to_end(&mut bytes);
        let _ = io::copy(&mut from, &mut io::sink());
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_ended() {
        let runner = |time_max| Runner { folder: "/nonexistent".into(), time_max, stopped: AtomicBool::new(false) };
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        assert!(!runner(Duration::from_millis(50)).wait(&mut child, Path::new("/nonexistent")).unwrap());
        assert!(child.try_wait().unwrap().is_some());
        let mut child = Command::new("true").spawn().unwrap();
        assert!(runner(TIME_MAX).wait(&mut child, Path::new("/nonexistent")).unwrap());
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let stopping = runner(TIME_MAX);
        stopping.stop();
        assert!(!stopping.wait(&mut child, Path::new("/nonexistent")).unwrap());
    }

    #[test]
    fn output_is_cut_and_its_writer_not_held_up() {
        let long = vec![b'x'; 100_000];
        assert_eq!(gather(Some(io::Cursor::new(long)), 10).join().unwrap().len(), 11);
    }
}
