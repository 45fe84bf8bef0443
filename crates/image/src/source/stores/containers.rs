//! The store of Podman, Buildah and CRI-O: `<driver>-images`, `<driver>-layers` and `<driver>-containers` are lists, `<driver>`
//! holds the layers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Contained, Folders, Held, Inside, NAMES_MAX, config, list, of_config};
use crate::digest::Digest;
use crate::limits::LAYERS_MAX;

/// Drivers whose layers are folders, and whether each folder has all that lower ones have.
const DRIVERS: [(&str, bool); 2] = [("overlay", false), ("vfs", true)];
/// Where a running container's process is told, below the folder for what does not outlive a restart.
const RUNNING: [&str; 2] = ["/run/containers/storage", "/var/run/containers/storage"];

#[derive(Debug, Deserialize)]
struct Listed {
    id: String,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    names: Option<Vec<String>>,
    #[serde(default)]
    layer: Option<String>,
}

#[derive(Debug, Deserialize)]
struct LayerOf {
    id: String,
    #[serde(default)]
    parent: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Kept {
    id: String,
    #[serde(default)]
    names: Option<Vec<String>>,
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    created: Option<String>,
    /// JSON in a text.
    #[serde(default)]
    metadata: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(rename = "image-name", default)]
    image_name: Option<String>,
}

pub(super) fn read(root: &Path, inside: &mut Inside) {
    for (driver, cumulative) in DRIVERS {
        let about = root.join(format!("{driver}-images"));
        if about.is_dir() {
            images(root, &about, driver, cumulative, inside);
            containers(&root.join(format!("{driver}-containers")), driver, inside);
        }
    }
}

fn images(root: &Path, about: &Path, driver: &str, cumulative: bool, inside: &mut Inside) {
    let layers: Vec<LayerOf> = list(&root.join(format!("{driver}-layers/layers.json")), inside);
    let parents: BTreeMap<String, Option<String>> =
        layers.into_iter().map(|layer| (layer.id, layer.parent.filter(|parent| !parent.is_empty()))).collect();
    let images: Vec<Listed> = list(&about.join("images.json"), inside);
    for listed in images {
        let Ok(id) = Digest::from_hex(&listed.id) else { continue };
        let path = about.join(&listed.id).join(format!("={}", STANDARD.encode(id.to_string())));
        let held = config(&path).map_err(|error| error.to_string()).and_then(|bytes| {
            let folders = folders(root, driver, cumulative, listed.layer.as_deref(), &parents)?;
            let (image, store) = of_config(id, &bytes, root, folders).map_err(|error| error.to_string())?;
            Ok(Held { image, names: names(&listed), store })
        });
        match held {
            Ok(held) => inside.images.push(held),
            Err(why) => inside.miss(&path, why),
        }
    }
}

/// Names with tags, and for each repository the one with the digest.
fn names(listed: &Listed) -> Vec<String> {
    let mut names: Vec<String> = listed.names.iter().flatten().take(NAMES_MAX).cloned().collect();
    if let Some(digest) = &listed.digest {
        let of_digest = |name: &String| {
            let last = name.rfind('/').map_or(0, |at| at + 1);
            let end = name.get(last..).and_then(|rest| rest.find([':', '@'])).map_or(name.len(), |at| last + at);
            format!("{}@{digest}", name.get(..end).unwrap_or(name))
        };
        let more: Vec<String> = names.iter().filter(|name| !name.contains('@')).map(of_digest).collect();
        names.extend(more);
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn folders(
    root: &Path,
    driver: &str,
    cumulative: bool,
    top: Option<&str>,
    parents: &BTreeMap<String, Option<String>>,
) -> Result<Folders, String> {
    let (mut chain, mut next) = (Vec::new(), top.filter(|top| !top.is_empty()));
    while let Some(id) = next {
        let safe = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !safe || chain.len() >= LAYERS_MAX {
            return Err(format!(
                "the layer `{id}` has no name that could be one of a folder, or too many lie below it"
            ));
        }
        chain.push(id);
        next = parents.get(id).ok_or_else(|| format!("the layer `{id}` is not there"))?.as_deref();
    }
    let folder = |id: &&str| -> PathBuf {
        if cumulative { root.join(driver).join("dir").join(id) } else { root.join(driver).join(id).join("diff") }
    };
    match chain.first() {
        Some(top) if cumulative => Ok(Folders::Whole(folder(top))),
        _ => Ok(Folders::Each(chain.iter().rev().map(folder).collect())),
    }
}

fn containers(about: &Path, driver: &str, inside: &mut Inside) {
    let kept: Vec<Kept> = list(&about.join("containers.json"), inside);
    for kept in kept {
        let metadata: Metadata =
            kept.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let pid = RUNNING.iter().find_map(|folder| {
            let path = Path::new(folder).join(format!("{driver}-containers")).join(&kept.id).join("userdata/pidfile");
            std::fs::read_to_string(path).ok()?.trim().parse::<u32>().ok()
        });
        let state = match pid {
            Some(pid) if Path::new(&format!("/proc/{pid}")).exists() => "RUNNING",
            Some(_) => "STOPPED",
            // Podman keeps what it knows of a container's state in a database that is not read here.
            None => "UNKNOWN",
        };
        inside.containers.push(Contained {
            name: kept.names.iter().flatten().next().cloned().unwrap_or_default(),
            image_sha: kept.image.filter(|image| image.len() == 64),
            image_name: metadata.image_name,
            state,
            created: kept.created.unwrap_or_default(),
            command: String::new(),
            id: kept.id,
        });
    }
}
