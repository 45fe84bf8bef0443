//! Test data of other projects, from Debian's source packages. It is never part of this one, so it is fetched.

use std::path::Path;
use std::process::{Command, Stdio};

use super::tools::{answers, run};

/// A source package: its file in Debian's pool, the digest of that file, and the folder that it unpacks into.
struct Source {
    path: &'static str,
    sha256: &'static str,
    folder: &'static str,
}

/// ModSecurity brings test vectors of transformations and operators, and libinjection with its corpora; the Core Rule Set has
/// regular expressions that people use.
const SOURCES: &[Source] = &[
    Source {
        path: "main/m/modsecurity/modsecurity_3.0.9.orig.tar.gz",
        sha256: "a5111ecd23e332a1d7c9652dbdb18517a96b21573315cb887a8e86761b95d3d8",
        folder: "modsecurity-v3.0.9",
    },
    Source {
        path: "main/m/modsecurity-crs/modsecurity-crs_3.3.4.orig.tar.gz",
        sha256: "15a84aaa041aa532905a34546b613bd3aed122e3f9814fbb5c28e1655d02b74d",
        folder: "coreruleset-3.3.4",
    },
];

const POOL: &str = "http://deb.debian.org/debian/pool";

/// Fetches what is missing into `.test/corpora`. Where that fails, it says so: tests that need it then report that they did
/// not run.
pub(crate) fn fetch(root: &Path) -> Result<(), String> {
    let folder = root.join(".test/corpora");
    for source in SOURCES.iter().filter(|source| !folder.join(source.folder).exists()) {
        if !answers("curl", &["--version"]) {
            println!("not fetched, as there is no curl: {}", source.path);
            continue;
        }
        std::fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
        let url = format!("{POOL}/{}", source.path);
        let archive = folder.join("download.tar.gz");
        let fetched = Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--location", "--max-time", "300", "--output"])
            .arg(&archive)
            .arg(&url)
            .status();
        if !fetched.is_ok_and(|status| status.success()) {
            println!("could not be fetched: {url}");
            continue;
        }
        let digest = Command::new("sha256sum").arg(&archive).stderr(Stdio::null()).output();
        let digest = digest.map_err(|error| format!("cannot run sha256sum: {error}"))?;
        if !digest.stdout.starts_with(source.sha256.as_bytes()) {
            return Err(format!("{url} is not what it was: its digest differs from the one in {}", file!()));
        }
        // under another name first, so that an interrupted run leaves nothing that looks complete
        let unpacked = folder.join("unpacked");
        if unpacked.exists() {
            std::fs::remove_dir_all(&unpacked)
                .map_err(|error| format!("cannot remove {}: {error}", unpacked.display()))?;
        }
        std::fs::create_dir_all(&unpacked).map_err(|error| format!("cannot create {}: {error}", unpacked.display()))?;
        run(Command::new("tar").arg("--extract").arg("--file").arg(&archive).arg("--directory").arg(&unpacked))?;
        let from = unpacked.join(source.folder);
        std::fs::rename(&from, folder.join(source.folder))
            .map_err(|error| format!("{url} does not hold {}: {error}", source.folder))?;
        let left = std::fs::remove_dir_all(&unpacked).and_then(|()| std::fs::remove_file(&archive));
        left.map_err(|error| format!("cannot clean up {}: {error}", folder.display()))?;
    }
    Ok(())
}
