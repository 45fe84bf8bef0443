//! From a store to the one image that is meant.

use serde::de::DeserializeOwned;

use super::documents::{Config, Descriptor, Document, Ran, Saved};
use super::{Image, Layer, Platform, SourceError, Store};
use crate::digest::Digest;
use crate::layer::Expected;
use crate::limits::{CONFIG_BYTES_MAX, IMAGES_MAX, INDEX_DEPTH_MAX, LAYERS_MAX, MANIFEST_BYTES_MAX, VALUE_BYTES_MAX};
use crate::package::shortened;

const TAG: &str = "org.opencontainers.image.ref.name";
const CONTAINERD_NAME: &str = "io.containerd.image.name";
/// Docker's first form of manifest, with and without a signature.
const SCHEMA_1: &str = "docker.distribution.manifest.v1+";
/// Marks what goes with an image, such as a statement of how it was built.
const ATTESTATION: &str = "vnd.docker.reference.type";

/// Which image is meant, where there are several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// A tag, a name with a tag, or the digest of a manifest or a configuration.
    pub name: Option<String>,
    /// What it shall run on. If absent, the only image there is, or the one for this machine.
    pub platform: Option<Platform>,
}

/// Finds the image that is meant.
///
/// # Errors
/// See [`SourceError`]. A choice that leaves several images lists them.
pub fn choose(store: &impl Store, choice: &Choice) -> Result<Image, SourceError> {
    if let Some(bytes) = store.small("index.json", MANIFEST_BYTES_MAX)? {
        return from_layout(store, &bytes, choice);
    }
    match store.small("manifest.json", MANIFEST_BYTES_MAX)? {
        Some(bytes) => from_saved(store, &bytes, choice),
        None => Err(SourceError::NoImage(store.shown().to_owned())),
    }
}

pub(super) fn parse<T: DeserializeOwned>(name: &str, what: &'static str, bytes: &[u8]) -> Result<T, SourceError> {
    let failed =
        |error: serde_json::Error| SourceError::Document { name: name.to_owned(), what, why: error.to_string() };
    serde_json::from_slice(bytes).map_err(failed)
}

fn digest(name: &str, text: &str) -> Result<Digest, SourceError> {
    text.parse().map_err(|error| SourceError::Digest { name: name.to_owned(), error })
}

