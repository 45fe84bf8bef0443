//! rpm: databases of its own format and of Berkeley DB's made by hand, its order of versions, and recorded advisories.

use std::cmp::Ordering;
use std::io::Read as _;
use std::process::{Command, Stdio};

use bartizan_image::analyze::{Interest, look_into};
use bartizan_image::feed::{Book, Compiler, Severity};
use bartizan_image::inventory::assemble;
use bartizan_image::judge::judge;
use bartizan_image::layer::{Expected, Found, read};
use bartizan_image::limits::Limits;
use bartizan_image::package::Manager;
use bartizan_image::version::compare;
use serde_json::Value;

use crate::made::TarFile;
use crate::shared::{did_not_run, shared};

/// A header with a name, a version and a release, and as much of something else as wanted.
fn header(name: &str, filling: usize) -> Vec<u8> {
    let values: [(u32, Vec<u8>); 4] = [
        (1000, [name.as_bytes(), b"\0"].concat()),
        (1001, b"1.0\0".to_vec()),
        (1002, b"1.el9\0".to_vec()),
        (9999, vec![b'x'; filling]),
    ];
    let (mut index, mut data) = (Vec::new(), Vec::new());
    for (tag, value) in values {
        for number in [tag, 6, u32::try_from(data.len()).unwrap(), 1] {
            index.extend(number.to_be_bytes());
        }
        data.extend(value);
    }
    [4_u32.to_be_bytes().to_vec(), u32::try_from(data.len()).unwrap().to_be_bytes().to_vec(), index, data].concat()
}

fn found(bytes: &[u8]) -> Found {
    look_into("var/lib/rpm/Packages", Interest::Rpm, bytes.len() as u64, &mut &bytes[..], &Limits::default())
}

fn names(found: &Found) -> Vec<&str> {
    found.packages.iter().map(|package| package.name.as_str()).collect()
}

fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let mut slots = Vec::new();
    let mut blobs = Vec::new();
    for (at, header) in headers.iter().enumerate() {
        let number = u32::try_from(at + 1).unwrap();
        let block = u32::try_from((4096 + blobs.len()) / 16).unwrap();
        slots.extend(b"Slot");
        slots.extend([number, block, 1].map(u32::to_le_bytes).concat());
        blobs.extend(b"BlbS");
        blobs.extend([number, 7, u32::try_from(header.len()).unwrap()].map(u32::to_le_bytes).concat());
        blobs.extend(header);
        blobs.resize(blobs.len().next_multiple_of(16), 0);
    }
    let mut out = b"RpmP".to_vec();
    out.extend([0_u32, 1, 1, 0, 0, 0, 0].map(u32::to_le_bytes).concat());
    out.extend(slots);
    while out.len() < 4096 {
        out.extend(b"Slot\0\0\0\0\0\0\0\0\0\0\0\0");
    }
    [out, blobs].concat()
}

#[test]
fn rpms_own_format_is_read() {
    let bytes = ndb(&[header("bash", 10), header("gpg-pubkey", 10), header("glibc", 100_000)]);
    let all = found(&bytes);
    assert_eq!((names(&all), all.blind.len()), (vec!["bash", "glibc"], 0));
    let cut = found(&bytes[..bytes.len() - 1000]);
    assert_eq!((names(&cut), cut.blind.len()), (vec!["bash"], 1));
    assert!(!found(&bytes[..1000]).blind.is_empty());
}

const PAGE: usize = 4096;

/// A page of Berkeley DB's, in either order of bytes.
fn page(
    big: bool,
    number: u32,
    next: u32,
    entries: u16,
    offset: u16,
    kind: u8,
    content: &[(usize, Vec<u8>)],
) -> Vec<u8> {
    let wide = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let short = |number: u16| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let mut page = vec![0; PAGE];
    let mut put = |at: usize, bytes: &[u8]| page[at..at + bytes.len()].copy_from_slice(bytes);
    put(8, &wide(number));
    put(16, &wide(next));
    put(20, &short(entries));
    put(22, &short(offset));
    put(25, &[kind]);
    for (at, bytes) in content {
        put(*at, bytes);
    }
    page
}

/// One small header on the page itself, one on a chain of pages.
fn bdb(big: bool, loops: bool) -> Vec<u8> {
    let wide = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let short = |number: u16| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let (small, large) = (header("bash", 10), header("glibc", 6000));
    let first = page(big, 0, 0, 0, 0, 8, &[(12, wide(0x0006_1561).to_vec()), (20, wide(4096).to_vec())]);
    let mut offpage = vec![3, 0, 0, 0];
    offpage.extend(wide(2));
    offpage.extend(wide(u32::try_from(large.len()).unwrap()));
    let small = [vec![1], small].concat();
    // Items grow from the end: key, value, key, value.
    let places = [4092, 4092 - small.len(), 4092 - small.len() - 4, 4092 - small.len() - 16];
    let index: Vec<u8> = places.iter().flat_map(|at| short(u16::try_from(*at).unwrap())).collect();
    let items = [
        (26, index),
        (places[0], vec![1, 1, 0, 0]),
        (places[1], small),
        (places[2], vec![1, 2, 0, 0]),
        (places[3], offpage),
    ];
    let hash = page(big, 1, 0, 4, 0, 13, &items);
    let (one, two) = large.split_at(4000);
    let chain = page(big, 2, if loops { 2 } else { 3 }, 1, 4000, 7, &[(26, one.to_vec())]);
    let end = page(big, 3, 0, 1, u16::try_from(two.len()).unwrap(), 7, &[(26, two.to_vec())]);
    [first, hash, chain, end].concat()
}

