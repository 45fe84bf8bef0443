//! Layers made to harm: each ends with a named limit, or is read with what it hides reported.

use std::io::Read;

use bartizan_image::layer::{Expected, Facts, LayerError, read};
use bartizan_image::limits::{EXTENDED_BYTES_MAX, Limits};
use bartizan_image::scan::{Options, scan};
use bartizan_image::source::open;
use bartizan_image::tar::TarError;

use crate::made::{TarFile, gzip, header, layout, plain, record, status, zstd};

const ANY: Expected = Expected { stored: None, plain: None };

fn facts(tar: &[u8]) -> Result<Facts, LayerError> {
    read(tar, ANY, &Limits::default())
}

#[test]
fn paths_outside_of_the_root_are_passed_over_and_counted() {
    let tar = TarFile::new()
        .file("../var/lib/dpkg/status", &status(&[("evil", "1")]))
        .file("var/lib/dpkg/x/../status", &status(&[("evil", "1")]))
        .hard("a", "../../etc/passwd")
        .file("/var/lib/dpkg/status", &status(&[("bash", "5.2")]))
        .done();
    let facts = facts(&tar).unwrap();
    assert_eq!(facts.found.len(), 1);
    assert_eq!(facts.found[0].packages[0].name, "bash");
    assert!(facts.blind[0].1.starts_with("3 entries"), "{facts:?}");
}

#[test]
fn extended_headers_have_a_limit() {
    let size = EXTENDED_BYTES_MAX + 1;
    for flag in [b'x', b'g', b'L', b'K'] {
        let tar = TarFile::new().raw(&header(flag, b"big", b"", size)).done();
        assert!(matches!(facts(&tar), Err(LayerError::Tar(TarError::Extended { at: 0 }))), "{}", char::from(flag));
    }
    let mut endless = TarFile::new();
    for _ in 0..1000 {
        endless = endless.entry(b'x', b"pax", b"", &record("comment", "again"));
    }
    assert!(matches!(facts(&endless.done()), Err(LayerError::Tar(TarError::Extended { .. }))));
    let mut endless = TarFile::new().raw(&{
        let mut sparse = header(b'S', b"holes", b"", 0);
        sparse[482] = 1;
        let sum: u64 = sparse
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
            .sum();
        sparse[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        sparse
    });
    let mut block = [0; 512];
    block[504] = 1;
    for _ in 0..70_000 {
        endless = endless.raw(&block);
    }
    assert!(matches!(facts(&endless.done()), Err(LayerError::Tar(TarError::Extended { .. }))));
}

#[test]
fn bombs_end_at_a_limit() {
    let limits = Limits { layer_bytes: 10 << 20, ..Limits::default() };
    let tar = TarFile::new().entry(b'0', b"zeros", b"", &vec![0; 16 << 20]).done();
    for bomb in [gzip(&tar), zstd(&tar)] {
        let error = read(&bomb[..], ANY, &limits).unwrap_err().to_string();
        assert!(error.contains("layer_bytes"), "{error}");
    }
}

#[test]
fn sizes_beyond_any_disk_are_refused() {
    let mut block = header(b'0', b"var/lib/dpkg/status", b"", 0);
    block[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    let sum: u64 =
        block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) }).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert!(facts(&TarFile::new().raw(&block).done()).is_err());
    let large = TarFile::new().raw(&header(b'0', b"var/lib/dpkg/status", b"", 1 << 32)).done();
    assert!(matches!(facts(&large), Err(LayerError::Tar(TarError::Truncated { .. }))));
}

#[test]
fn damaged_headers_end_a_scan() {
    let good = TarFile::new().file("a", "x").done();
    for at in [0, 60, 130, 150, 156, 200] {
        let mut bad = good.clone();
        bad[at] ^= 0x41;
        assert!(matches!(facts(&bad), Err(LayerError::Tar(TarError::Header { at: 0, .. }))), "{at}");
    }
    // One block of zeros hides what follows from some readers, so it is no end.
    let hidden = [vec![0; 512], good].concat();
    assert!(facts(&hidden).is_err());
}

