//! How much of a stranger's image is read, so that none can make a scan take all memory or all time.
//!
//! What lies beyond a limit is reported as a blind spot where the rest can still be judged, and as an error where it cannot.

/// The limits of a scan. [`Limits::default`] is what a scan uses; tests use smaller ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in one uncompressed layer; a bomb ends here.
    pub layer_bytes: u64,
    /// Entries in one layer.
    pub entries: u64,
    /// Bytes in the database of dpkg, apk or rpm, or in any other file that is read for its packages.
    pub database_bytes: u64,
    /// Files with packages in them that are remembered of one layer.
    pub found: usize,
    /// Packages that are remembered of one layer.
    pub packages: usize,
    /// Deleted paths and emptied folders that are remembered of one layer.
    pub whiteouts: usize,
    /// Symbolic links that are remembered of one layer.
    pub links: usize,
    /// Files owned by packages of the system that are remembered of one layer.
    pub owned: usize,
    /// Bytes that are remembered of all layers of an image together.
    pub remembered: usize,
}

/// A limit for people: name, value, unit, and what lies beyond it.
pub type Shown = (&'static str, u64, &'static str, &'static str);

/// The limits that a user can meet.
#[must_use]
pub fn shown() -> Vec<Shown> {
    let refused = "the scan ends without a verdict";
    let blind = "the rest is reported as not judged";
    vec![
        ("image layer", LAYER_BYTES_MAX, "uncompressed bytes", refused),
        ("image layer", ENTRIES_MAX, "entries", refused),
        ("image layers", LAYERS_MAX as u64, "layers", refused),
        ("image manifest or index", MANIFEST_BYTES_MAX, "bytes", refused),
        ("image configuration", CONFIG_BYTES_MAX, "bytes", refused),
        ("extended header in a layer", EXTENDED_BYTES_MAX, "bytes", refused),
        ("window of a zstd layer", 1 << ZSTD_WINDOW_LOG_MAX, "bytes", refused),
        ("package database in an image", DATABASE_BYTES_MAX, "bytes", blind),
        ("files with packages in a layer", FOUND_MAX as u64, "files", blind),
        ("packages in a layer", PACKAGES_MAX as u64, "packages", blind),
        ("deleted paths in a layer", WHITEOUTS_MAX as u64, "paths", blind),
        ("links in a layer", LINKS_MAX as u64, "links", blind),
        ("archives of Java's within each other", ZIP_DEPTH_MAX as u64, "archives", blind),
        ("remembered of an image", REMEMBERED_BYTES_MAX as u64, "bytes", blind),
    ]
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            layer_bytes: LAYER_BYTES_MAX,
            entries: ENTRIES_MAX,
            database_bytes: DATABASE_BYTES_MAX,
            found: FOUND_MAX,
            packages: PACKAGES_MAX,
            whiteouts: WHITEOUTS_MAX,
            links: LINKS_MAX,
            owned: OWNED_MAX,
            remembered: REMEMBERED_BYTES_MAX,
        }
    }
}

/// Bytes in one uncompressed layer.
pub const LAYER_BYTES_MAX: u64 = 64 << 30;
/// Entries in one layer.
pub const ENTRIES_MAX: u64 = 20_000_000;
/// Bytes in one file that is read for its packages.
pub const DATABASE_BYTES_MAX: u64 = 256 << 20;
/// Files with packages in them, of one layer.
pub const FOUND_MAX: usize = 20_000;
/// Packages of one layer.
pub const PACKAGES_MAX: usize = 30_000;
/// Deleted paths of one layer.
pub const WHITEOUTS_MAX: usize = 65_536;
/// Symbolic links of one layer.
pub const LINKS_MAX: usize = 16_384;
/// Files of one layer that belong to packages of the system and could be taken for packages of a language.
pub const OWNED_MAX: usize = 65_536;
/// Bytes that are remembered of all layers of an image; a layer that adds a package has the whole list once more.
pub const REMEMBERED_BYTES_MAX: usize = 64 << 20;
/// Bytes in the paths of one layer that are remembered, all together.
pub const PATHS_BYTES_MAX: usize = 6 << 20;
/// Bytes in a path, as on Linux; a longer one cannot be on a disk.
pub const PATH_BYTES_MAX: usize = 4096;
/// Bytes in one extended header of a tar, as in Go's reader, which container engines use.
pub const EXTENDED_BYTES_MAX: u64 = 1 << 20;
/// Extended headers before one entry.
pub const EXTENDED_HEADERS_MAX: usize = 8;
/// Blocks of the map of an old GNU sparse file.
pub const SPARSE_BLOCKS_MAX: u64 = 65_536;
/// Binary logarithm of the window of a zstd frame: 8 MiB, what RFC 8878 asks decoders to support.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Bytes in a manifest or an index, as registries have it.
pub const MANIFEST_BYTES_MAX: u64 = 4 << 20;
/// Bytes in the configuration of an image.
pub const CONFIG_BYTES_MAX: u64 = 8 << 20;
/// Layers of an image; engines stop at 127.
pub const LAYERS_MAX: usize = 1024;
/// Indexes within indexes.
pub const INDEX_DEPTH_MAX: usize = 4;
/// Images that one index or archive names.
pub const IMAGES_MAX: usize = 4096;
/// Folders within folders in which images are looked for.
pub const FIND_DEPTH_MAX: usize = 32;
/// Folders that one search for images looks into.
pub const FIND_FOLDERS_MAX: usize = 200_000;
/// Images that one search finds.
pub const FIND_IMAGES_MAX: usize = 100_000;
/// Entries of an archive that holds an image.
pub const ARCHIVE_ENTRIES_MAX: usize = 65_536;
/// Bytes of manifests and configurations held of a compressed archive, which has to be read in one go.
pub const ARCHIVE_SMALL_BYTES_MAX: u64 = 16 << 20;
/// Symbolic links followed to find a file.
pub const LINK_HOPS_MAX: usize = 40;
/// Bytes in one paragraph of dpkg's or apk's database.
pub const PARAGRAPH_BYTES_MAX: usize = 4 << 20;
/// Bytes in a line of any text.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// Bytes in a manifest of a language package, such as `package.json`.
pub const TEXT_BYTES_MAX: u64 = 2 << 20;
/// Bytes in a lock file.
pub const LOCK_BYTES_MAX: u64 = 8 << 20;
/// Archives within archives: a jar in a war in an ear.
pub const ZIP_DEPTH_MAX: usize = 4;
/// Entries of one zip archive.
pub const ZIP_ENTRIES_MAX: u64 = 500_000;
/// Bytes in the list of modules in a Go binary, or of crates in a Rust one, uncompressed.
pub const BUILD_INFO_BYTES_MAX: usize = 4 << 20;
/// Bytes in one header of an rpm database.
pub const RPM_HEADER_BYTES_MAX: usize = 16 << 20;
/// Characters of a name, a version or another value that is kept.
pub const VALUE_BYTES_MAX: usize = 1024;
/// Things that could not be judged, kept of one layer; the rest are counted.
pub const BLIND_MAX: usize = 64;
