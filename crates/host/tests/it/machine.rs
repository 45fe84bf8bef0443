//! Real hosts: a frozen one of the recorded data, and the machine that the tests run on. Each is laid out as a folder
//! that apt can read, so that libapt and the engine look at the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use bartizan_host::deb::{packages, release, status};
use bartizan_host::observe::{Facts, Index, IndexReference, Inventory};
use bartizan_wire::Timestamp;

use crate::shared::shared;

/// A host and the folder that it was read from.
pub(crate) struct Machine {
    pub(crate) root: tempfile::TempDir,
    /// Architectures that may be installed beside its own.
    pub(crate) foreign: Vec<String>,
    pub(crate) inventory: Inventory,
    pub(crate) offers: BTreeMap<String, Arc<Index>>,
}

/// The frozen Debian 12 host; `None`, with a word about it, where the recorded data is absent.
pub(crate) fn frozen() -> Option<Machine> {
    let data = shared("data/host/dpkg-status.gz")?;
    let data = data.parent().unwrap();
    let root = folder();
    fs::write(root.path().join("var/lib/dpkg/status"), gunzip(&data.join("dpkg-status.gz"))).unwrap();
    let mut sources = String::new();
    for (suite, place) in
        [("bookworm", "debian"), ("bookworm-updates", "debian"), ("bookworm-security", "debian-security")]
    {
        let stem = root.path().join(format!("var/lib/apt/lists/deb.debian.org_{place}_dists_{suite}"));
        let stem = stem.to_str().unwrap();
        // What was recorded is the head of the signed message, which is no message; without its frame it is a Release
        // file.
        let head = fs::read_to_string(data.join(format!("{suite}_InRelease"))).unwrap();
        fs::write(format!("{stem}_InRelease"), head.split_once("\n\n").unwrap().1).unwrap();
        let packages = gunzip(&data.join(format!("{suite}_main_amd64_Packages.gz")));
        fs::write(format!("{stem}_main_binary-amd64_Packages"), packages).unwrap();
        sources.push_str(&format!("deb http://deb.debian.org/{place} {suite} main\n"));
    }
    fs::write(root.path().join("etc/apt/sources.list"), sources).unwrap();
    let facts = Facts { os_id: "debian".into(), os_version: "12".into(), ..Facts::default() };
    Some(read(root, Facts { architecture: "amd64".into(), ..facts }, Vec::new()))
}

/// This machine, if it is a Debian or an Ubuntu with package indices.
pub(crate) fn live() -> Option<Machine> {
    let lists = Path::new("/var/lib/apt/lists");
    let database = Path::new("/var/lib/dpkg/status");
    let helper = Path::new("/usr/lib/apt/apt-helper");
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let field = |name: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches('"').to_owned()
    };
    let (os_id, os_version) = (field("ID"), field("VERSION_ID"));
    if !helper.exists() || !database.exists() || !["debian", "ubuntu", "raspbian"].contains(&os_id.as_str()) {
        eprintln!("DID NOT RUN on this machine: it is no Debian, Ubuntu or Raspberry Pi OS with apt");
        return None;
    }
    let root = folder();
    fs::copy(database, root.path().join("var/lib/dpkg/status")).unwrap();
    // Indices of sources that were switched off stay in the folder; apt does not look at them.
    let asked = ["indextargets", "--format", "$(FILENAME)", "Created-By: Packages"];
    let targets = Command::new("apt-get").args(asked).output().unwrap().stdout;
    let targets = String::from_utf8(targets).unwrap();
    let mut indices = 0;
    for path in files(lists) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.contains("_Packages") && !targets.lines().any(|target| Path::new(target) == path) {
            continue;
        }
        let plain = [".lz4", ".gz", ".xz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        if !plain.ends_with("_Packages") && !plain.ends_with("Release") {
            continue;
        }
        let output = Command::new(helper).arg("cat-file").arg(&path).output().unwrap();
        assert!(output.status.success(), "cannot read {}", path.display());
        fs::write(root.path().join("var/lib/apt/lists").join(plain), output.stdout).unwrap();
        indices += usize::from(plain.ends_with("_Packages"));
    }
    if indices == 0 {
        eprintln!("DID NOT RUN on this machine: it has no package indices");
        return None;
    }
    let apt = Path::new("/etc/apt");
    let _ = fs::copy(apt.join("sources.list"), root.path().join("etc/apt/sources.list"));
    for path in files(&apt.join("sources.list.d")) {
        fs::copy(&path, root.path().join("etc/apt/sources.list.d").join(path.file_name().unwrap())).unwrap();
    }
    let dpkg = |asked: &str| String::from_utf8(Command::new("dpkg").arg(asked).output().unwrap().stdout).unwrap();
    let architecture = dpkg("--print-architecture").trim().to_owned();
    let foreign = dpkg("--print-foreign-architectures").split_whitespace().map(str::to_owned).collect();
    Some(read(root, Facts { os_id, os_version, architecture, ..Facts::default() }, foreign))
}

/// An empty folder, with the places that apt looks at.
pub(crate) fn folder() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for path in ["etc/apt/sources.list.d", "var/lib/apt/lists/partial", "var/lib/dpkg", "var/cache/apt"] {
        fs::create_dir_all(root.path().join(path)).unwrap();
    }
    root
}

/// What the folder says.
pub(crate) fn read(root: tempfile::TempDir, facts: Facts, foreign: Vec<String>) -> Machine {
    let mut database = status::Database::default();
    status::read(&fs::read(root.path().join("var/lib/dpkg/status")).unwrap(), status::Form::Status, &mut database);
    let lists = files(&root.path().join("var/lib/apt/lists"));
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut indices = Vec::new();
    let mut offers = BTreeMap::new();
    for release in lists.iter().filter(|path| name(path).ends_with("Release")) {
        // A Release file without a signature is not trusted.
        let (stem, file) = name(release).rsplit_once('_').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let release = release::read(&fs::read(release).unwrap()).origin;
        let of_release =
            |path: &&PathBuf| name(path).starts_with(&format!("{stem}_")) && name(path).ends_with("_Packages");
        for path in lists.iter().filter(of_release) {
            let (content, _) = packages::read(&fs::read(path).unwrap()).unwrap();
            let mut origin = release.clone();
            let host = stem.split('_').next().unwrap_or_default();
            origin.site = host.split(':').next().unwrap_or_default().to_owned();
            origin.trusted = file == "InRelease";
            indices.push(IndexReference { digest: content.digest(), origin });
            offers.insert(content.digest(), Arc::new(content.to_index()));
        }
    }
    let inventory = Inventory {
        instance: "mi-0123456789abcdef0".into(),
        captured_at: Timestamp(0),
        facts,
        installed: database.packages.into_iter().map(|record| record.package).collect(),
        indices,
        refreshed_at: None,
        blind: Vec::new(),
    };
    Machine { root, foreign, inventory, offers }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    found.sort();
    found
}

fn gunzip(path: &Path) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(fs::File::open(path).unwrap());
    std::io::Read::read_to_end(&mut decoder, &mut plain).unwrap();
    plain
}
