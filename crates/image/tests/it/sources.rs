//! Every form that an image has on disk, and which one of several is meant.

use bartizan_image::scan::{Options, Scanned, scan};
use bartizan_image::source::{Choice, SourceError, choose, open};

use crate::made::{
    Layout, Made, OS_RELEASE, TarFile, archive_of, docker_archive, gzip, gzipped, layout, plain, status, zstandard,
    zstd,
};

fn two_layers() -> Vec<Made> {
    let bottom =
        TarFile::new().file("etc/os-release", OS_RELEASE).file("var/lib/dpkg/status", &status(&[("bash", "5.2")]));
    let top = TarFile::new().file("var/lib/dpkg/status", &status(&[("bash", "5.2"), ("curl", "7.88")]));
    vec![gzipped(bottom.done()), zstandard(top.done())]
}

fn names(scanned: &Scanned) -> Vec<(&str, usize)> {
    scanned.inventory.packages.iter().map(|located| (located.package.name.as_str(), located.layer)).collect()
}

#[test]
fn every_form_says_the_same() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("layout");
    layout(&folder, &two_layers());
    let archive = archive_of(&folder);
    let docker = docker_archive(&two_layers());
    let forms = [
        ("oci.tar", archive.clone()),
        ("oci.tar.gz", gzip(&archive)),
        ("oci.tar.zst", zstd(&archive)),
        ("docker.tar", docker.clone()),
        ("docker.tar.gz", gzip(&docker)),
    ];
    let mut paths = vec![folder];
    for (name, bytes) in forms {
        std::fs::write(temporary.path().join(name), bytes).unwrap();
        paths.push(temporary.path().join(name));
    }
    for path in paths {
        let scanned = scan(&open(&path).unwrap(), &Options::default()).unwrap();
        assert_eq!(names(&scanned), [("bash", 0), ("curl", 1)], "{}", path.display());
        assert_eq!(scanned.inventory.release.as_ref().unwrap().id, "debian");
        assert_eq!(scanned.inventory.blind, []);
        assert_eq!(scanned.layers_read, 2);
    }
}

#[test]
fn a_layer_that_is_there_twice_is_read_once() {
    let temporary = tempfile::tempdir().unwrap();
    let layers = || vec![plain(TarFile::new().file("a", "x").done()), plain(TarFile::new().file("a", "x").done())];
    let path = temporary.path().join("docker.tar");
    for bytes in [docker_archive(&layers()), gzip(&docker_archive(&layers()))] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(scan(&open(&path).unwrap(), &Options::default()).unwrap().layers_read, 1);
    }
}

#[test]
fn one_of_several_images_is_chosen_by_tag_and_platform() {
    let temporary = tempfile::tempdir().unwrap();
    let mut layout = Layout::new(temporary.path());
    let layer = |name: &str| [gzipped(TarFile::new().file("var/lib/dpkg/status", &status(&[(name, "1")])).done())];
    let mut manifests = Vec::new();
    for (platform, name) in [("linux/amd64", "on-amd64"), ("linux/arm64", "on-arm64")] {
        let mut descriptor = layout.image(platform, &layer(name));
        let (os, architecture) = platform.split_once('/').unwrap();
        descriptor["platform"] = serde_json::json!({ "os": os, "architecture": architecture });
        manifests.push(descriptor);
    }
    let mut attestation = layout.image("unknown/unknown", &layer("attestation"));
    attestation["platform"] = serde_json::json!({ "os": "unknown", "architecture": "unknown" });
    manifests.push(attestation);
    let inner = layout.index(&manifests);
    layout.name("multi", inner);
    let single = layout.image("linux/s390x", &layer("single"));
    layout.name("example.org/single:1", single);
    let store = open(temporary.path()).unwrap();
    let chosen = |name: Option<&str>, platform: Option<&str>| {
        let platform = platform.map(|text| text.parse().unwrap());
        let choice = Choice { name: name.map(str::to_owned), platform };
        scan(&store, &Options { choice, ..Options::default() }).map(|scanned| names(&scanned)[0].0.to_owned())
    };
    assert_eq!(chosen(Some("multi"), Some("linux/arm64")).unwrap(), "on-arm64");
    assert_eq!(chosen(Some("multi"), Some("linux/amd64")).unwrap(), "on-amd64");
    assert_eq!(chosen(None, Some("linux/s390x")).unwrap(), "single");
    // The only image by a name is meant whatever it runs on.
    assert_eq!(chosen(Some("single:1"), None).unwrap(), "single");
    for (name, platform) in [(Some("absent"), None), (Some("multi"), Some("windows/amd64"))] {
        assert!(chosen(name, platform).unwrap_err().to_string().starts_with("no image is meant"));
    }
}

