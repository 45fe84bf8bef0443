//! The tree as git sees it: every file that is, or would be, part of the project, and the packages that cargo sees.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::metadata::Metadata;
use crate::source::Source;

/// A text file of the project.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root of the tree, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What the rules look at.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Text files; binary ones are left out.
    pub(crate) files: Vec<File>,
    /// Paths of all files, binary ones included.
    pub(crate) paths: Vec<String>,
    /// The Rust files among them, lexed.
    pub(crate) rust: Vec<Source>,
    pub(crate) metadata: Metadata,
}

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

impl Tree {
    /// Reads everything that is tracked, or untracked and not ignored.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("cannot run git: {error}"))?;
        if !listed.status.success() {
            return Err(format!("git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr)));
        }
        let mut paths: Vec<String> = String::from_utf8_lossy(&listed.stdout)
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(String::from)
            .collect();
        paths.sort();
        paths.dedup();
        // a file that is deleted but not yet staged is still listed
        paths.retain(|path| root.join(path).is_file());
        let mut files = Vec::new();
        for path in &paths {
            let bytes = std::fs::read(root.join(path)).map_err(|error| format!("cannot read {path}: {error}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(File { path: path.clone(), text });
            }
        }
        let rust = files
            .iter()
            .filter(|file| file.path.ends_with(".rs"))
            .map(|file| Source::parse(&file.path, &file.text))
            .collect();
        let metadata = Metadata::read(root)?;
        Ok(Self { files, paths, rust, metadata })
    }
}
