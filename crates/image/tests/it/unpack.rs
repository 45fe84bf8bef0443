//! Layers of strangers, written out: whatever their entries are called and linked to, nothing beside the folder changes.

use std::fs;

use bartizan_image::layer::Expected;
use bartizan_image::layer::unpack::unpack;
use bartizan_image::limits::Limits;
use proptest::prelude::*;

use crate::made::TarFile;

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
