//! Reading small hosts made by hand.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use bartizan_agent::collect::{CollectError, Collector, Compression, Root};
use bartizan_host::index::Content;
use bartizan_host::observe::{Facts, Inventory, Origin};
use bartizan_wire::Timestamp;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_795_222_400_000);

/// A host in a folder.
pub(crate) struct Host {
    folder: TempDir,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn root(&self) -> Root {
        Root::new(self.folder.path())
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.folder.path().join(path.trim_start_matches('/'))).unwrap();
    }

    /// Sets when a file or folder was modified, in seconds.
    pub(crate) fn touch(&self, path: &str, seconds: u64) {
        let file = File::open(self.folder.path().join(path.trim_start_matches('/'))).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    /// Debian with dpkg and one package.
    pub(crate) fn debian() -> Self {
        let host = Self::new();
        host.write(
            "/etc/os-release",
            "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian 12\"\n",
        );
        host.write(
            "/var/lib/dpkg/status",
            "Package: dpkg\nStatus: install ok installed\nPriority: required\nSection: admin\nArchitecture: amd64\nVersion: 1.21.22\n",
        );
        host
    }
}

pub(crate) fn collect(host: &Host) -> Inventory {
    Collector::new(host.root()).collect("mi-0123456789abcdef0", NOW, &mut |_| {}).unwrap()
}

pub(crate) fn release(suite: &str, signed: bool) -> String {
    let fields = format!(
        "Origin: Debian\nLabel: Debian\nSuite: {suite}\nCodename: bookworm\nDate: Sat, 21 Nov 2026 00:53:02 UTC\nMD5Sum:\n d4 0 x\n"
    );
    if signed {
        format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{fields}-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n"
        )
    } else {
        fields
    }
}

pub(crate) fn packages(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| {
            format!("Package: {name}\nVersion: 1-1\nArchitecture: amd64\nPriority: optional\nSection: libs\n\n")
        })
        .collect()
}

