// What holds for any bytes that claim to be a part of an image.

use bartizan_image::analyze::{Interest, look_into};
use bartizan_image::inventory::assemble;
use bartizan_image::layer::unpack::unpack;
use bartizan_image::layer::{Expected, Facts, read};
use bartizan_image::limits::Limits;

/// Small, so that the fuzzer reaches them.
fn limits() -> Limits {
    Limits { layer_bytes: 1 << 22, entries: 1000, database_bytes: 1 << 20, found: 20, packages: 50, whiteouts: 20, links: 20, owned: 20, remembered: 1 << 20 }
}

/// Reads a layer. What is remembered stays within the limits, can be kept and read back, and can be laid over itself.
pub fn layer(bytes: &[u8]) {
    let limits = limits();
    let Ok(facts) = read(bytes, Expected { stored: None, plain: None }, &limits) else { return };
    assert!(facts.found.len() <= limits.found && facts.links.len() <= limits.links);
    assert!(facts.deleted.len() <= limits.whiteouts && facts.emptied.len() <= limits.whiteouts);
    let kept = serde_json::to_vec(&facts).expect("facts can be kept");
    let back: Facts = serde_json::from_slice(&kept).expect("what was kept can be read");
    assert_eq!(assemble(&[(0, &facts)], true), assemble(&[(0, &back)], true));
    let _ = assemble(&[(0, &facts), (1, &back)], true);
}

/// Writes a layer out. Nothing changes beside the folder that it is written to.
pub fn unpacked(bytes: &[u8]) {
    let base = std::env::temp_dir().join(format!("bartizan-fuzz-{}", std::process::id()));
    let (root, canary) = (base.join("root"), base.join("canary"));
    let _ = std::fs::remove_dir_all(&base);
    std::fs::create_dir_all(&root).expect("a folder can be made");
    std::fs::write(&canary, "alive").expect("a file can be written");
    let _ = unpack(bytes, Expected { stored: None, plain: None }, &limits(), &root);
    assert_eq!(std::fs::read_to_string(&canary).expect("the canary is there"), "alive");
    assert_eq!(std::fs::read_dir(&base).expect("the folder can be read").count(), 2);
    let _ = std::fs::remove_dir_all(&base);
}

/// Reads a file for its packages. They have names and versions, and stay within the limits.
pub fn file(path: &str, interest: Interest, bytes: &[u8]) {
    let limits = limits();
    let found = look_into(path, interest, bytes.len() as u64, &mut &bytes[..], &limits);
    assert!(found.packages.len() <= limits.packages + 1);
    for package in &found.packages {
        assert!(!package.name.contains('\n') && !package.version.contains('\n'));
    }
}