#[test]
fn what_is_no_image_is_refused_with_a_reason() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("x");
    std::fs::write(&path, TarFile::new().file("hello", "x").done()).unwrap();
    assert!(matches!(choose(&open(&path).unwrap(), &Choice::default()), Err(SourceError::NoImage(_))));
    std::fs::write(&path, b"no tar at all, and long enough to be looked at".repeat(20)).unwrap();
    assert!(matches!(open(&path), Err(SourceError::Archive { .. })));
    assert!(matches!(open(&temporary.path().join("absent")), Err(SourceError::Io { .. })));
}

#[test]
fn altered_documents_and_layers_end_a_scan() {
    let temporary = tempfile::tempdir().unwrap();
    layout(temporary.path(), &two_layers());
    let blobs = temporary.path().join("blobs/sha256");
    for entry in std::fs::read_dir(&blobs).unwrap() {
        let path = entry.unwrap().path();
        let whole = std::fs::read(&path).unwrap();
        let mut altered = whole.clone();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        for bytes in [altered, whole[..middle].to_vec(), vec![]] {
            std::fs::write(&path, bytes).unwrap();
            assert!(scan(&open(temporary.path()).unwrap(), &Options::default()).is_err(), "{}", path.display());
        }
        std::fs::remove_file(&path).unwrap();
        assert!(scan(&open(temporary.path()).unwrap(), &Options::default()).is_err());
        std::fs::write(&path, whole).unwrap();
    }
    assert!(scan(&open(temporary.path()).unwrap(), &Options::default()).is_ok());
}

#[test]
fn a_configuration_that_lies_about_its_layers_ends_a_scan() {
    let temporary = tempfile::tempdir().unwrap();
    let mut layout = Layout::new(temporary.path());
    let layers = two_layers();
    let other = bartizan_image::digest::Digest::of(b"another layer");
    let image =
        layout.image_with("linux/amd64", &layers, &[other, bartizan_image::digest::Digest::of(&layers[1].plain)]);
    layout.name("lie", image);
    let error = scan(&open(temporary.path()).unwrap(), &Options::default()).unwrap_err().to_string();
    assert!(error.contains("layer 0") && error.contains("digest"), "{error}");
}

#[test]
fn names_in_an_image_lead_nowhere_outside() {
    let temporary = tempfile::tempdir().unwrap();
    std::fs::write(temporary.path().join("secret.json"), r#"{"rootfs":{"diff_ids":[]}}"#).unwrap();
    let folder = temporary.path().join("image");
    std::fs::create_dir(&folder).unwrap();
    for config in ["../secret.json", "/etc/hostname"] {
        let manifest = serde_json::json!([{ "Config": config, "Layers": [] }]);
        std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
        assert!(matches!(choose(&open(&folder).unwrap(), &Choice::default()), Err(SourceError::Absent(_))));
    }
}

#[test]
fn layers_that_may_not_be_copied_are_blind_spots() {
    let temporary = tempfile::tempdir().unwrap();
    let mut layout = Layout::new(temporary.path());
    let mut layers = two_layers();
    layers[0].media = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    let image = layout.image("linux/amd64", &layers);
    layout.name("foreign", image);
    let scanned = scan(&open(temporary.path()).unwrap(), &Options::default()).unwrap();
    assert!(scanned.inventory.blind.iter().any(|blind| blind.layer == Some(0)), "{scanned:?}");
}
