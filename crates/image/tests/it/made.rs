//! Images made for a test: tars, layouts and archives, also wrong ones.

use std::io::Write as _;
use std::path::Path;

use bartizan_image::digest::Digest;
use serde_json::{Value, json};

/// A tar in the making.
#[derive(Debug, Clone, Default)]
pub(crate) struct TarFile(Vec<u8>);

impl TarFile {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// An entry with any type and any bytes for a name.
    pub(crate) fn entry(mut self, flag: u8, name: &[u8], link: &[u8], content: &[u8]) -> Self {
        self.0.extend(header(flag, name, link, content.len() as u64));
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        self.entry(b'0', name.as_bytes(), b"", content.as_bytes())
    }

    pub(crate) fn link(self, name: &str, target: &str) -> Self {
        self.entry(b'2', name.as_bytes(), target.as_bytes(), b"")
    }

    pub(crate) fn hard(self, name: &str, target: &str) -> Self {
        self.entry(b'1', name.as_bytes(), target.as_bytes(), b"")
    }

    /// Any bytes.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    pub(crate) fn done(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

/// A ustar header.
pub(crate) fn header(flag: u8, name: &[u8], link: &[u8], size: u64) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name[..name.len().min(100)]);
    put(100, b"0000755\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(148, b"        ");
    put(156, &[flag]);
    put(157, &link[..link.len().min(100)]);
    put(257, b"ustar\x0000");
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// One record of an extended header.
pub(crate) fn record(key: &str, value: &str) -> Vec<u8> {
    let mut length = key.len() + value.len() + 3;
    loop {
        let text = format!("{length} {key}={value}\n");
        if text.len() == length {
            return text.into_bytes();
        }
        length = text.len();
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 3).unwrap()
}

/// A layer: as stored, uncompressed, and its media type.
pub(crate) struct Made {
    pub(crate) stored: Vec<u8>,
    pub(crate) plain: Vec<u8>,
    pub(crate) media: &'static str,
}

pub(crate) fn plain(tar: Vec<u8>) -> Made {
    Made { stored: tar.clone(), plain: tar, media: "application/vnd.oci.image.layer.v1.tar" }
}

pub(crate) fn gzipped(tar: Vec<u8>) -> Made {
    Made { stored: gzip(&tar), plain: tar, media: "application/vnd.oci.image.layer.v1.tar+gzip" }
}

pub(crate) fn zstandard(tar: Vec<u8>) -> Made {
    Made { stored: zstd(&tar), plain: tar, media: "application/vnd.oci.image.layer.v1.tar+zstd" }
}

pub(crate) fn status(packages: &[(&str, &str)]) -> String {
    let paragraph = |(name, version): &(&str, &str)| {
        format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n")
    };
    packages.iter().map(paragraph).collect()
}

pub(crate) const OS_RELEASE: &str = "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n";

/// An OCI layout in a folder.
pub(crate) struct Layout<'a> {
    folder: &'a Path,
    manifests: Vec<Value>,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(folder: &'a Path) -> Self {
        std::fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
        std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { folder, manifests: Vec::new() }
    }

    pub(crate) fn blob(&self, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        std::fs::write(self.folder.join("blobs/sha256").join(digest.hex()), bytes).unwrap();
        digest
    }

    fn descriptor(&self, media: &str, bytes: &[u8]) -> Value {
        json!({ "mediaType": media, "digest": self.blob(bytes), "size": bytes.len() })
    }

    /// Adds an image; returns the descriptor of its manifest.
    pub(crate) fn image(&self, platform: &str, layers: &[Made]) -> Value {
        let diff_ids: Vec<Digest> = layers.iter().map(|layer| Digest::of(&layer.plain)).collect();
        self.image_with(platform, layers, &diff_ids)
    }

    pub(crate) fn image_with(&self, platform: &str, layers: &[Made], diff_ids: &[Digest]) -> Value {
        let (os, architecture) = platform.split_once('/').unwrap();
        let mut history = vec![json!({ "created_by": "CMD", "empty_layer": true })];
        history.extend((0..layers.len()).map(|at| json!({ "created_by": format!("step {at}") })));
        let config = json!({
            "os": os, "architecture": architecture, "created": "2026-01-02T03:04:05Z",
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "history": history,
        });
        let config = self.descriptor("application/vnd.oci.image.config.v1+json", config.to_string().as_bytes());
        let layers: Vec<Value> = layers.iter().map(|layer| self.descriptor(layer.media, &layer.stored)).collect();
        let manifest = json!({ "schemaVersion": 2, "config": config, "layers": layers });
        self.descriptor("application/vnd.oci.image.manifest.v1+json", manifest.to_string().as_bytes())
    }

    pub(crate) fn index(&self, manifests: &[Value]) -> Value {
        let index = json!({ "schemaVersion": 2, "manifests": manifests });
        self.descriptor("application/vnd.oci.image.index.v1+json", index.to_string().as_bytes())
    }

    pub(crate) fn name(&mut self, tag: &str, mut descriptor: Value) {
        descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
        self.manifests.push(descriptor);
        let index = json!({ "schemaVersion": 2, "manifests": self.manifests });
        std::fs::write(self.folder.join("index.json"), index.to_string()).unwrap();
    }
}

/// A layout with one image.
pub(crate) fn layout(folder: &Path, layers: &[Made]) {
    let mut layout = Layout::new(folder);
    let image = layout.image("linux/amd64", layers);
    layout.name("latest", image);
}

/// A layout's files as a tar.
pub(crate) fn archive_of(folder: &Path) -> Vec<u8> {
    let mut tar = TarFile::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            tar = tar.entry(b'0', name.as_bytes(), b"", &std::fs::read(&path).unwrap());
        }
    }
    tar.done()
}

/// As `docker save` wrote it before it knew OCI: layers in folders, the second of two same ones as a link.
pub(crate) fn docker_archive(layers: &[Made]) -> Vec<u8> {
    let diff_ids: Vec<Digest> = layers.iter().map(|layer| Digest::of(&layer.plain)).collect();
    let config =
        json!({ "os": "linux", "architecture": "amd64", "rootfs": { "type": "layers", "diff_ids": diff_ids } });
    let config = config.to_string();
    let name = format!("{}.json", Digest::of(config.as_bytes()).hex());
    let mut tar = TarFile::new();
    let mut names = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        let own = format!("{at}/layer.tar");
        match layers[..at].iter().position(|earlier| earlier.plain == layer.plain) {
            Some(earlier) => tar = tar.link(&own, &format!("../{earlier}/layer.tar")),
            None => tar = tar.entry(b'0', own.as_bytes(), b"", &layer.plain),
        }
        names.push(own);
    }
    let manifest = json!([{ "Config": name, "RepoTags": ["debian:12"], "Layers": names }]);
    tar.file(&name, &config).file("manifest.json", &manifest.to_string()).done()
}
