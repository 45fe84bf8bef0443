//! The folder that the agent keeps: its credential, its spool, and a lock so that only one agent uses it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::credential::Credential;
use crate::durable;
use crate::spool::{Limits, Spool, SpoolError};

const CREDENTIAL: &str = "credential.json";

/// An agent's folder, held by this process until it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The disk said so.
    #[error("cannot use the agent's folder `{}`: {source}; choose one that it may write to", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process holds it.
    #[error("another agent uses the folder `{}`: stop it, or choose another folder", .0.display())]
    Held(PathBuf),
    /// The credential can be read by others.
    #[error("others may read `{}`: run `chmod 600` on it, and register again if they did", .0.display())]
    Exposed(PathBuf),
    /// The credential is not what an agent wrote.
    #[error("`{}` is no credential: {source}; remove it and register again", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

impl Folder {
    /// Opens the folder, making it if need be, for its owner only.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let path = path.into();
        let lock = path.join("lock");
        let opened = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .and_then(|()| OpenOptions::new().create(true).truncate(false).write(true).open(&lock));
        let file = opened.map_err(|source| FolderError::Disk { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _lock: file }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Held(path)),
            Err(TryLockError::Error(source)) => Err(FolderError::Disk { path: lock, source }),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The credential; `None` if this host was not registered.
    ///
    /// # Errors
    /// It cannot be read, others may read it too, or it is malformed.
    pub fn credential(&self) -> Result<Option<Credential>, FolderError> {
        let path = self.path.join(CREDENTIAL);
        let read = std::fs::metadata(&path).and_then(|metadata| Ok((metadata, std::fs::read(&path)?)));
        let (metadata, bytes) = match read {
            Ok(read) => read,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(FolderError::Disk { path, source }),
        };
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(FolderError::Exposed(path));
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|source| FolderError::Malformed { path, source })
    }

    /// Keeps a credential, readable by the owner only; durable when it returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep(&self, credential: &Credential) -> Result<(), FolderError> {
        let path = self.path.join(CREDENTIAL);
        let written = serde_json::to_vec_pretty(credential).map_err(io::Error::from);
        let written = written.and_then(|bytes| durable::write(&self.path, CREDENTIAL, &bytes));
        written.map_err(|source| FolderError::Disk { path, source })
    }

    /// The reports that wait.
    ///
    /// # Errors
    /// The disk's.
    pub fn spool(&self, limits: Limits) -> Result<Spool, SpoolError> {
        Spool::open(self.path.join("spool"), limits)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    fn credential() -> Credential {
        Credential {
            instance_id: "mi-0123456789abcdef0".into(),
            access_key_id: "BZAG0123456789ABCDEF".into(),
            secret_access_key: "very secret".into(),
            region: "us-east-1".into(),
        }
    }

    #[test]
    fn a_credential_is_kept_for_the_owner_only() {
        let temp = TempDir::new().unwrap();
        let path = temp.path().join("agent");
        let folder = Folder::open(&path).unwrap();
        assert_eq!(folder.credential().unwrap(), None);
        folder.keep(&credential()).unwrap();
        assert_eq!(folder.credential().unwrap(), Some(credential()));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join(CREDENTIAL))), (0o700, 0o600));
        std::fs::set_permissions(path.join(CREDENTIAL), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(folder.credential().unwrap_err().to_string().starts_with("others may read"));
        folder.keep(&credential()).unwrap();
        assert_eq!(mode(&path.join(CREDENTIAL)), 0o600, "replaced, not written into");
        assert!(!format!("{:?}", credential()).contains("very secret"));
    }

    #[test]
    fn two_agents_do_not_share_a_folder() {
        let temp = TempDir::new().unwrap();
        let first = Folder::open(temp.path()).unwrap();
        assert!(matches!(Folder::open(temp.path()), Err(FolderError::Held(_))));
        drop(first);
        Folder::open(temp.path()).unwrap();
    }

    #[test]
    fn a_malformed_credential_is_named() {
        let temp = TempDir::new().unwrap();
        let folder = Folder::open(temp.path()).unwrap();
        durable::write(temp.path(), CREDENTIAL, b"{}").unwrap();
        assert!(folder.credential().unwrap_err().to_string().contains("remove it and register again"));
    }
}
