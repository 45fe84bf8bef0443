//! Images that a host has, and where they are scanned.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_container::engine::ScanningPolicy;
use bartizan_container::observe::{FoundContainer, FoundImage, Layer};
use bartizan_image::digest::Digest;
use bartizan_image::layer::Cache;
use bartizan_image::scan::{Options, ScanError, Scanned, scan, scan_image};
use bartizan_image::source::stores::{Contained, Engine, Held, inside};
use bartizan_image::source::{self, Choice, Folder, Image, Named, Store, choose};
use bartizan_wire::Timestamp;

use crate::dynamic::{self, Runner, Unable, Way};
use crate::registry::{Registry, Remote};

/// Where images are looked for.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Folders with OCI layouts in them and below.
    pub layouts: Vec<PathBuf>,
    /// Stores of engines, and where they are; one that is not there holds nothing.
    pub engines: Vec<(Engine, PathBuf)>,
    /// Also processes outside of containers.
    pub all_processes: bool,
    /// Images may be run, under scanning policies that ask for it.
    pub run_images: bool,
}

/// Where an image can be scanned.
#[derive(Debug, Clone)]
pub enum Place {
    /// In an OCI layout, by the digest of its manifest.
    Layout(PathBuf, Digest),
    /// In the store of an engine.
    Engine(Box<Held>),
    /// In a repository of a registry, by the digest of its manifest.
    Registry(Arc<Mutex<Registry>>, String, String),
}

impl Place {
    /// Scans the image that is there, as a scanning policy wants it.
    ///
    /// # Errors
    /// It cannot be read, or the policy allows no way that is open: why, in words.
    pub fn scan(
        &self,
        cache: Cache,
        policy: ScanningPolicy,
        runner: &Result<Runner, Unable>,
    ) -> Result<(Scanned, Way), String> {
        let options = |choice: Choice| Options { choice, cache: Some(cache), ..Options::default() };
        match self {
            Self::Layout(layout, digest) => {
                let store = Folder::new(layout);
                let choice = Choice { name: Some(digest.to_string()), platform: None };
                followed(scan(&store, &options(choice)), &store, policy, runner)
            }
            Self::Engine(held) => {
                let scanned = scan_image(&held.store, held.image.clone(), &options(Choice::default()));
                followed(scanned, &held.store, policy, runner)
            }
            Self::Registry(registry, repository, digest) => {
                let mut registry = registry.lock().unwrap_or_else(PoisonError::into_inner);
                let store = Remote::new(&mut registry, repository, digest);
                followed(scan(&store, &options(Choice::default())), &store, policy, runner)
            }
        }
    }
}

fn followed(
    scanned: Result<Scanned, ScanError>,
    store: &impl Store,
    policy: ScanningPolicy,
    runner: &Result<Runner, Unable>,
) -> Result<(Scanned, Way), String> {
    let mut scanned = scanned.map_err(|error| error.to_string())?;
    let way = dynamic::follow(policy, runner, store, &mut scanned)?;
    Ok((scanned, way))
}

/// An image that was found. What only memory knows, and what a profile makes of it, is filled in by others.
#[derive(Debug, Clone)]
pub struct Spotted {
    /// What it is.
    pub image: FoundImage,
    /// Where it is.
    pub place: Place,
}

/// Finds images again and again; manifests that were read are not read again.
#[derive(Debug, Default)]
pub struct Finder {
    places: Places,
    known: BTreeMap<(PathBuf, Digest), FoundImage>,
}

/// What one look found.
#[derive(Debug, Default)]
pub struct Look {
    /// By digest; an image that is in several places is scanned in the first.
    pub images: BTreeMap<String, Spotted>,
    /// Containers of engines.
    pub containers: Vec<FoundContainer>,
    /// What could not be looked into, in words.
    pub missed: Vec<String>,
}

impl Finder {
    /// One that looks in these places.
    #[must_use]
    pub fn new(places: Places) -> Self {
        Self { places, known: BTreeMap::new() }
    }

    /// Looks everywhere. What cannot be read is part of the answer.
    pub fn look(&mut self) -> Look {
        let mut look = Look::default();
        let mut seen = BTreeSet::new();
        for folder in self.places.layouts.clone() {
            let found = source::find(&folder);
            look.missed.extend(found.missed.iter().map(|missed| format!("{}: {}", missed.path.display(), missed.why)));
            for named in found.images {
                let key = (named.layout.clone(), named.digest);
                match self.layout(&key, &named) {
                    Ok(image) => look.add(image, Place::Layout(key.0.clone(), key.1)),
                    Err(why) => look.missed.push(format!("{}: {why}", named.layout.display())),
                }
                seen.insert(key);
            }
        }
        self.known.retain(|key, _| seen.contains(key));
        for (engine, root) in &self.places.engines {
            let found = inside(*engine, root);
            look.missed.extend(found.missed.iter().map(|missed| format!("{}: {}", missed.path.display(), missed.why)));
            for held in found.images {
                let image = FoundImage { names: held.names.clone(), ..described(&held.image) };
                look.add(image, Place::Engine(Box::new(held)));
            }
            look.containers.extend(found.containers.into_iter().map(container));
        }
        look
    }

    fn layout(&mut self, key: &(PathBuf, Digest), named: &Named) -> Result<FoundImage, String> {
        let names = spelled(&named.names, &named.layout);
        if let Some(known) = self.known.get(key) {
            return Ok(FoundImage { names, ..known.clone() });
        }
        let choice = Choice { name: Some(named.digest.to_string()), platform: named.platform.clone() };
        let image = choose(&Folder::new(&named.layout), &choice).map_err(|error| error.to_string())?;
        let image = described(&image);
        self.known.insert(key.clone(), image.clone());
        Ok(FoundImage { names, ..image })
    }
}

impl Look {
    fn add(&mut self, image: FoundImage, place: Place) {
        match self.images.get_mut(&image.sha) {
            Some(known) => {
                known.image.names.extend(image.names);
                known.image.names.sort_unstable();
                known.image.names.dedup();
            }
            None => {
                self.images.insert(image.sha.clone(), Spotted { image, place });
            }
        }
    }
}

fn container(contained: Contained) -> FoundContainer {
    FoundContainer {
        created: Timestamp::from_iso8601(&contained.created).ok(),
        id: contained.id,
        name: contained.name,
        image_sha: contained.image_sha,
        image_name: contained.image_name,
        state: contained.state.to_owned(),
        command: contained.command,
    }
}

/// What an image says of itself.
pub(crate) fn described(image: &Image) -> FoundImage {
    let layers = image.layers.iter().map(|layer| Layer {
        sha: layer.expected.plain.map(|digest| digest.hex()).unwrap_or_default(),
        size: layer.size,
        created_by: layer.created_by.clone(),
    });
    FoundImage {
        sha: image.id.hex(),
        made: Timestamp::from_iso8601(&image.created).ok(),
        platform: image.platform.to_string(),
        size: image.layers.iter().map(|layer| layer.size).sum(),
        layers: layers.collect(),
        ..FoundImage::default()
    }
}

/// Names as they are reported: a layout may name an image by its tag alone, and then its folder is the repository.
fn spelled(names: &[String], layout: &Path) -> Vec<String> {
    let folder = layout.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut spelled: Vec<String> = names
        .iter()
        .map(|name| if name.contains([':', '/', '@']) { name.clone() } else { format!("{folder}:{name}") })
        .collect();
    spelled.sort_unstable();
    spelled.dedup();
    spelled
}