/// A layer of as many small files as wanted, made while it is read.
struct Endless {
    left: u64,
    block: Vec<u8>,
    at: usize,
    make: fn(u64) -> Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.block.len() {
            if self.left == 0 {
                return Ok(0);
            }
            self.left -= 1;
            (self.block, self.at) = ((self.make)(self.left), 0);
        }
        let count = buffer.len().min(self.block.len() - self.at);
        buffer[..count].copy_from_slice(&self.block[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn endless(count: u64, make: fn(u64) -> Vec<u8>) -> Endless {
    Endless { left: count, block: Vec::new(), at: 0, make }
}

#[test]
fn many_files_are_counted_and_not_kept() {
    let many = endless(300_000, |number| header(b'0', format!("d/{number}").as_bytes(), b"", 0).to_vec());
    let facts = read(many, ANY, &Limits::default()).unwrap();
    assert_eq!((facts.entries, facts.found.len()), (300_000, 0));
    let limits = Limits { entries: 1000, ..Limits::default() };
    let many = endless(300_000, |number| header(b'0', format!("d/{number}").as_bytes(), b"", 0).to_vec());
    assert!(matches!(read(many, ANY, &limits), Err(LayerError::Tar(TarError::Entries { max: 1000 }))));
}

#[test]
fn what_is_remembered_has_limits_and_says_so() {
    let limits = Limits { found: 10, packages: 15, whiteouts: 10, links: 10, ..Limits::default() };
    let makers: [fn(u64) -> Vec<u8>; 4] = [
        |number| header(b'0', format!("{number}/.wh.x").as_bytes(), b"", 0).to_vec(),
        |number| header(b'0', format!("{number}/.wh..wh..opq").as_bytes(), b"", 0).to_vec(),
        |number| header(b'2', format!("{number}").as_bytes(), b"x", 0).to_vec(),
        |number| {
            let content = format!(r#"{{"name":"p{number}","version":"1.0.0"}}"#);
            let tar = TarFile::new().file(&format!("node_modules/p{number}/package.json"), &content).done();
            tar[..1024].to_vec()
        },
    ];
    for make in makers {
        let facts = read(endless(100, make), ANY, &limits).unwrap();
        let kept = facts.deleted.len() + facts.emptied.len() + facts.links.len() + facts.found.len();
        assert_eq!(kept, 10);
        assert_eq!(facts.blind.len(), 1, "{:?}", facts.blind);
    }
    let facts =
        read(&TarFile::new().file("var/lib/dpkg/status", &status(&[("a", "1"); 40])).done()[..], ANY, &limits).unwrap();
    assert_eq!(facts.found[0].packages.len(), 15);
    assert_eq!(facts.blind.len(), 1);
}

#[test]
fn many_layers_together_have_a_limit() {
    let temporary = tempfile::tempdir().unwrap();
    let layer = |number: usize| {
        let name = format!("package-{number}");
        plain(
            TarFile::new()
                .file(&format!("var/lib/dpkg/status.d/{name}"), &format!("Package: {name}\nVersion: 1\n"))
                .done(),
        )
    };
    layout(temporary.path(), &(0..20).map(layer).collect::<Vec<_>>());
    let limits = Limits { remembered: 4000, ..Limits::default() };
    let scanned = scan(&open(temporary.path()).unwrap(), &Options { limits, ..Options::default() }).unwrap();
    let blind = scanned.inventory.blind.iter().filter(|blind| blind.why.contains("(remembered)")).count();
    assert!(blind > 5 && scanned.inventory.packages.len() > 5, "{scanned:?}");
    assert_eq!(scanned.inventory.packages.len() + blind, 20);
}

#[test]
fn a_database_beyond_the_limit_is_a_blind_spot() {
    let limits = Limits { database_bytes: 1000, ..Limits::default() };
    let tar =
        TarFile::new().entry(b'0', b"var/lib/rpm/Packages", b"", &[1; 2000]).file("etc/os-release", "ID=x\n").done();
    let facts = read(&tar[..], ANY, &limits).unwrap();
    assert_eq!(facts.blind[0].0, "var/lib/rpm/Packages");
    assert_eq!(facts.found[1].release.as_ref().unwrap().id, "x");
}

#[test]
fn links_in_a_circle_end() {
    let tar = TarFile::new()
        .link("etc", "etc")
        .link("var", "lib/../var/x")
        .link("lib", "var/../lib")
        .file("var/lib/dpkg/status", &status(&[("bash", "1")]))
        .file("etc/os-release", "ID=debian\n")
        .done();
    let facts = facts(&tar).unwrap();
    let inventory = bartizan_image::inventory::assemble(&[(0, &facts)], false);
    assert_eq!(inventory.packages.len(), 1);
}
