//! What a layer says, whatever the form of its tar.

use bartizan_image::layer::{Expected, Facts, read};
use bartizan_image::limits::Limits;

use crate::made::{TarFile, gzip, record, status};

fn facts(tar: &[u8]) -> Facts {
    read(tar, Expected { stored: None, plain: None }, &Limits::default()).unwrap()
}

fn names(facts: &Facts) -> Vec<&str> {
    facts.found.iter().flat_map(|found| &found.packages).map(|package| package.name.as_str()).collect()
}

#[test]
fn long_names_of_gnu_and_pax_are_read() {
    let long = format!("{}/node_modules/left-pad/package.json", "deep/".repeat(40).trim_end_matches('/'));
    let manifest = r#"{"name":"left-pad","version":"1.3.0"}"#;
    let gnu = TarFile::new()
        .entry(b'L', b"././@LongLink", b"", format!("{long}\0").as_bytes())
        .entry(b'0', &long.as_bytes()[..100], b"", manifest.as_bytes())
        .done();
    let pax = TarFile::new().entry(b'x', b"pax", b"", &record("path", &long)).file("short", manifest).done();
    for tar in [gnu, pax] {
        let facts = facts(&tar);
        assert_eq!(names(&facts), ["left-pad"]);
        assert_eq!(facts.found[0].path, long);
        assert_eq!(facts.entries, 1);
    }
}

#[test]
fn a_size_in_an_extended_header_counts() {
    let content = status(&[("bash", "5.2")]);
    let tar = TarFile::new()
        .entry(b'x', b"pax", b"", &record("size", &content.len().to_string()))
        // The header itself says 0, as it does for files too large for its digits.
        .raw(&crate::made::header(b'0', b"var/lib/dpkg/status", b"", 0))
        .raw(content.as_bytes())
        .raw(&vec![0; content.len().next_multiple_of(512) - content.len()])
        .file("after", "x")
        .done();
    let facts = facts(&tar);
    assert_eq!((names(&facts), facts.entries), (vec!["bash"], 2));
}

#[test]
fn of_two_entries_with_one_path_the_last_counts() {
    let tar = TarFile::new()
        .file("var/lib/dpkg/status", &status(&[("old", "1")]))
        .file("./var/lib//dpkg/status", &status(&[("new", "1")]))
        .done();
    assert_eq!(names(&facts(&tar)), ["new"]);
}

#[test]
fn whiteouts_and_links_are_remembered() {
    let tar = TarFile::new()
        .file("a/.wh.b", "")
        .file("c/.wh..wh..opq", "")
        .file("d/.wh..wh.plnk", "")
        .file("e/.wh.", "")
        .file(".wh.f", "")
        .link("lib", "usr/lib")
        .hard("usr/lib/dpkg/status", "var/lib/dpkg/status")
        .done();
    let facts = facts(&tar);
    assert_eq!(facts.deleted, ["a/b", "f"]);
    assert_eq!(facts.emptied, ["c"]);
    assert_eq!(facts.links, [("lib".to_owned(), "usr/lib".to_owned())]);
    assert_eq!(facts.found[0].same_as.as_deref(), Some("var/lib/dpkg/status"));
}

#[test]
fn an_archive_may_end_without_its_end() {
    let whole = TarFile::new().file("var/lib/dpkg/status", &status(&[("bash", "5.2")])).done();
    for cut in [512, 1024] {
        assert_eq!(names(&facts(&whole[..whole.len() - cut])), ["bash"]);
    }
    // What comes after the end is nobody's.
    let more = [whole, TarFile::new().file("var/lib/dpkg/status", &status(&[("other", "1")])).done()].concat();
    assert_eq!(names(&facts(&more)), ["bash"]);
    assert_eq!(names(&facts(&gzip(&more))), ["bash"]);
}

#[test]
fn a_sparse_database_is_a_blind_spot() {
    let tar = TarFile::new()
        .entry(
            b'x',
            b"pax",
            b"",
            &[record("GNU.sparse.major", "1"), record("GNU.sparse.name", "var/lib/dpkg/status")].concat(),
        )
        .file("GNUSparseFile.0/status", "1\n0\n1\n")
        .done();
    let facts = facts(&tar);
    assert_eq!(facts.blind.len(), 1, "{facts:?}");
    assert_eq!(facts.blind[0].0, "var/lib/dpkg/status");
}
