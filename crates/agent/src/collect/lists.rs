//! apt's folder of lists, by the names of its files alone.
//!
//! apt names a file after the address that it was fetched from: without scheme and user, `/` as `_`, and `_` and some
//! others as `%` and two hexadecimal digits (`URItoFileName` in apt-pkg). So `deb http://host/debian bookworm main` gives
//! `host_debian_dists_bookworm_InRelease` and `host_debian_dists_bookworm_main_binary-amd64_Packages`; a flat repository
//! `deb http://host/path ./` gives `host_path_._InRelease` and `host_path_._Packages`. The names alone do not say where
//! the suite ends, but the Release file beside an index does: it belongs to the one with the longest common beginning.

use super::inflate::Compression;

/// One index in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// Its file.
    pub(super) file: String,
    pub(super) compression: Compression,
    /// The Release file that it belongs to.
    pub(super) release: Option<ReleaseFile>,
    /// Host part of its address; empty for a local folder.
    pub(super) site: String,
    /// As in the sources list; empty in a flat repository.
    pub(super) component: String,
    /// Empty in a flat repository.
    pub(super) architecture: String,
}

/// A Release file in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReleaseFile {
    pub(super) file: String,
    /// It was signed: by itself if it is an `InRelease`, which its content has to show, or in a file beside it.
    pub(super) signature: Signature,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    /// `InRelease`.
    Inside,
    /// `Release` with `Release.gpg`.
    Beside,
    /// `Release` alone.
    None,
}

/// The indices among `names`, which are in order. One that is kept both plain and compressed is listed once, plain.
pub(super) fn arrange(names: &[String]) -> Vec<List> {
    let releases: Vec<_> = names.iter().filter_map(|name| release(name, names)).collect();
    let mut lists: Vec<List> = Vec::new();
    for file in names {
        let (stem, compression) = Compression::of(file);
        if !stem.ends_with("_Packages") || stem == "_Packages" {
            continue;
        }
        // A plain name sorts before the same one with an ending, but other names may stand between the two.
        if lists.iter().any(|list| Compression::of(&list.file).0 == stem) {
            continue;
        }
        let belongs =
            releases.iter().filter(|(beginning, _)| stem.starts_with(beginning)).max_by_key(|(beginning, release)| {
                // apt prefers the signed form where both are left.
                (beginning.len(), release.signature == Signature::Inside)
            });
        let within = belongs.and_then(|(beginning, _)| stem.strip_prefix(beginning)).unwrap_or(stem);
        let (component, architecture) = place(within);
        lists.push(List {
            file: file.clone(),
            compression,
            release: belongs.map(|(_, release)| release.clone()),
            site: decode(stem.split('_').next().unwrap_or_default()),
            component,
            architecture,
        });
    }
    lists
}

/// The beginning that a Release file shares with its indices, and the file.
fn release<'a>(name: &'a str, names: &[String]) -> Option<(&'a str, ReleaseFile)> {
    let (beginning, signature) = if let Some(beginning) = name.strip_suffix("InRelease") {
        (beginning, Signature::Inside)
    } else {
        let beginning = name.strip_suffix("Release")?;
        let beside = names.binary_search(&format!("{name}.gpg")).is_ok();
        (beginning, if beside { Signature::Beside } else { Signature::None })
    };
    beginning.ends_with('_').then(|| (beginning, ReleaseFile { file: name.to_owned(), signature }))
}

/// Component and architecture of `main_binary-amd64_Packages`; both empty in a flat repository. Where no Release file
/// said where the suite ends, the component is taken to be one word.
fn place(within: &str) -> (String, String) {
    let Some((before, after)) = within.strip_suffix("_Packages").and_then(|within| within.rsplit_once("_binary-"))
    else {
        return (String::new(), String::new());
    };
    let component = match before.rsplit_once("_dists_") {
        Some((_, suite_and_component)) => suite_and_component.rsplit('_').next().unwrap_or_default(),
        None => before,
    };
    (decode(&component.replace('_', "/")), decode(after))
}