#[test]
fn berkeley_db_is_read_in_either_order_of_bytes() {
    for big in [false, true] {
        let all = found(&bdb(big, false));
        assert_eq!((names(&all), all.blind.len()), (vec!["bash", "glibc"], 0));
        let looping = found(&bdb(big, true));
        assert_eq!((names(&looping), looping.blind.len()), (vec!["bash"], 1));
    }
}

#[test]
fn versions_are_in_the_order_of_rpm_itself() {
    let there = Command::new("rpm").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        did_not_run("rpm is not installed");
        return;
    }
    let parts = [
        "1.0", "1.0a", "1.0.1", "1.0~rc1", "1.0^git1", "1.0^", "1.01", "1.10", "a", "1a2", "1..0", "1.0~", "2.0+b",
        "01", "1_0", "1.0~~",
    ];
    let pairs: Vec<(&str, &str)> =
        parts.iter().flat_map(|left| parts.iter().map(move |right| (*left, *right))).collect();
    let calls: Vec<String> =
        pairs.iter().map(|(left, right)| format!("print(rpm.vercmp('{left}','{right}')..' ')")).collect();
    let output = Command::new("rpm").args(["--eval", &format!("%{{lua:{}}}", calls.join(" "))]).output().unwrap();
    let signs: Vec<i32> =
        String::from_utf8(output.stdout).unwrap().split_whitespace().map(|word| word.parse().unwrap()).collect();
    assert_eq!(signs.len(), pairs.len());
    for ((left, right), sign) in pairs.into_iter().zip(signs) {
        assert_eq!(compare(Manager::Rpm, left, right), Ok(sign.cmp(&0)), "{left} {right}");
    }
}

#[test]
fn recorded_pairs_of_versions_have_their_sign() {
    let Some(pairs) = shared("data/host/vercmp-pairs.tsv.gz") else { return };
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(pairs).unwrap()).read_to_string(&mut text).unwrap();
    let mut count = 0;
    for line in text.lines() {
        let [manager, left, right, sign] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let manager = if manager == "rpm" { Manager::Rpm } else { Manager::Deb };
        let Ok(order) = compare(manager, left, right) else { panic!("{line}") };
        assert_eq!(order, sign.parse::<i32>().unwrap().cmp(&0), "{line}");
        count += 1;
    }
    assert!(count > 10_000);
}

#[test]
fn recorded_advisories_of_almalinux_judge_a_recorded_inventory() {
    let (Some(feed), Some(listed)) =
        (shared("data/host/almalinux9-osv.tar.xz"), shared("data/host/ubi9-rpm-inventory-2022-05-03.json"))
    else {
        return;
    };
    let listed: Vec<Value> = serde_json::from_slice(&std::fs::read(listed).unwrap()).unwrap();
    let mut manifest = String::new();
    for item in &listed {
        let text = |member: &str| item[member].as_str().unwrap_or_default();
        // `gcc-0:11.2.1-9.4.el9.src`
        let source = text("srpm_nevra").trim_end_matches(".src");
        let epoch = source.split_once(':').and_then(|(before, _)| before.rsplit('-').next()).unwrap_or("0");
        let file = source.replacen(&format!("-{epoch}:"), "-", 1);
        let version = format!("{}-{}", text("version"), text("release"));
        let fields = [
            text("name"),
            &version,
            "0",
            "0",
            "v",
            epoch,
            "0",
            text("architecture"),
            epoch,
            &format!("{file}.src.rpm"),
        ];
        manifest.push_str(&fields.join("\t"));
        manifest.push('\n');
    }
    let tar = TarFile::new()
        .file("etc/os-release", "ID=almalinux\nVERSION_ID=9.0\n")
        .file("var/lib/rpmmanifest/container-manifest-2", &manifest)
        .done();
    let facts = read(&tar[..], Expected { stored: None, plain: None }, &Limits::default()).unwrap();
    let inventory = assemble(&[(0, &facts)], false);
    assert_eq!(inventory.packages.len(), listed.iter().filter(|item| item["srpm_nevra"].is_string()).count());
    let temporary = tempfile::tempdir().unwrap();
    let mut compiler = Compiler::default();
    compiler.add(&feed).unwrap();
    let path = temporary.path().join("alma.book");
    compiler.write(&path).unwrap();
    let judged = judge(&inventory, &mut Book::open(&path).unwrap()).unwrap();
    assert_eq!(judged.unjudged, []);
    assert!(judged.findings.len() > 50, "{}", judged.findings.len());
    for finding in &judged.findings {
        let package = &inventory.packages[finding.package].package;
        let fixed = finding.fixed.as_deref().unwrap();
        assert_eq!(compare(Manager::Rpm, &package.version, fixed), Ok(Ordering::Less), "{package:?} {fixed}");
        assert!(finding.id.starts_with("CVE-"), "{finding:?}");
        assert!(finding.severity >= Some(Severity::Low), "{finding:?}");
    }
}