fn blob(digest: Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

/// A blob that is a document, with its digest verified.
fn document(store: &impl Store, wanted: Digest, max: u64) -> Result<Option<Vec<u8>>, SourceError> {
    let name = blob(wanted);
    let Some(bytes) = store.small(&name, max)? else { return Ok(None) };
    let found = Digest::of(&bytes);
    if found == wanted { Ok(Some(bytes)) } else { Err(SourceError::Altered { name, found }) }
}

/// One image that could be meant.
pub(super) struct Candidate {
    pub(super) names: Vec<String>,
    pub(super) manifest: Digest,
    document: Document,
    pub(super) platform: Option<Platform>,
}

/// All images that an index leads to, and one that is named and not there.
pub(super) fn candidates(store: &impl Store, index: &[u8]) -> Result<(Vec<Candidate>, Option<String>), SourceError> {
    let index: Document = parse("index.json", "index of images", index)?;
    let mut candidates = Vec::new();
    let mut absent = None;
    for descriptor in index.manifests.unwrap_or_default() {
        collect(store, &descriptor, &[], 0, &mut candidates, &mut absent)?;
    }
    Ok((candidates, absent))
}

fn from_layout(store: &impl Store, bytes: &[u8], choice: &Choice) -> Result<Image, SourceError> {
    let (mut candidates, absent) = candidates(store, bytes)?;
    if let Some(name) = &choice.name {
        candidates.retain(|candidate| candidate.is_named(name));
    }
    let chosen = pick(
        candidates,
        choice,
        |candidate| candidate.platform.clone(),
        |candidate| {
            let platform = candidate.platform.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
            format!("{} {} {platform}", candidate.names.join(","), candidate.manifest)
        },
    );
    let candidate = match (chosen, absent) {
        (Err(_), Some(absent)) => return Err(SourceError::Absent(absent)),
        (chosen, _) => chosen?,
    };
    let manifest = candidate.document;
    let name = blob(candidate.manifest);
    let no_image =
        |why: &str| SourceError::Document { name: name.clone(), what: "manifest of an image", why: why.into() };
    let config = manifest.config.ok_or_else(|| no_image("it has no configuration"))?;
    let layers = manifest.layers.ok_or_else(|| no_image("it has no layers"))?;
    let id = digest(&name, &config.digest)?;
    let bytes = document(store, id, CONFIG_BYTES_MAX)?.ok_or_else(|| SourceError::Absent(blob(id)))?;
    let config: Config = parse(&blob(id), "configuration of an image", &bytes)?;
    let layers = layers.iter().map(|layer| of_manifest(&name, layer)).collect::<Result<Vec<_>, _>>()?;
    finish(candidate.names, Some(candidate.manifest), id, &config, layers)
}

/// The image behind the digest of a manifest, or of an index, in a store of blobs: the only one, or the one for this machine.
pub(super) fn document_of(store: &impl Store, root: Digest) -> Result<Image, SourceError> {
    let index = format!(r#"{{"manifests":[{{"digest":"{root}","size":0}}]}}"#);
    from_layout(store, index.as_bytes(), &Choice::default())
}

/// Adds the images that a descriptor leads to.
fn collect(
    store: &impl Store,
    descriptor: &Descriptor,
    above: &[String],
    depth: usize,
    out: &mut Vec<Candidate>,
    absent: &mut Option<String>,
) -> Result<(), SourceError> {
    let mut names = above.to_vec();
    let annotations = descriptor.annotations.iter().flatten();
    for (key, value) in annotations {
        if key == ATTESTATION {
            return Ok(());
        }
        if (key == TAG || key == CONTAINERD_NAME) && !names.contains(value) {
            names.push(shortened(value, VALUE_BYTES_MAX));
        }
    }
    if descriptor.platform.as_ref().is_some_and(|ran| ran.os == "unknown") {
        return Ok(());
    }
    if descriptor.media_type.contains(SCHEMA_1) {
        return Err(SourceError::Unsupported(
            "the image is of Docker's schema 1, which names nothing by digest; push it again with a current client"
                .into(),
        ));
    }
    let wanted = digest("index.json", &descriptor.digest)?;
    let name = blob(wanted);
    let Some(bytes) = document(store, wanted, MANIFEST_BYTES_MAX)? else {
        // An index may name platforms that were not copied.
        absent.get_or_insert(name);
        return Ok(());
    };
    let document: Document = parse(&name, "manifest or index", &bytes)?;
    if document.schema_version == 1 || document.media_type.contains(SCHEMA_1) {
        return Err(SourceError::Unsupported(
            "the image is of Docker's schema 1, which names nothing by digest; push it again with a current client"
                .into(),
        ));
    }
    if let Some(inner) = document.manifests {
        if depth >= INDEX_DEPTH_MAX {
            return Err(SourceError::Limit { name, max: INDEX_DEPTH_MAX as u64, what: "indexes within indexes" });
        }
        for descriptor in &inner {
            collect(store, descriptor, &names, depth + 1, out, absent)?;
        }
        return Ok(());
    }
    // What is kept beside images, such as signatures, has no configuration of an image.
    let of_image = document.config.as_ref().is_some_and(|config| {
        config.media_type.is_empty()
            || config.media_type.contains("image.config")
            || config.media_type.contains("container.image")
    });
    if !of_image {
        return Ok(());
    }
    if let Some(known) = out.iter_mut().find(|known| known.manifest == wanted) {
        known.names.extend(names.into_iter().filter(|name| !known.names.contains(name)).collect::<Vec<_>>());
        return Ok(());
    }
    if out.len() >= IMAGES_MAX {
        return Err(SourceError::Limit { name: "index.json".into(), max: IMAGES_MAX as u64, what: "images" });
    }
    let mut platform = descriptor.platform.as_ref().map(platform_of);
    if platform.is_none() {
        platform = platform_by_config(store, document.config.as_ref())?;
    }
    out.push(Candidate { names, manifest: wanted, document, platform });
    Ok(())
}

fn platform_by_config(store: &impl Store, config: Option<&Descriptor>) -> Result<Option<Platform>, SourceError> {
    let Some(Ok(id)) = config.map(|config| config.digest.parse::<Digest>()) else { return Ok(None) };
    let Some(bytes) = document(store, id, CONFIG_BYTES_MAX)? else { return Ok(None) };
    Ok(serde_json::from_slice::<Ran>(&bytes).ok().map(|ran| platform_of(&ran)))
}

fn platform_of(ran: &Ran) -> Platform {
    let text = |text: &str| shortened(text, 64);
    Platform {
        os: text(&ran.os),
        architecture: text(&ran.architecture),
        variant: text(ran.variant.as_deref().unwrap_or_default()),
    }
}

impl Candidate {
    fn is_named(&self, name: &str) -> bool {
        let config = self.document.config.as_ref().map(|config| config.digest.as_str());
        self.manifest.to_string() == name || config == Some(name) || self.names.iter().any(|own| is_name(own, name))
    }
}

/// `12` and `debian:12` are names of `docker.io/library/debian:12`.
fn is_name(own: &str, asked: &str) -> bool {
    own == asked || own.strip_suffix(asked).is_some_and(|before| before.ends_with('/') || before.ends_with(':'))
}

/// The one image that is meant.
fn pick<T>(
    mut candidates: Vec<T>,
    choice: &Choice,
    platform: impl Fn(&T) -> Option<Platform>,
    shown: impl Fn(&T) -> String,
) -> Result<T, SourceError> {
    const SHOWN_MAX: usize = 20;
    let list = |candidates: &[T]| candidates.iter().take(SHOWN_MAX).map(&shown).collect::<Vec<_>>().join("; ");
    let all = list(&candidates);
    let wanted = match &choice.platform {
        Some(wanted) => Some(wanted.clone()),
        None if candidates.len() > 1 => Some(Platform::here()),
        None => None,
    };
    if let Some(wanted) = wanted {
        let answers = |candidate: &T| platform(candidate).is_none_or(|platform| platform.answers(&wanted));
        // Without a choice of platform, images that are all for another one are still told apart by their names only.
        if choice.platform.is_some() || candidates.iter().any(answers) {
            candidates.retain(answers);
        }
    }
    if candidates.len() > 1 {
        return Err(SourceError::Choice(format!(
            "several images are meant; choose with --tag or --platform: {}",
            list(&candidates)
        )));
    }
    let none = if all.is_empty() { "there is none by this name".to_owned() } else { format!("there are: {all}") };
    candidates.pop().ok_or_else(|| SourceError::Choice(format!("no image is meant by this tag and platform; {none}")))
}

fn of_manifest(name: &str, layer: &Descriptor) -> Result<Layer, SourceError> {
    let stored = digest(name, &layer.digest)?;
    let skipped = match layer.media_type.as_str() {
        media if media.contains("foreign") || media.contains("nondistributable") => {
            Some("a layer that its maker does not let be copied")
        }
        media if media.contains("encrypted") => Some("an encrypted layer"),
        media if media.contains("layer") || media.contains("rootfs") || media.is_empty() => None,
        _ => Some("no layer of files"),
    };
    let expected = Expected { stored: Some(stored), plain: None };
    Ok(Layer { name: blob(stored), expected, size: layer.size, created_by: String::new(), skipped })
}

fn from_saved(store: &impl Store, bytes: &[u8], choice: &Choice) -> Result<Image, SourceError> {
    let saved: Vec<Saved> = parse("manifest.json", "list of images of `docker save`", bytes)?;
    let mut candidates = Vec::new();
    for saved in saved.into_iter().take(IMAGES_MAX) {
        let bytes =
            store.small(&saved.config, CONFIG_BYTES_MAX)?.ok_or_else(|| SourceError::Absent(saved.config.clone()))?;
        let id = Digest::of(&bytes);
        // The file is named after its digest.
        let stem = saved.config.rsplit('/').next().unwrap_or_default().trim_end_matches(".json");
        if Digest::from_hex(stem).is_ok_and(|named| named != id) {
            return Err(SourceError::Altered { name: saved.config, found: id });
        }
        let config: Config = parse(&saved.config, "configuration of an image", &bytes)?;
        candidates.push((saved, id, config));
    }
    if let Some(name) = &choice.name {
        candidates.retain(|(saved, id, _)| {
            id.to_string() == *name || saved.repo_tags.iter().flatten().any(|own| is_name(own, name))
        });
    }
    let (saved, id, config) = pick(
        candidates,
        choice,
        |(_, _, config)| Some(platform_of(&ran(config))),
        |(saved, id, config)| {
            format!(
                "{} {id} {}",
                saved.repo_tags.iter().flatten().cloned().collect::<Vec<_>>().join(","),
                platform_of(&ran(config))
            )
        },
    )?;
    let layer = |name: String| Layer {
        // In archives that are OCI layouts as well the name is a digest.
        expected: Expected {
            stored: name.strip_prefix("blobs/sha256/").and_then(|hex| Digest::from_hex(hex).ok()),
            plain: None,
        },
        name,
        size: 0,
        created_by: String::new(),
        skipped: None,
    };
    let layers = saved.layers.unwrap_or_default().into_iter().map(layer).collect();
    let names = saved.repo_tags.unwrap_or_default().iter().map(|name| shortened(name, VALUE_BYTES_MAX)).collect();
    finish(names, None, id, &config, layers)
}

fn ran(config: &Config) -> Ran {
    Ran { os: config.os.clone(), architecture: config.architecture.clone(), variant: config.variant.clone() }
}

/// Puts what the configuration says of each layer to the layers.
pub(super) fn finish(
    names: Vec<String>,
    manifest: Option<Digest>,
    id: Digest,
    config: &Config,
    mut layers: Vec<Layer>,
) -> Result<Image, SourceError> {
    let name = blob(id);
    if layers.len() > LAYERS_MAX {
        return Err(SourceError::Limit { name, max: LAYERS_MAX as u64, what: "layers" });
    }
    let diff_ids = config.rootfs.diff_ids.as_deref().unwrap_or_default();
    if diff_ids.len() != layers.len() {
        let why = format!("it has {} layers, and the manifest {}", diff_ids.len(), layers.len());
        return Err(SourceError::Document { name, what: "configuration of this image", why });
    }
    let steps = config.history.iter().flatten().filter(|step| !step.empty_layer);
    let mut steps = steps.map(|step| step.created_by.as_deref().unwrap_or_default());
    for (layer, plain) in layers.iter_mut().zip(diff_ids) {
        layer.expected.plain = Some(digest(&name, plain)?);
        layer.created_by = shortened(steps.next().unwrap_or_default(), VALUE_BYTES_MAX);
    }
    Ok(Image {
        names,
        digest: manifest,
        id,
        platform: platform_of(&ran(config)),
        created: shortened(config.created.as_deref().unwrap_or_default(), 64),
        layers,
    })
}