/// Undoes apt's quoting; a `%` without two digits stands for itself.
fn decode(quoted: &str) -> String {
    let mut out = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.as_bytes();
    while let [first, rest @ ..] = bytes {
        bytes = rest;
        if let (b'%', [high, low, after @ ..]) = (first, rest)
            && let (Some(high), Some(low)) = (hexadecimal(*high), hexadecimal(*low))
        {
            out.push(high << 4 | low);
            bytes = after;
        } else {
            out.push(*first);
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(names: &[&str]) -> Vec<List> {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort_unstable();
        arrange(&names)
    }

    fn only(names: &[&str]) -> List {
        let mut lists = arranged(names);
        assert_eq!(lists.len(), 1, "{lists:?}");
        lists.remove(0)
    }

    #[test]
    fn an_index_belongs_to_the_release_file_with_the_longest_common_beginning() {
        let lists = arranged(&[
            "deb.debian.org_debian_dists_bookworm-updates_InRelease",
            "deb.debian.org_debian_dists_bookworm-updates_main_binary-amd64_Packages.lz4",
            "deb.debian.org_debian_dists_bookworm_InRelease",
            "deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages.lz4",
            "deb.debian.org_debian_dists_bookworm_main_dep11_Components-amd64.yml.gz",
            "deb.debian.org_debian_dists_bookworm_non-free-firmware_binary-all_Packages.xz",
            "security.debian.org_dists_buster_updates_InRelease",
            "security.debian.org_dists_buster_updates_main_binary-i386_Packages.gz",
            "lock",
        ]);
        let found: Vec<_> = lists
            .iter()
            .map(|list| {
                (
                    list.release.as_ref().unwrap().file.as_str(),
                    list.component.as_str(),
                    list.architecture.as_str(),
                    list.compression,
                )
            })
            .collect();
        let bookworm = "deb.debian.org_debian_dists_bookworm_InRelease";
        let expected = [
            ("deb.debian.org_debian_dists_bookworm-updates_InRelease", "main", "amd64", Compression::Lz4),
            (bookworm, "main", "amd64", Compression::Lz4),
            (bookworm, "non-free-firmware", "all", Compression::Xz),
            ("security.debian.org_dists_buster_updates_InRelease", "main", "i386", Compression::Gzip),
        ];
        assert_eq!(found, expected);
        assert_eq!(lists[0].site, "deb.debian.org");
    }

    #[test]
    fn flat_repositories_have_no_component() {
        let list = only(&["host_path_._InRelease", "host_path_._Packages", "host_other_._InRelease"]);
        assert_eq!((list.component.as_str(), list.architecture.as_str()), ("", ""));
        assert_eq!(list.release.unwrap().file, "host_path_._InRelease");
        let list = only(&["localhost:8080_Release", "localhost:8080_Packages.zst"]);
        assert_eq!((list.site.as_str(), list.release.unwrap().signature), ("localhost:8080", Signature::None));
        let local = only(&["_srv_repo_._Release", "_srv_repo_._Release.gpg", "_srv_repo_._Packages"]);
        assert_eq!((local.site.as_str(), local.release.unwrap().signature), ("", Signature::Beside));
    }

    #[test]
    fn quoting_is_undone() {
        let list = only(&[
            "deb.nodesource.com_node%5f20.x_dists_nodistro_InRelease",
            "deb.nodesource.com_node%5f20.x_dists_nodistro_a%5fb_c_binary-amd64_Packages",
        ]);
        assert_eq!(list.component, "a_b/c");
        assert_eq!(decode("a%5fb%zz%4"), "a_b%zz%4");
    }

    #[test]
    fn without_a_release_file_the_component_is_the_last_word() {
        let list = only(&["host_debian_dists_sid_contrib_binary-amd64_Packages"]);
        assert_eq!((list.release, list.component.as_str()), (None, "contrib"));
    }

    #[test]
    fn an_index_kept_twice_is_read_once_and_the_signed_release_counts() {
        let list = only(&[
            "h_dists_s_m_binary-a_Packages",
            "h_dists_s_m_binary-a_Packages.lz4",
            "h_dists_s_InRelease",
            "h_dists_s_Release",
        ]);
        assert_eq!((list.compression, list.release.unwrap().signature), (Compression::Plain, Signature::Inside));
    }
}
