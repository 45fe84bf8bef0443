//! Docker's own store: `image/<driver>` says which images there are, `<driver>` holds their layers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Contained, Folders, Held, Inside, LIST_BYTES_MAX, NAMES_MAX, chain_of, config, list, of_config, whole};
use crate::digest::Digest;

/// Drivers whose layers are folders, and whether each folder has all that lower ones have.
const DRIVERS: [(&str, bool); 4] = [("overlay2", false), ("fuse-overlayfs", false), ("vfs", true), ("overlay", false)];

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Repositories {
    /// By repository: names with tags or digests, and the image behind each.
    repositories: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Kept {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Image")]
    image: String,
    #[serde(rename = "Created")]
    created: String,
    #[serde(rename = "Path")]
    path: String,
    #[serde(rename = "Args")]
    args: Option<Vec<String>>,
    #[serde(rename = "Config")]
    config: Asked,
    #[serde(rename = "State")]
    state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Asked {
    image: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct State {
    running: bool,
    paused: bool,
    started_at: String,
}

pub(super) fn read(root: &Path, inside: &mut Inside) {
    for (driver, cumulative) in DRIVERS {
        let about = root.join("image").join(driver);
        if about.is_dir() {
            images(root, &about, driver, cumulative, inside);
        }
    }
    containers(&root.join("containers"), inside);
}

fn images(root: &Path, about: &Path, driver: &str, cumulative: bool, inside: &mut Inside) {
    let named: Repositories = list(&about.join("repositories.json"), inside);
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, id) in named.repositories.into_values().flatten() {
        let names = names.entry(id).or_default();
        if names.len() < NAMES_MAX {
            names.push(name);
        }
    }
    let contents = about.join("imagedb/content/sha256");
    let entries = match std::fs::read_dir(&contents) {
        Ok(entries) => entries,
        Err(error) => return inside.miss(&contents, error.to_string()),
    };
    for entry in entries.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|hex| Digest::from_hex(hex).ok()) else { continue };
        let names = names.remove(&id.to_string()).unwrap_or_default();
        let held = config(&entry.path()).map_err(|error| error.to_string()).and_then(|bytes| {
            let folders = folders(root, about, driver, cumulative, &bytes)?;
            let (image, store) = of_config(id, &bytes, root, folders).map_err(|error| error.to_string())?;
            Ok(Held { image, names, store })
        });
        match held {
            Ok(held) => inside.images.push(held),
            Err(why) => inside.miss(&entry.path(), why),
        }
    }
}

fn folders(root: &Path, about: &Path, driver: &str, cumulative: bool, bytes: &[u8]) -> Result<Folders, String> {
    let mut folders = Vec::new();
    for chain in chain_of(bytes) {
        let cache_id = about.join("layerdb/sha256").join(chain.hex()).join("cache-id");
        let kept = whole(&cache_id, 1024).map_err(|error| error.to_string())?;
        let kept = kept.ok_or_else(|| format!("the layer {chain} is not there"))?;
        let id = String::from_utf8_lossy(&kept).trim().to_owned();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(format!("the layer {chain} has no name that could be one of a folder"));
        }
        let folder: PathBuf =
            if cumulative { root.join(driver).join("dir").join(id) } else { root.join(driver).join(id).join("diff") };
        folders.push(folder);
    }
    match folders.pop() {
        Some(last) if cumulative => Ok(Folders::Whole(last)),
        last => {
            folders.extend(last);
            Ok(Folders::Each(folders))
        }
    }
}

fn containers(folder: &Path, inside: &mut Inside) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path().join("config.v2.json");
        let kept: Kept = match whole(&path, LIST_BYTES_MAX) {
            Ok(Some(bytes)) => match serde_json::from_slice(&bytes) {
                Ok(kept) => kept,
                Err(error) => {
                    inside.miss(&path, error.to_string());
                    continue;
                }
            },
            Ok(None) => continue,
            Err(error) => {
                inside.miss(&path, error.to_string());
                continue;
            }
        };
        let state = match kept.state {
            State { paused: true, .. } => "PAUSED",
            State { running: true, .. } => "RUNNING",
            State { started_at, .. } if started_at.starts_with("0001-") => "CREATED",
            _ => "STOPPED",
        };
        let command = [kept.path].into_iter().chain(kept.args.unwrap_or_default());
        inside.containers.push(Contained {
            id: kept.id,
            name: kept.name.trim_start_matches('/').to_owned(),
            image_sha: kept.image.strip_prefix("sha256:").map(str::to_owned),
            image_name: Some(kept.config.image).filter(|name| !name.is_empty() && !name.starts_with("sha256:")),
            state,
            created: kept.created,
            command: command.collect::<Vec<_>>().join(" "),
        });
    }
}
