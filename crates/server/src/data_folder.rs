//! The data folder: who holds it, the root key, the address in use.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bartizan_policy::Mint as _;

use crate::config::RootKey;
use crate::mint::RandomMint;

/// Hexadecimal digits of a new access key id after its prefix, and of its secret.
const KEY_ID_DIGITS: usize = 16;
const SECRET_DIGITS: usize = 40;

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error("the data folder `{}` is held by process {holder}: stop that one, or choose another folder with --data", path.display())]
    Held {
        /// Which folder.
        path: PathBuf,
        /// The holder's process id as it wrote it.
        holder: String,
    },
    /// A file in it cannot be read or written.
    #[error("`{}` cannot be used: {source}; check that the folder exists, has room and belongs to you", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The kept root key does not read back.
    #[error("`{}` is not a root key: restore it, or remove it to have a new one made", .0.display())]
    RootKey(PathBuf),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    NoRandom(String),
}

/// A data folder that this process holds until it is dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    // The operating system releases the lock when the process ends, however it ends.
    _lock: File,
}

impl DataFolder {
    /// Creates the folder if need be and takes it.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        getrandom::fill(&mut [0_u8; 1]).map_err(|error| FolderError::NoRandom(error.to_string()))?;
        fs::create_dir_all(path).map_err(at(path))?;
        // The stores hold the keys of agents: nobody else has any business in here.
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(path, private).map_err(at(path))?;
        let lock_path = path.join("lock");
        let options = || OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&lock_path);
        let mut lock = options().map_err(at(&lock_path))?;
        if lock.try_lock().is_err() {
            let mut holder = String::new();
            lock.read_to_string(&mut holder).map_err(at(&lock_path))?;
            return Err(FolderError::Held { path: path.to_owned(), holder: holder.trim().to_owned() });
        }
        lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id())).map_err(at(&lock_path))?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// A file or folder in it.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where the root key is kept.
    #[must_use]
    pub fn root_key_path(&self) -> PathBuf {
        self.join("root-key.json")
    }

    /// The kept root key, or a new one; true if it was made just now.
    pub fn root_key(&self) -> Result<(RootKey, bool), FolderError> {
        let path = self.root_key_path();
        match fs::read(&path) {
            Ok(bytes) => {
                let key = serde_json::from_slice(&bytes).map_err(|_| FolderError::RootKey(path))?;
                Ok((key, false))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = RootKey {
                    access_key_id: format!("AKIA{}", RandomMint.hex(KEY_ID_DIGITS).to_uppercase()),
                    secret_access_key: RandomMint.hex(SECRET_DIGITS),
                };
                let text = serde_json::to_vec_pretty(&key).map_err(|_| FolderError::RootKey(path.clone()))?;
                write_private(&path, &text)?;
                Ok((key, true))
            }
            Err(source) => Err(FolderError::File { path, source }),
        }
    }

    /// Writes the address in use where scripts look for it.
    pub fn write_endpoint(&self, endpoint: &str) -> Result<(), FolderError> {
        let path = self.join("endpoint");
        replace(&path, format!("{endpoint}\n").as_bytes(), 0o644)
    }

    /// Removes the address: nobody answers there any more.
    pub fn remove_endpoint(&self) {
        let _already_gone = fs::remove_file(self.join("endpoint"));
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> FolderError {
    move |source| FolderError::File { path: path.to_owned(), source }
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    replace(path, bytes, 0o600)
}

fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), FolderError> {
    use std::os::unix::fs::OpenOptionsExt as _;

    let staged = path.with_extension("new");
    // A leftover of a crash keeps its own mode, so it is removed rather than reused.
    let _nothing_left_over = fs::remove_file(&staged);
    let written = OpenOptions::new().create_new(true).write(true).mode(mode).open(&staged).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&staged, path)).map_err(at(path))?;
    if let Some(folder) = path.parent() {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    }
    Ok(())
}
