//! A known layer is not read again.

use bartizan_image::layer::Cache;
use bartizan_image::scan::{Options, scan};
use bartizan_image::source::open;

use crate::made::{OS_RELEASE, TarFile, gzipped, layout, plain, status};

#[test]
fn a_second_scan_reads_nothing_and_says_the_same() {
    let temporary = tempfile::tempdir().unwrap();
    let image = temporary.path().join("image");
    let bottom =
        || TarFile::new().file("etc/os-release", OS_RELEASE).file("var/lib/dpkg/status", &status(&[("a", "1")])).done();
    layout(&image, &[gzipped(bottom()), gzipped(TarFile::new().file("usr/.wh.x", "").link("lib", "usr/lib").done())]);
    let options = Options { cache: Some(Cache::new(&temporary.path().join("cache"))), ..Options::default() };
    let first = scan(&open(&image).unwrap(), &options).unwrap();
    assert_eq!((first.layers_read, first.layers_known, first.not_kept.as_deref()), (2, 0, None));
    // Not even there any more.
    for entry in std::fs::read_dir(image.join("blobs/sha256")).unwrap() {
        let path = entry.unwrap().path();
        if std::fs::read(&path).unwrap().starts_with(&[0x1f, 0x8b]) {
            std::fs::remove_file(path).unwrap();
        }
    }
    let second = scan(&open(&image).unwrap(), &options).unwrap();
    assert_eq!((second.layers_read, second.layers_known, second.bytes_read), (0, 2, 0));
    assert_eq!(second.inventory, first.inventory);
    // The same layer with another compression, in another image.
    let other = temporary.path().join("other");
    layout(&other, &[plain(bottom())]);
    let third = scan(&open(&other).unwrap(), &options).unwrap();
    assert_eq!((third.layers_read, third.layers_known), (0, 1));
}

#[test]
fn an_entry_that_is_damaged_or_of_another_layer_is_as_good_as_none() {
    let temporary = tempfile::tempdir().unwrap();
    let (image, folder) = (temporary.path().join("image"), temporary.path().join("cache"));
    layout(&image, &[plain(TarFile::new().file("var/lib/dpkg/status", &status(&[("a", "1")])).done())]);
    let options = Options { cache: Some(Cache::new(&folder)), ..Options::default() };
    let first = scan(&open(&image).unwrap(), &options).unwrap();
    let mut entry = folder;
    while entry.is_dir() {
        entry = std::fs::read_dir(&entry).unwrap().next().unwrap().unwrap().path();
    }
    let whole = std::fs::read_to_string(&entry).unwrap();
    let zeros = format!("sha256:{}", "0".repeat(64));
    let other = whole.replace(&first.image.layers[0].expected.plain.unwrap().to_string(), &zeros);
    for bytes in [whole.chars().take(100).collect(), other, String::new()] {
        std::fs::write(&entry, bytes).unwrap();
        let again = scan(&open(&image).unwrap(), &options).unwrap();
        assert_eq!((again.layers_read, &again.inventory), (1, &first.inventory));
    }
}

#[test]
fn a_cache_that_cannot_be_written_to_changes_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let image = temporary.path().join("image");
    layout(&image, &[plain(TarFile::new().file("var/lib/dpkg/status", &status(&[("a", "1")])).done())]);
    std::fs::write(temporary.path().join("file"), "").unwrap();
    let options = Options { cache: Some(Cache::new(&temporary.path().join("file"))), ..Options::default() };
    let scanned = scan(&open(&image).unwrap(), &options).unwrap();
    assert!(scanned.not_kept.is_some());
    assert_eq!(scanned.inventory.packages.len(), 1);
}
