//! One image from its source to its inventory, reading only layers that are not known.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::Digest;
use crate::inventory::{self, Blind, Inventory};
use crate::layer::{self, Cache, Facts, LayerError};
use crate::limits::Limits;
use crate::source::{Choice, Image, SourceError, Store, choose};

/// How a scan is done.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which image.
    pub choice: Choice,
    /// What is kept of layers, and used again.
    pub cache: Option<Cache>,
    /// How much is read.
    pub limits: Limits,
    /// Also list what lock files ask for.
    pub declared: bool,
}

/// Why there is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// No image.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A layer.
    #[error("layer {number} ({name}): {error}")]
    Layer {
        /// Counted from 0 at the bottom.
        number: usize,
        /// As the store names it.
        name: String,
        /// Why.
        error: LayerError,
    },
}

/// What a scan found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// Of which image.
    pub image: Image,
    /// What is in it.
    pub inventory: Inventory,
    /// Layers that were read.
    pub layers_read: usize,
    /// Layers that were known already.
    pub layers_known: usize,
    /// Uncompressed bytes that were read.
    pub bytes_read: u64,
    /// The cache could not be written to: why.
    pub not_kept: Option<String>,
}

/// Scans an image.
///
/// # Errors
/// See [`ScanError`]. A layer that is not what the image names ends a scan, because nothing could be said of the image.
pub fn scan(store: &impl Store, options: &Options) -> Result<Scanned, ScanError> {
    let image = choose(store, &options.choice)?;
    scan_image(store, image, options)
}

/// Scans an image that is known already; [`Options::choice`] means nothing then.
///
/// # Errors
/// See [`scan`].
pub fn scan_image(store: &impl Store, image: Image, options: &Options) -> Result<Scanned, ScanError> {
    let mut known: BTreeMap<Digest, Facts> = BTreeMap::new();
    let mut not_kept = None;
    let read = image.layers.iter().filter(|layer| layer.skipped.is_none());
    let mut remembered = 0;
    let mut remember = |plain: Digest, facts: Facts| {
        remembered += facts.weight();
        let max = options.limits.remembered;
        if remembered > max { Facts::forgotten(Some(plain), max) } else { facts }
    };
    for plain in read.filter_map(|layer| layer.expected.plain) {
        if known.contains_key(&plain) {
            continue;
        }
        if let Some(facts) = options.cache.as_ref().and_then(|cache| cache.get(plain)) {
            known.insert(plain, remember(plain, facts));
        }
    }
    let layers_known = known.len();
    let mut layers_read = 0;
    for layer in &image.layers {
        let Some(plain) = layer.expected.plain.filter(|plain| !known.contains_key(plain)) else { continue };
        let Some(folder) = store.unpacked(&layer.name) else { continue };
        let mut facts = layer::unpacked::read(folder, &options.limits);
        facts.digest = Some(plain);
        layers_read += 1;
        known.insert(plain, remember(plain, facts));
    }
    // By name, because a store may hand them out in any order, and one may be there twice.
    let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (number, layer) in image.layers.iter().enumerate().filter(|(_, layer)| layer.skipped.is_none()) {
        let fresh = layer.expected.plain.is_none_or(|plain| !known.contains_key(&plain) && seen.insert(plain));
        if fresh {
            wanted.entry(layer.name.clone()).or_default().push(number);
        }
    }
    let names: BTreeSet<String> = wanted.keys().cloned().collect();
    let mut bytes_read = 0;
    let mut visit = |name: &str, content: &mut dyn std::io::Read| -> Result<(), ScanError> {
        let Some(number) = wanted.remove(name).and_then(|numbers| numbers.first().copied()) else { return Ok(()) };
        let Some(layer) = image.layers.get(number) else { return Ok(()) };
        let facts = layer::read(content, layer.expected, &options.limits).map_err(|error| ScanError::Layer {
            number,
            name: name.to_owned(),
            error,
        })?;
        bytes_read += facts.bytes;
        layers_read += 1;
        if let Some(Err(error)) = options.cache.as_ref().map(|cache| cache.put(&facts)) {
            not_kept = Some(error.to_string());
        }
        if let Some(plain) = facts.digest {
            known.insert(plain, remember(plain, facts));
        }
        Ok(())
    };
    store.each(&names, &mut visit)?;
    if let Some(name) = wanted.into_keys().next() {
        return Err(SourceError::Absent(name).into());
    }
    let mut facts = Vec::new();
    let mut skipped = Vec::new();
    for (number, layer) in image.layers.iter().enumerate() {
        if let Some(why) = layer.skipped {
            skipped.push(Blind { path: String::new(), layer: Some(number), why: format!("{why} was not read") });
        } else if let Some(known) = layer.expected.plain.and_then(|plain| known.get(&plain)) {
            facts.push((number, known));
        }
    }
    let mut inventory = inventory::assemble(&facts, options.declared);
    inventory.blind.extend(skipped);
    Ok(Scanned { image, inventory, layers_read, layers_known, bytes_read, not_kept })
}
