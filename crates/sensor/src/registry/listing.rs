//! What a registry holds: its repositories, their tags, and the images behind them.

use std::collections::BTreeMap;

use bartizan_container::observe::FoundImage;
use bartizan_image::digest::Digest;
use bartizan_image::source::{Choice, choose};
use serde::{Deserialize, Serialize};

use super::client::{MANIFESTS, Registry, RegistryError, next};
use super::store::Remote;
use crate::find::described;

/// Repositories of one registry.
const REPOSITORIES_MAX: usize = 10_000;
/// Tags of one repository.
const TAGS_MAX: usize = 10_000;
/// Images of one registry.
const IMAGES_MAX: usize = 100_000;
/// Asked for at once: the most that the largest public registry gives.
const PAGE: u32 = 100;
/// Bytes of a list, and of a manifest.
const DOCUMENT_BYTES_MAX: usize = 4 << 20;

/// An image of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// What it is, with all its names.
    pub image: FoundImage,
    /// Where it is.
    pub repository: String,
    /// `sha256:..` of its manifest, or of the index that leads to it.
    pub digest: String,
}

/// What one look found.
#[derive(Debug, Default)]
pub struct Listing {
    /// By the digest of the configuration.
    pub images: BTreeMap<String, Listed>,
    /// Repositories that were looked into.
    pub repositories: u64,
    /// What could not be had, in words.
    pub missed: Vec<String>,
}

/// Lists the images that are wanted. `repositories` are names that are asked for as they stand, for registries that do not list
/// theirs; without any, all that the registry lists. `known` are images by the digest of what their tag points to, which are not
/// asked for again.
pub fn list(
    registry: &mut Registry,
    id: &str,
    repositories: Option<&[String]>,
    wanted: &dyn Fn(&str, &str) -> bool,
    known: &BTreeMap<String, Listed>,
) -> Listing {
    let mut listing = Listing::default();
    let all = match repositories {
        Some(named) => named.to_vec(),
        None => match catalog(registry) {
            Ok(all) => all,
            Err(error) => {
                listing.missed.push(error.to_string());
                return listing;
            }
        },
    };
    for repository in all.into_iter().take(REPOSITORIES_MAX) {
        let tags = match tags(registry, &repository) {
            Ok(tags) => tags,
            // One without any tag is answered so.
            Err(RegistryError::Absent { .. }) => continue,
            Err(error) => {
                listing.missed.push(error.to_string());
                continue;
            }
        };
        listing.repositories += 1;
        for tag in tags.iter().filter(|tag| wanted(&repository, tag)) {
            if listing.images.len() >= IMAGES_MAX {
                listing.missed.push(format!("{IMAGES_MAX} images were found; there may be more"));
                return listing;
            }
            match image(registry, id, &repository, tag, known) {
                Ok(found) => listing.add(found),
                Err(why) => listing.missed.push(format!("{}/{repository}:{tag}: {why}", registry.host())),
            }
        }
    }
    listing
}

impl Listing {
    fn add(&mut self, found: Listed) {
        match self.images.get_mut(&found.image.sha) {
            Some(known) => {
                known.image.names.extend(found.image.names);
                known.image.names.sort_unstable();
                known.image.names.dedup();
            }
            None => {
                self.images.insert(found.image.sha.clone(), found);
            }
        }
    }
}

fn image(
    registry: &mut Registry,
    id: &str,
    repository: &str,
    tag: &str,
    known: &BTreeMap<String, Listed>,
) -> Result<Listed, String> {
    let host = registry.host().to_owned();
    let target = format!("/v2/{repository}/manifests/{tag}");
    let answer = registry.get(&target, MANIFESTS, repository).map_err(|error| error.to_string())?;
    // The digest is that of the bytes: what a header says is not believed.
    let bytes = answer.bytes(DOCUMENT_BYTES_MAX).map_err(|error| error.to_string())?;
    let digest = Digest::of(&bytes).to_string();
    let names = vec![format!("{host}/{repository}:{tag}"), format!("{host}/{repository}@{digest}")];
    let of = |image: FoundImage| Listed {
        image: FoundImage { names, registries: vec![id.to_owned()], ..image },
        repository: repository.to_owned(),
        digest: digest.clone(),
    };
    if let Some(known) = known.get(&digest) {
        return Ok(of(known.image.clone()));
    }
    let remote = Remote::new(registry, repository, &digest).with_manifest(bytes);
    let image = choose(&remote, &Choice::default()).map_err(|error| error.to_string())?;
    Ok(of(described(&image)))
}

fn catalog(registry: &mut Registry) -> Result<Vec<String>, RegistryError> {
    #[derive(Deserialize)]
    struct Catalog {
        #[serde(default)]
        repositories: Option<Vec<String>>,
    }
    let first = format!("/v2/_catalog?n={PAGE}");
    pages(registry, first, "", REPOSITORIES_MAX, |page: Catalog| page.repositories)
}

fn tags(registry: &mut Registry, repository: &str) -> Result<Vec<String>, RegistryError> {
    #[derive(Deserialize)]
    struct Tags {
        #[serde(default)]
        tags: Option<Vec<String>>,
    }
    let first = format!("/v2/{repository}/tags/list?n={PAGE}");
    pages(registry, first, repository, TAGS_MAX, |page: Tags| page.tags)
}

/// All pages of a list, up to a limit.
fn pages<T: for<'de> Deserialize<'de>>(
    registry: &mut Registry,
    first: String,
    repository: &str,
    max: usize,
    items: impl Fn(T) -> Option<Vec<String>>,
) -> Result<Vec<String>, RegistryError> {
    let (mut all, mut target) = (Vec::new(), Some(first));
    while let Some(url) = target.take() {
        let answer = registry.get(&url, "application/json", repository)?;
        let link = next(answer.opened.header("link"));
        let bytes = answer.bytes(DOCUMENT_BYTES_MAX)?;
        let page: T =
            serde_json::from_slice(&bytes).map_err(|error| RegistryError::Foreign { url, why: error.to_string() })?;
        let found = items(page).unwrap_or_default();
        // A list that goes on with nothing would go on for ever.
        target = link.filter(|_| !found.is_empty() && all.len() < max);
        all.extend(found);
    }
    all.truncate(max);
    Ok(all)
}
