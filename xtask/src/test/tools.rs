//! What the tests need beyond cargo: installed when missing, and only then.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Debian packages, by what needs them: libapt and its compiler are the oracle for version order and candidate choice;
/// lz4 and xz unpack package lists; mosquitto is the broker that reports are bridged from; libmodsecurity is the oracle for
/// text transformations and detectors, curl fetches their test data; docker-registry is scanned, and so
/// are the stores of podman, containerd and docker.io; mmdebstrap, umoci, skopeo,
/// rpm and db5.3-util make images, and runc runs them; Go compiles what writes Trivy's database.
const APT: &[&str] = &[
    "python3-apt",
    "libapt-pkg-dev",
    "g++",
    "lz4",
    "xz-utils",
    "python3-venv",
    "mosquitto",
    "mosquitto-clients",
    "libmodsecurity-dev",
    "curl",
    "mmdebstrap",
    "umoci",
    "skopeo",
    "docker-registry",
    "podman",
    "containerd",
    "docker.io",
    "fuse-overlayfs",
    "rpm",
    "db5.3-util",
    "runc",
    "golang-go",
    "golang-github-coreos-bbolt-dev",
];

/// Runs a command with its output shown.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("cannot run {}: {error}", name(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", name(command))) }
}

/// Runs a command with its standard output shown and returned; `false` if it did not end with 0.
pub(crate) fn run_and_read(command: &mut Command) -> Result<(bool, String), String> {
    let failed = |error: std::io::Error, what: &str| format!("cannot run {what}: {error}");
    let what = name(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| failed(error, &what))?;
    let mut output = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| failed(error, &what))?;
            println!("{line}");
            output.push_str(&line);
            output.push('\n');
        }
    }
    let status = child.wait().map_err(|error| failed(error, &what))?;
    Ok((status.success(), output))
}

fn name(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().take(3).map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// True if the program is there and answers.
pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    let quiet =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

/// Installs the Debian packages that are missing. Elsewhere than on Debian, or without the right to, it says so: the tests
/// that need them then report that they did not run.
pub(crate) fn apt() -> Result<(), String> {
    let installed = |package: &&&str| {
        let asked = Command::new("dpkg-query").args(["-W", "-f=${Status}", package]).stderr(Stdio::null()).output();
        asked.is_ok_and(|output| output.stdout == b"install ok installed")
    };
    let missing: Vec<&&str> = APT.iter().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.iter().map(|package| **package).collect::<Vec<_>>().join(" ");
    if !answers("apt-get", &["--version"]) {
        println!("not installed, as this is no Debian: {list}");
        return Ok(());
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !root {
        println!("not installed, as that needs root: apt-get install {list}");
        return Ok(());
    }
    let apt_get = |arguments: &[&str]| {
        run(Command::new("apt-get")
            .args(["-q", "-y"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null()))
    };
    apt_get(&["update"])?;
    let mut arguments = vec!["install", "--no-install-recommends"];
    arguments.extend(missing.iter().map(|package| **package));
    apt_get(&arguments)
}

/// cargo-nextest runs the tests. Building it takes minutes, so it is built only where it is missing.
pub(crate) fn nextest() -> Result<(), String> {
    if answers("cargo", &["nextest", "--version"]) {
        return Ok(());
    }
    run(Command::new("cargo").args(["install", "cargo-nextest", "--locked"]))
}

/// A virtual environment under `.test/` with exactly what a requirements file says; returns its `bin`.
pub(crate) fn venv(root: &Path, name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let folder = root.join(".test").join(name);
    let bin = folder.join("bin");
    let stamp = folder.join("requirements.installed");
    let wanted = std::fs::read_to_string(requirements)
        .map_err(|error| format!("cannot read {}: {error}", requirements.display()))?;
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(bin);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    run(Command::new(bin.join("python")).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(bin)
}
