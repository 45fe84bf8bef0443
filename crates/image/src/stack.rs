//! All layers of an image as folders, for overlayfs to lay over each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::layer::unpack::unpack;
use crate::limits::Limits;
use crate::scan::ScanError;
use crate::source::{Image, SourceError, Store};

/// Folders of an image's layers, from the bottom to the top: where an engine has unpacked them, or below `into`. All layers
/// together may be as long as `limits` let one be. Of a layer that is there several times only the topmost counts: it has all that
/// the others have, and overlayfs takes no folder twice.
///
/// # Errors
/// A layer is not there, is not what the image names, or cannot be written. Part of it may be below `into` then.
pub fn stack(store: &impl Store, image: &Image, limits: &Limits, into: &Path) -> Result<Vec<PathBuf>, ScanError> {
    let failed = |path: &Path, error| SourceError::Io { path: path.to_owned(), error };
    if let Some(skipped) = image.layers.iter().find_map(|layer| layer.skipped) {
        return Err(SourceError::Unsupported(format!("{skipped} cannot be unpacked")).into());
    }
    let wanted = image.layers.iter().map(|layer| &layer.name).filter(|name| store.unpacked(name).is_none());
    let wanted: BTreeSet<String> = wanted.cloned().collect();
    let mut folders: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut limits = limits.clone();
    let mut visit = |name: &str, content: &mut dyn Read| -> Result<(), ScanError> {
        let Some((number, layer)) = image.layers.iter().enumerate().find(|(_, layer)| layer.name == name) else {
            return Ok(());
        };
        let folder = into.join(number.to_string());
        fs::create_dir(&folder).map_err(|error| failed(&folder, error))?;
        let unpacked = unpack(content, layer.expected, &limits, &folder);
        let bytes = unpacked.map_err(|error| ScanError::Layer { number, name: name.to_owned(), error })?;
        limits.layer_bytes = limits.layer_bytes.saturating_sub(bytes);
        folders.insert(name.to_owned(), folder);
        Ok(())
    };
    store.each(&wanted, &mut visit)?;
    let mut seen = BTreeSet::new();
    let topmost = image.layers.iter().rev().filter(|layer| seen.insert(&layer.name));
    let folder = |name: &String| store.unpacked(name).map(Path::to_owned).or_else(|| folders.get(name).cloned());
    let mut all = topmost
        .map(|layer| folder(&layer.name).ok_or_else(|| SourceError::Absent(layer.name.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    all.reverse();
    Ok(all)
}
