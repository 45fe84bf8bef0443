//! Where the files of a track are.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use bartizan_ledger::StoreError;
use bartizan_wire::Realm;

use crate::fault::not_read;

/// The longest name of a track, in bytes. Written as a folder's name, each may take three.
pub const TRACK_BYTES_MAX: usize = 80;

/// A track of a realm.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) realm: Realm,
    pub(crate) track: String,
}

impl Place {
    /// # Errors
    /// The track's name is empty or too long.
    pub(crate) fn new(realm: &Realm, track: &str) -> Result<Self, StoreError> {
        if track.is_empty() || track.len() > TRACK_BYTES_MAX {
            return Err(StoreError::Failed(format!(
                "a track's name has 1 to {TRACK_BYTES_MAX} bytes, not {}",
                track.len()
            )));
        }
        Ok(Self { realm: realm.clone(), track: track.to_owned() })
    }

    pub(crate) fn folder(&self, tape: &Path) -> PathBuf {
        tape.join(&self.realm.account).join(&self.realm.region).join(folder_name(&self.track))
    }

    /// All tracks that have a folder. Folders of other names are none of ours.
    pub(crate) fn all(tape: &Path) -> Result<Vec<Self>, StoreError> {
        let mut places = Vec::new();
        for account in folders(tape)? {
            for region in folders(&tape.join(&account))? {
                let Ok(realm) = Realm::new(account.as_str(), region.as_str()) else { continue };
                for folder in folders(&tape.join(&account).join(&region))? {
                    if let Some(track) = track_name(&folder) {
                        places.push(Self { realm: realm.clone(), track });
                    }
                }
            }
        }
        Ok(places)
    }
}

/// The names of the folders in a folder, those that are text.
fn folders(parent: &Path) -> Result<Vec<String>, StoreError> {
    let said = |error| not_read(parent, &error);
    let mut names = Vec::new();
    for child in std::fs::read_dir(parent).map_err(said)? {
        let child = child.map_err(said)?;
        if child.file_type().map_err(said)?.is_dir()
            && let Ok(name) = child.file_name().into_string()
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// A name without separators or leading dots, whatever the track is called.
fn folder_name(track: &str) -> String {
    let mut name = String::with_capacity(track.len());
    for byte in track.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            // writing to a string does not fail
            _ => drop(write!(name, "%{byte:02x}")),
        }
    }
    name
}

fn track_name(folder: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(folder.len());
    let mut rest = folder.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let track = String::from_utf8(bytes).ok()?;
    // only what `folder_name` would have written
    (folder_name(&track) == folder && !track.is_empty()).then_some(track)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_stand_for_any_track() {
        for track in ["host/inventory", "..", "a%2fb", "é", "A_b-9", "."] {
            let name = folder_name(track);
            assert!(!name.contains(['/', '.']), "{name}");
            assert_eq!(track_name(&name).as_deref(), Some(track));
        }
        assert_eq!(folder_name("host/inventory"), "host%2finventory");
        for foreign in ["lost+found", "a.b", "%2F", "%zz", "%2", ""] {
            assert_eq!(track_name(foreign), None, "{foreign}");
        }
    }
}
