//! Images below a folder.

use bartizan_image::scan::{Options, scan};
use bartizan_image::source::{Choice, find, open};

use crate::made::{Layout, TarFile, gzipped, layout, status};

#[test]
fn every_image_of_every_layout_is_found_and_can_be_scanned() {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path();
    let layer = |name: &str| [gzipped(TarFile::new().file("var/lib/dpkg/status", &status(&[(name, "1")])).done())];
    let deep = root.join("b/team/app");
    let mut made = Layout::new(&deep);
    let manifests: Vec<_> =
        ["linux/amd64", "linux/arm64"].map(|platform| made.image(platform, &layer(platform))).into();
    let index = made.index(&manifests);
    made.name("app:1", index);
    layout(&root.join("a"), &layer("a"));
    // Within a layout there is no other, and a link leads nowhere.
    layout(&deep.join("blobs/inner"), &layer("inner"));
    std::os::unix::fs::symlink(root.join("b"), root.join("c")).unwrap();
    std::fs::create_dir(root.join("d")).unwrap();
    std::fs::write(root.join("d/index.json"), "{}").unwrap();

    let found = find(root);
    assert_eq!(found.missed, []);
    let seen: Vec<_> = found
        .images
        .iter()
        .map(|image| {
            let layout = image.layout.strip_prefix(root).unwrap().to_str().unwrap();
            (layout, image.names.join(","), image.platform.as_ref().unwrap().to_string())
        })
        .collect();
    let expected = [
        ("a", "latest", "linux/amd64"),
        ("b/team/app", "app:1", "linux/amd64"),
        ("b/team/app", "app:1", "linux/arm64"),
    ];
    assert_eq!(seen, expected.map(|(layout, name, platform)| (layout, name.to_owned(), platform.to_owned())));
    for image in &found.images {
        let choice = Choice { name: Some(image.digest.to_string()), platform: None };
        let scanned = scan(&open(&image.layout).unwrap(), &Options { choice, ..Options::default() }).unwrap();
        assert_eq!(scanned.image.digest, Some(image.digest));
    }
}

#[test]
fn what_cannot_be_looked_into_is_said_and_hides_nothing_else() {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path();
    let layers = || [gzipped(TarFile::new().file("a", "x").done())];
    for name in ["damaged", "empty", "partial", "whole"] {
        layout(&root.join(name), &layers());
    }
    std::fs::write(root.join("damaged/index.json"), "{").unwrap();
    std::fs::remove_file(root.join("empty/index.json")).unwrap();
    std::fs::remove_dir_all(root.join("partial/blobs")).unwrap();
    let found = find(root);
    assert_eq!(found.images.len(), 1, "{found:?}");
    assert_eq!(found.images[0].layout, root.join("whole"));
    let missed: Vec<_> = found.missed.iter().map(|missed| missed.path.strip_prefix(root).unwrap()).collect();
    assert_eq!(missed, ["damaged", "empty", "partial"].map(std::path::Path::new));
    assert_eq!(find(&root.join("absent")).missed.len(), 1);
}

#[test]
fn folders_beyond_the_depth_are_said() {
    let temporary = tempfile::tempdir().unwrap();
    let mut path = temporary.path().to_owned();
    path.extend(std::iter::repeat_n("x", bartizan_image::limits::FIND_DEPTH_MAX + 1));
    layout(&path, &[gzipped(TarFile::new().file("a", "x").done())]);
    let found = find(temporary.path());
    assert_eq!((found.images.len(), found.missed.len()), (0, 1));
}
