//! containerd's store: a database of names and containers, and the blobs as they were pulled.

use std::collections::BTreeMap;
use std::path::Path;

use super::bolt::{Bolt, BoltError};
use super::{Contained, EngineStore, Held, Inside, NAMES_MAX, document_of};
use crate::digest::Digest;
use crate::source::Folder;

const CONTENT: &str = "io.containerd.content.v1.content";
const DATABASE: &str = "io.containerd.metadata.v1.bolt/meta.db";
/// Tasks that run, by namespace and container, below the folder for what does not outlive a restart.
const TASKS: &str = "/run/containerd/io.containerd.runtime.v2.task";
/// Docker and the plugin for Kubernetes name an image by its digest, too.
const BY_DIGEST: &str = "sha256:";

pub(super) fn read(root: &Path, inside: &mut Inside) {
    let path = root.join(DATABASE);
    if !path.exists() {
        return;
    }
    if let Err(error) = read_database(root, &path, inside) {
        inside.miss(&path, error.to_string());
    }
}

fn read_database(root: &Path, path: &Path, inside: &mut Inside) -> Result<(), BoltError> {
    let bolt = Bolt::open(path)?;
    // `v1`, then namespaces, which share their blobs.
    let Some(version) = bolt.root().bucket(b"v1")? else { return Ok(()) };
    let blobs = Folder::new(&root.join(CONTENT));
    let mut images: BTreeMap<Digest, Vec<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for namespace in version.buckets()? {
        let Some(bucket) = version.bucket(&namespace)? else { continue };
        let namespace = String::from_utf8_lossy(&namespace).into_owned();
        if let Some(named) = bucket.bucket(b"images")? {
            for name in named.buckets()? {
                let Some(image) = named.bucket(&name)? else { continue };
                let Some(target) = image.bucket(b"target")? else { continue };
                let digest = target.value(b"digest")?.unwrap_or_default();
                let Ok(digest) = String::from_utf8_lossy(&digest).parse::<Digest>() else { continue };
                let names = images.entry(digest).or_default();
                let name = String::from_utf8_lossy(&name).into_owned();
                if names.len() < NAMES_MAX && !name.starts_with(BY_DIGEST) {
                    names.push(name);
                }
            }
        }
        if let Some(all) = bucket.bucket(b"containers")? {
            for id in all.buckets()? {
                let Some(container) = all.bucket(&id)? else { continue };
                let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                let id = text(id);
                let running = Path::new(TASKS).join(&namespace).join(&id).is_dir();
                found.push(Contained {
                    name: id.clone(),
                    image_sha: None,
                    image_name: container.value(b"image")?.map(text).filter(|name| !name.is_empty()),
                    state: if running { "RUNNING" } else { "STOPPED" },
                    id,
                    ..Contained::default()
                });
            }
        }
    }
    let mut by_name: BTreeMap<String, String> = BTreeMap::new();
    for (digest, mut names) in images {
        names.sort_unstable();
        names.dedup();
        let image = match document_of(&blobs, digest) {
            Ok(image) => image,
            Err(error) => {
                inside.miss(blobs_of(root, digest).as_path(), error.to_string());
                continue;
            }
        };
        for name in &names {
            by_name.insert(name.clone(), image.id.hex());
        }
        let repositories: Vec<String> = names.iter().filter_map(|name| with_digest(name, digest)).collect();
        names.extend(repositories);
        names.sort_unstable();
        names.dedup();
        inside.images.push(Held { image, names, store: EngineStore::Blobs(blobs.clone()) });
    }
    for mut container in found {
        container.image_sha = container.image_name.as_ref().and_then(|name| by_name.get(name)).cloned();
        inside.containers.push(container);
    }
    Ok(())
}

fn blobs_of(root: &Path, digest: Digest) -> std::path::PathBuf {
    root.join(CONTENT).join("blobs/sha256").join(digest.hex())
}

/// `registry.example/team/shop:1` as `registry.example/team/shop@sha256:..`.
fn with_digest(name: &str, digest: Digest) -> Option<String> {
    if name.contains('@') || !name.contains('/') {
        return None;
    }
    let last = name.rfind('/').map_or(0, |at| at + 1);
    let end = name.get(last..)?.find(':').map_or(name.len(), |at| last + at);
    Some(format!("{}@{digest}", name.get(..end)?))
}
