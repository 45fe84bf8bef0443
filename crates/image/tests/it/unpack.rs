//! Layers of strangers, written out: whatever their entries are called and linked to, nothing beside the folder changes.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use bartizan_image::layer::unpack::unpack;
use bartizan_image::layer::{Expected, LayerError};
use bartizan_image::limits::Limits;
use bartizan_image::source::{Choice, Folder, choose};
use bartizan_image::stack::stack;
use proptest::prelude::*;
use rustix::fs::lgetxattr;

use crate::made::{TarFile, layout, plain};

const ANY: Expected = Expected { stored: None, plain: None };

fn path() -> impl Strategy<Value = String> {
    let part =
        prop::sample::select(vec!["a", "b", "c", "..", ".", "", ".wh.a", ".wh..", ".wh..wh..opq", "canary", "root"]);
    (any::<bool>(), prop::collection::vec(part, 1..5))
        .prop_map(|(absolute, parts)| format!("{}{}", if absolute { "/" } else { "" }, parts.join("/")))
}

proptest! {
    #[test]
    fn nothing_beside_the_folder_changes(
        entries in prop::collection::vec((prop::sample::select(b"0012557".to_vec()), path(), path(), "[a-z]{0,9}"), 0..24),
    ) {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("root");
        fs::create_dir(&root).unwrap();
        fs::write(temp.path().join("canary"), "alive").unwrap();
        let mut tar = TarFile::new();
        for (flag, path, link, content) in &entries {
            let (link, content) = if matches!(flag, b'1' | b'2') { (link.as_str(), "") } else { ("", content.as_str()) };
            tar = tar.entry(*flag, path.as_bytes(), link.as_bytes(), content.as_bytes());
        }
        // Many of them cannot be written: that is an error, and nothing else.
        let _ = unpack(&tar.done()[..], ANY, &Limits::default(), &root);
        prop_assert_eq!(fs::read_to_string(temp.path().join("canary")).unwrap(), "alive");
        prop_assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 2);
    }
}

#[test]
fn a_layer_that_is_too_long_or_another_one_ends() {
    let temp = tempfile::tempdir().unwrap();
    let tar = TarFile::new().file("a", &"x".repeat(100_000)).done();
    let limits = Limits { layer_bytes: 10_000, ..Limits::default() };
    assert!(unpack(&tar[..], ANY, &limits, temp.path()).is_err());
    let other = Expected { stored: None, plain: Some(bartizan_image::digest::Digest::of(b"another")) };
    let altered = unpack(&tar[..], other, &Limits::default(), temp.path()).unwrap_err();
    assert!(altered.to_string().contains("do not run it"), "{altered}");
}

fn unpacked(tar: TarFile) -> (tempfile::TempDir, Result<u64, LayerError>) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    let outcome = unpack(&tar.done()[..], ANY, &Limits::default(), &root);
    (folder, outcome)
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join("root").join(path)).unwrap()
}

#[test]
fn links_lead_no_further_than_the_root() {
    let (folder, outcome) = unpacked(
        TarFile::new()
            .file("../up", "x")
            .link("out", "../..")
            .file("out/through", "x")
            .link("absolute", "/")
            .file("absolute/inner", "x")
            .link("file", "/etc/hostname")
            .file("file", "mine")
            .hard("hard", "../../etc/hostname"),
    );
    outcome.unwrap();
    let here = folder.path();
    let outside: Vec<_> = fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside, ["root"]);
    assert_eq!(
        (read(here, "through"), read(here, "inner"), read(here, "file")),
        ("x".into(), "x".into(), "mine".into())
    );
    assert!(!here.join("root/hard").exists());
}

#[test]
fn the_last_entry_counts_and_links_have_their_files_content() {
    let (folder, outcome) = unpacked(
        TarFile::new()
            .entry(b'5', b"usr/", b"", b"")
            .file("usr/a", "1")
            .file("usr/a", "2")
            .hard("b", "usr/a")
            .link("lib", "usr")
            .file("lib/c", "3")
            .link("lib", "opt")
            .entry(b'5', b"opt/", b"", b"")
            .file("lib/d", "4"),
    );
    outcome.unwrap();
    let here = folder.path();
    assert_eq!((read(here, "usr/a"), read(here, "b"), read(here, "usr/c")), ("2".into(), "2".into(), "3".into()));
    assert_eq!(read(here, "opt/d"), "4", "the link leads elsewhere by now");
}

#[test]
fn what_cannot_be_there_is_an_error() {
    let below_a_file = unpacked(TarFile::new().file("a", "x").file("a/b", "y")).1;
    assert!(matches!(below_a_file, Err(LayerError::Io(_))), "{below_a_file:?}");
    let in_place_of_a_folder = unpacked(TarFile::new().file("a/b", "y").file("a", "x")).1;
    assert!(matches!(in_place_of_a_folder, Err(LayerError::Io(_))), "{in_place_of_a_folder:?}");
}

#[test]
fn what_a_layer_deletes_becomes_overlayfs_marks() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root may make overlayfs's marks");
        return;
    }
    let deleting = TarFile::new().file("opt/.wh.app", "").file("srv/.wh..wh..opq", "").file("srv/new", "x");
    let (folder, outcome) = unpacked(deleting);
    outcome.unwrap();
    let root = folder.path().join("root");
    assert!(fs::symlink_metadata(root.join("opt/app")).unwrap().file_type().is_char_device());
    let mut value = [0; 1];
    let marked = lgetxattr(root.join("srv"), "trusted.overlay.opaque", &mut value);
    assert_eq!((marked, value), (Ok(1), *b"y"));
}

#[test]
fn of_a_layer_that_is_there_twice_the_topmost_counts() {
    let temp = tempfile::tempdir().unwrap();
    let (image, into) = (temp.path().join("image"), temp.path().join("into"));
    fs::create_dir(&into).unwrap();
    let (one, two) = (TarFile::new().file("a", "1").done(), TarFile::new().file("b", "2").done());
    layout(&image, &[plain(one.clone()), plain(two), plain(one)]);
    let store = Folder::new(&image);
    let image = choose(&store, &Choice::default()).unwrap();
    let folders = stack(&store, &image, &Limits::default(), &into).unwrap();
    let holds: Vec<_> = folders.iter().map(|folder| (folder.join("a").exists(), folder.join("b").exists())).collect();
    assert_eq!(holds, [(false, true), (true, false)]);
}
