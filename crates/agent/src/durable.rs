//! Files that are there in full or not at all, also after the power failed.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What the names of files that are not complete begin with.
pub(crate) const UNFINISHED: &str = ".unfinished-";
/// Readable by the owner only: a spool says which packages can be attacked, and a credential is one.
const MODE: u32 = 0o600;

/// Writes `folder/name`, durable when it returns. What was there before is replaced in one step.
///
/// # Errors
/// The disk's.
pub fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!("{UNFINISHED}{name}"));
    // A left-over of an interrupted write may have other permissions.
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, folder.join(name))?;
    sync_folder(folder)
}

/// Removes `folder/name`, durable when it returns; it need not be there.
///
/// # Errors
/// The disk's.
pub fn remove(folder: &Path, name: &str) -> io::Result<()> {
    match std::fs::remove_file(folder.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
