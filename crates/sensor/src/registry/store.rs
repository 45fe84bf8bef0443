//! An image of a registry as a store of bytes by name, so that it is scanned like one on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bartizan_image::source::{SourceError, Store, Visit};
use serde_json::{Value, json};

use super::client::{MANIFESTS, Registry, RegistryError};

/// What every blob's name begins with.
const BLOB: &str = "blobs/sha256/";
/// Any blob.
const ANYTHING: &str = "*/*";

/// One image of a repository.
#[derive(Debug)]
pub struct Remote<'a> {
    registry: Mutex<&'a mut Registry>,
    repository: String,
    /// `sha256:..` of its manifest.
    digest: String,
    /// For people.
    shown: PathBuf,
    /// Digests that are those of manifests, which are asked for at another address than other blobs.
    manifests: Mutex<BTreeSet<String>>,
    /// Documents that were read, by name: whoever looks for an image asks for some of them more than once.
    documents: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl<'a> Remote<'a> {
    /// The image with a manifest.
    #[must_use]
    pub fn new(registry: &'a mut Registry, repository: &str, digest: &str) -> Self {
        let shown = PathBuf::from(format!("{}/{repository}@{digest}", registry.host()));
        Self {
            registry: Mutex::new(registry),
            repository: repository.to_owned(),
            digest: digest.to_owned(),
            shown,
            manifests: Mutex::new([digest.to_owned()].into()),
            documents: Mutex::default(),
        }
    }

    /// The same, with its manifest read already.
    #[must_use]
    pub fn with_manifest(self, bytes: Vec<u8>) -> Self {
        self.learn(&bytes);
        let name = self.digest.replace("sha256:", BLOB);
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).insert(name, bytes);
        self
    }

    /// A blob as a stream; `None` if it is not there.
    fn open(&self, name: &str) -> Result<Option<super::client::Answer>, SourceError> {
        let Some(hex) = name.strip_prefix(BLOB) else { return Ok(None) };
        let digest = format!("sha256:{hex}");
        let is_manifest = self.manifests.lock().unwrap_or_else(PoisonError::into_inner).contains(&digest);
        let (kind, accept) = if is_manifest { ("manifests", MANIFESTS) } else { ("blobs", ANYTHING) };
        let target = format!("/v2/{}/{kind}/{digest}", self.repository);
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        match registry.get(&target, accept, &self.repository) {
            Ok(answer) => Ok(Some(answer)),
            Err(RegistryError::Absent { .. }) => Ok(None),
            Err(error) => {
                Err(SourceError::Io { path: self.shown.join(name), error: io::Error::other(error.to_string()) })
            }
        }
    }

    /// Notes the manifests that an index names.
    fn learn(&self, document: &[u8]) {
        let value: Value = serde_json::from_slice(document).unwrap_or_default();
        let named = value.get("manifests").and_then(Value::as_array).into_iter().flatten();
        let digests = named.filter_map(|one| one.get("digest").and_then(Value::as_str)).map(str::to_owned);
        self.manifests.lock().unwrap_or_else(PoisonError::into_inner).extend(digests);
    }
}

impl Store for Remote<'_> {
    fn shown(&self) -> &Path {
        &self.shown
    }

    fn small(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, SourceError> {
        // A registry has no list of images in this form; this one has a single image.
        if name == "index.json" {
            let index = json!({ "schemaVersion": 2, "manifests": [{ "digest": self.digest, "size": 0 }] });
            return Ok(Some(index.to_string().into_bytes()));
        }
        if let Some(known) = self.documents.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Some(known.clone()));
        }
        let Some(answer) = self.open(name)? else { return Ok(None) };
        let bytes = answer.bytes(usize::try_from(max).unwrap_or(usize::MAX)).map_err(|error| SourceError::Io {
            path: self.shown.join(name),
            error: io::Error::other(error.to_string()),
        })?;
        self.learn(&bytes);
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), bytes.clone());
        Ok(Some(bytes))
    }

    fn each<E: From<SourceError>>(&self, names: &BTreeSet<String>, visit: &mut Visit<'_, E>) -> Result<(), E> {
        for name in names {
            if let Some(mut answer) = self.open(name)? {
                visit(name, &mut answer)?;
            }
        }
        Ok(())
    }
}
