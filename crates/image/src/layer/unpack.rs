//! A layer written out as a folder that overlayfs can lay over others: what it deletes becomes overlayfs's marks.
//!
//! It is done for images that are to be run, and as carefully as it must be with the archives of strangers: nothing is written
//! outside of the folder, whatever paths and links say, and no device is made but the marks. Owners, times, attributes and all
//! rights but the right to execute are left out, because nobody needs them to ask a package manager what is installed.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use rustix::fd::{AsRawFd as _, OwnedFd};
use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, XattrFlags, linkat, mkdirat, mknodat, openat, openat2,
    setxattr, symlinkat, unlinkat,
};
use rustix::io::Errno;

use super::mark::{self, Mark};
use super::{Expected, LayerError, verified};
use crate::limits::Limits;
use crate::stream::{Forward, PIECE_BYTES, Unpacked};
use crate::tar::{Kind, Tar};

/// The attribute of a folder that hides all that lower layers have in it.
const OPAQUE: &str = "trusted.overlay.opaque";
const FOLDER_MODE: Mode = Mode::from_raw_mode(0o755);

/// Writes a layer into an empty folder, and says how many bytes it took as a tar.
///
/// # Errors
/// See [`LayerError`]: its digests do not match, it is longer than `limits` allow, or something cannot be written, such as an
/// entry below one that is no folder. The folder has part of it then.
pub fn unpack(from: impl Read, expected: Expected, limits: &Limits, into: &Path) -> Result<u64, LayerError> {
    let unpacked = Unpacked::new(from, limits.layer_bytes)?;
    let mut tar = Tar::new(BufReader::with_capacity(PIECE_BYTES, unpacked), limits.entries);
    let root = openat(CWD, into, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(io::Error::from)?;
    let mut folders = Folders { root, latest: None };
    while tar.advance()? {
        write(&mut tar, &mut folders)?;
    }
    Ok(verified(tar, expected)?.plain_bytes)
}

fn write<R: Forward>(tar: &mut Tar<R>, folders: &mut Folders) -> io::Result<()> {
    let path = tar.path().to_owned();
    if path.is_empty() {
        return Ok(());
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    if tar.kind() == Kind::Folder {
        folders.open(&path)?;
        return Ok(());
    }
    let parent = folders.open(folder)?;
    match mark::read(folder, name) {
        Some(Mark::Deletes(gone)) => {
            let name = gone.rsplit('/').next().unwrap_or(&gone);
            // What the same layer has under this name comes later or was meant to be kept: nothing is taken away.
            return match mknodat(parent, name, FileType::CharacterDevice, Mode::empty(), 0) {
                Err(Errno::EXIST) => Ok(()),
                other => Ok(other?),
            };
        }
        Some(Mark::Empties) => {
            // Through `/proc`, because attributes cannot be set on a folder that is open as a path alone.
            let fd = parent.as_raw_fd();
            return Ok(setxattr(format!("/proc/self/fd/{fd}"), OPAQUE, b"y", XattrFlags::empty())?);
        }
        Some(Mark::Nothing) => return Ok(()),
        None => {}
    }
    if matches!(tar.kind(), Kind::Other) {
        return Ok(());
    }
    // The last entry of one path counts. A folder that has something in it stays, and what would replace it is an error.
    let removed = match unlinkat(parent, name, AtFlags::empty()) {
        Err(Errno::ISDIR) => unlinkat(parent, name, AtFlags::REMOVEDIR),
        other => other,
    };
    let parent = match removed {
        Err(Errno::NOENT) => parent,
        Err(error) => return Err(error.into()),
        // It may have been a folder, or a link to one, that is open.
        Ok(()) => folders.open_anew(folder)?,
    };
    match tar.kind() {
        Kind::File => {
            let mode = Mode::from_raw_mode(if tar.executable() { 0o755 } else { 0o644 });
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let mut file = File::from(openat(parent, name, flags, mode)?);
            io::copy(&mut tar.content(), &mut file)?;
        }
        Kind::SymbolicLink => symlinkat(tar.link(), parent, name)?,
        Kind::HardLink => {
            let parent = parent.try_clone()?;
            let target = tar.link().to_owned();
            let (there, other) = target.rsplit_once('/').unwrap_or(("", &target));
            // A name of a file in a lower layer, which no engine writes, stays without one.
            match linkat(folders.open(there)?, other, parent, name, AtFlags::empty()) {
                Err(Errno::NOENT) => {}
                other => other?,
            }
        }
        Kind::Sparse => {
            return Err(io::Error::other(format!("`{path}` is stored as a sparse file, which is not unpacked")));
        }
        Kind::Folder | Kind::Other => {}
    }
    Ok(())
}

/// Opens folders inside of the root, and makes those that are not there. Links are followed as they are by who has `root` as its root.
struct Folders {
    root: OwnedFd,
    latest: Option<(String, OwnedFd)>,
}

impl Folders {
    fn open(&mut self, path: &str) -> io::Result<&OwnedFd> {
        if path.is_empty() {
            return Ok(&self.root);
        }
        // Entries of one folder follow each other.
        if self.latest.as_ref().is_none_or(|(latest, _)| latest != path) {
            let opened = match self.inside(path) {
                Err(Errno::NOENT) => self.make(path)?,
                other => other?,
            };
            self.latest = Some((path.to_owned(), opened));
        }
        Ok(self.latest.as_ref().map_or(&self.root, |(_, opened)| opened))
    }

    fn open_anew(&mut self, path: &str) -> io::Result<&OwnedFd> {
        self.latest = None;
        self.open(path)
    }

    fn make(&self, path: &str) -> io::Result<OwnedFd> {
        let mut parent = self.root.try_clone()?;
        let mut so_far = String::with_capacity(path.len());
        for name in path.split('/') {
            so_far.push_str(name);
            parent = match self.inside(&so_far) {
                Err(Errno::NOENT) => {
                    mkdirat(&parent, name, FOLDER_MODE)?;
                    self.inside(&so_far)?
                }
                other => other?,
            };
            so_far.push('/');
        }
        Ok(parent)
    }

    fn inside(&self, path: &str) -> Result<OwnedFd, Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat2(&self.root, path, flags, Mode::empty(), ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS)
    }
}