fn compress(plain: &[u8], compression: Compression) -> Vec<u8> {
    match compression {
        Compression::Plain => plain.to_vec(),
        Compression::Lz4 => {
            let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd => zstd::bulk::compress(plain, 1).unwrap(),
    }
}

#[test]
fn a_small_host_is_read_in_full() {
    let host = Host::new();
    host.write(
        "/etc/os-release",
        "ID=ubuntu\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\nPRETTY_NAME=\"Ubuntu 22.04\"\n",
    );
    host.write("/etc/hostname", "unused\n");
    host.write("/proc/sys/kernel/hostname", "node-1\n");
    host.write("/proc/sys/kernel/osrelease", "6.1.0-1-amd64\n");
    host.write("/proc/stat", "cpu 1 2 3\nbtime 1795000000\nprocesses 1\n");
    host.write(
        "/var/lib/dpkg/status",
        "Package: dpkg\nStatus: install ok installed\nPriority: required\nSection: admin\nArchitecture: amd64\nVersion: 1.21\n\n\
Package: libc6\nStatus: hold ok installed\nPriority: optional\nSection: libs\nMulti-Arch: same\nArchitecture: i386\nVersion: 2.36-9\nProvides: libc6-2\n\n\
Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n\
Package: half\nStatus: install reinstreq half-installed\nArchitecture: all\nVersion: 3\n\n",
    );
    host.write("/var/lib/dpkg/info/dpkg.list", "/.\n");
    host.touch("/var/lib/dpkg/info/dpkg.list", 1_000);
    host.write("/var/lib/dpkg/info/libc6:amd64.list", "/.\n");
    host.write("/var/lib/dpkg/info/libc6:i386.list", "/.\n");
    host.touch("/var/lib/dpkg/info/libc6:i386.list", 2_000);
    host.write("/var/lib/apt/lists/h_debian_dists_bookworm_InRelease", release("stable", true));
    host.write("/var/lib/apt/lists/h_debian_dists_bookworm_main_binary-amd64_Packages", packages(&["a", "b"]));
    host.touch("/var/lib/apt/lists", 3_000);

    let found = collect(&host);
    assert_eq!((found.instance.as_str(), found.captured_at), ("mi-0123456789abcdef0", NOW));
    let facts = Facts {
        os_id: "ubuntu".into(),
        os_version: "22.04".into(),
        codename: "jammy".into(),
        pretty_name: "Ubuntu 22.04".into(),
        architecture: "amd64".into(),
        hostname: "node-1".into(),
        kernel: "6.1.0-1-amd64".into(),
        agent_version: env!("CARGO_PKG_VERSION").into(),
        booted_at: Some(Timestamp(1_795_000_000_000)),
        ip_address: String::new(),
    };
    assert_eq!(found.facts, facts);
    let installed: Vec<_> = found
        .installed
        .iter()
        .map(|p| {
            (p.name.as_str(), p.architecture.as_str(), p.version.as_str(), p.provides.as_str(), p.held, p.installed_at)
        })
        .collect();
    let expected = [
        ("dpkg", "amd64", "1.21", "", false, Some(Timestamp(1_000_000))),
        ("libc6", "i386", "2.36-9", "libc6-2", true, Some(Timestamp(2_000_000))),
        ("half", "all", "3", "", false, None),
    ];
    assert_eq!(installed, expected);
    assert_eq!(found.refreshed_at, Some(Timestamp(3_000_000)));
    assert_eq!(found.blind, ["package `half` is half-installed: its update or removal did not finish"]);
    let [index] = &found.indices[..] else { panic!("{:?}", found.indices) };
    let origin = Origin {
        archive: "stable".into(),
        codename: "bookworm".into(),
        label: "Debian".into(),
        origin: "Debian".into(),
        site: "h".into(),
        component: "main".into(),
        architecture: "amd64".into(),
        trusted: true,
        date: Some(Timestamp(1_795_222_382_000)),
        ..Origin::default()
    };
    assert_eq!(index.origin, origin);
}

#[test]
fn every_compression_gives_the_same_digest() {
    let many: Vec<String> = (0..5_000).map(|number| format!("package-{number}")).collect();
    let plain = packages(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let endings = [
        ("", Compression::Plain),
        (".lz4", Compression::Lz4),
        (".gz", Compression::Gzip),
        (".xz", Compression::Xz),
        (".zst", Compression::Zstd),
    ];
    let mut digests = Vec::new();
    for (ending, compression) in endings {
        let host = Host::debian();
        let name = format!("h_dists_s_main_binary-amd64_Packages{ending}");
        host.write(&format!("/var/lib/apt/lists/{name}"), compress(plain.as_bytes(), compression));
        host.write("/var/lib/apt/lists/h_dists_s_InRelease", release("s", true));
        let mut collector = Collector::new(host.root());
        let mut calls = Vec::new();
        let found = collector
            .collect("i", NOW, &mut |progress| {
                assert_eq!(progress.file, name);
                assert!(progress.read <= progress.length);
                calls.push(progress.read);
            })
            .unwrap();
        assert!(!calls.is_empty() && calls.is_sorted(), "{ending}: {calls:?}");
        assert_eq!(found.blind, Vec::<String>::new(), "{ending}");
        let digest = found.indices[0].digest.clone();
        let content = collector.index(&digest).unwrap().unwrap();
        assert_eq!((content.packages(), content.digest()), (5_000, digest.clone()));
        digests.push(digest);
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}

#[test]
fn trust_needs_a_signature() {
    let host = Host::debian();
    let lists = "/var/lib/apt/lists";
    for (site, name, signed) in
        [("a", "InRelease", true), ("b", "InRelease", false), ("c", "Release", false), ("d", "Release", false)]
    {
        host.write(&format!("{lists}/{site}_dists_s_{name}"), release("s", signed));
        host.write(&format!("{lists}/{site}_dists_s_main_binary-amd64_Packages"), packages(&["x"]));
    }
    host.write(&format!("{lists}/d_dists_s_Release.gpg"), "signature");
    host.write(&format!("{lists}/e_dists_s_main_binary-amd64_Packages"), packages(&["x"]));
    let found = collect(&host);
    let trust: Vec<_> = found.indices.iter().map(|index| (index.origin.site.as_str(), index.origin.trusted)).collect();
    assert_eq!(trust, [("a", true), ("b", false), ("c", false), ("d", true), ("e", false)]);
    assert_eq!(
        found.blind,
        ["`e_dists_s_main_binary-amd64_Packages` has no Release file, so that its origin is unknown"]
    );
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_reported() {
    let host = Host::debian();
    let lists = "/var/lib/apt/lists";
    host.write(&format!("{lists}/h_dists_s_InRelease"), release("s", true));
    host.write(&format!("{lists}/h_dists_s_a_binary-amd64_Packages.xz"), "not xz");
    host.write(&format!("{lists}/h_dists_s_b_binary-amd64_Packages.bz2"), "BZh");
    host.write(&format!("{lists}/h_dists_s_c_binary-amd64_Packages"), packages(&["x"]) + "Package: y\n\nnonsense\n");
    let whole = compress(packages(&["z"; 2000]).as_bytes(), Compression::Gzip);
    host.write(&format!("{lists}/h_dists_s_d_binary-amd64_Packages.gz"), &whole[..whole.len() / 2]);
    host.write("/etc/apt/preferences.d/pin.pref", "Package: *\n");
    let found = collect(&host);
    assert_eq!(found.indices.len(), 1);
    assert_eq!(found.indices[0].origin.component, "c");
    let named = |part: &str| assert!(found.blind.iter().any(|line| line.contains(part)), "{part}: {:?}", found.blind);
    named("`h_dists_s_a_binary-amd64_Packages.xz` could not be read");
    named("`h_dists_s_b_binary-amd64_Packages.bz2` is compressed in a way that is not read");
    named(
        "`h_dists_s_c_binary-amd64_Packages` is malformed in 3 places, first in line 7: a paragraph without `Architecture`",
    );
    named("`h_dists_s_d_binary-amd64_Packages.gz` could not be read");
    named("preferences");
    assert_eq!(found.blind.len(), 5);
}

#[test]
fn only_what_changed_is_read_again() {
    let host = Host::debian();
    let name = "/var/lib/apt/lists/h_dists_s_main_binary-amd64_Packages";
    host.write(name, packages(&["a"]));
    host.touch(name, 1_000);
    let mut collector = Collector::new(host.root());
    let first = collector.collect("i", NOW, &mut |_| {}).unwrap();
    let fingerprint = collector.fingerprint();
    // The same length and time: it is believed to be the same.
    host.write(name, packages(&["b"]));
    host.touch(name, 1_000);
    assert_eq!(collector.collect("i", NOW, &mut |_| {}).unwrap().indices, first.indices);
    let old = &first.indices[0].digest;
    assert_eq!(collector.index(old).unwrap(), None, "the content with that digest is gone");
    host.touch(name, 1_001);
    let second = collector.collect("i", NOW, &mut |_| {}).unwrap();
    assert_ne!(second.indices, first.indices);
    let content: Content = collector.index(&second.indices[0].digest).unwrap().unwrap();
    assert_eq!(content.rows().next().unwrap().name, "b");
    assert_eq!(collector.fingerprint(), fingerprint, "neither the folder nor the package database changed");
    host.touch("/var/lib/dpkg/status", 5);
    assert_ne!(collector.fingerprint(), fingerprint);
    host.remove(name);
    assert_eq!(collector.collect("i", NOW, &mut |_| {}).unwrap().refreshed_at, None);
}

#[test]
fn a_machine_without_a_package_database_says_so() {
    let host = Host::new();
    host.write("/usr/lib/os-release", "ID=rocky\nPRETTY_NAME=\"Rocky Linux 9.4\"\n");
    let error = Collector::new(host.root()).collect("i", NOW, &mut |_| {}).unwrap_err();
    let CollectError::Unsupported(unsupported) = &error else { panic!("{error}") };
    assert_eq!(unsupported.system, "Rocky Linux 9.4");
    assert!(unsupported.path.ends_with("var/lib/dpkg/status"));
    assert!(error.to_string().starts_with("`Rocky Linux 9.4` has no package database at `"), "{error}");
}

#[test]
fn an_image_without_dpkg_is_read() {
    let host = Host::new();
    host.write("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    host.write("/var/lib/dpkg/status.d/base-files", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n");
    host.write("/var/lib/dpkg/status.d/base-files.md5sums", "d41d8cd98f00b204e9800998ecf8427e  etc/issue\n");
    host.write("/var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n");
    let found = collect(&host);
    let names: Vec<_> = found.installed.iter().map(|package| package.name.as_str()).collect();
    assert_eq!((names, found.facts.architecture.as_str()), (vec!["base-files", "tzdata"], "amd64"));
    assert_eq!(found.blind, ["apt holds no package indices: run `apt update`"]);
}

#[test]
fn a_folder_that_is_no_host_is_not_mistaken_for_one() {
    assert!(Collector::new(Root::new(Path::new("/nonexistent"))).collect("i", NOW, &mut |_| {}).is_err());
}
