//! Names by which a layer says what is gone of those below it [OCI image, layer whiteouts].

const DELETES: &str = ".wh.";
const EMPTIES: &str = ".wh..wh..opq";
/// Of aufs and fuse-overlayfs, for their own use.
const RESERVED: &str = ".wh..wh.";

/// What a name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// This path is gone.
    Deletes(String),
    /// All that lower layers have in the folder is gone.
    Empties,
    /// Nothing that matters: what lies there is no file of the image's.
    Nothing,
}

/// Reads the name of an entry of a folder; `None` for that of an ordinary file.
pub(super) fn read(folder: &str, name: &str) -> Option<Mark> {
    let gone = name.strip_prefix(DELETES)?;
    if name == EMPTIES {
        return Some(Mark::Empties);
    }
    // `.wh.` alone, or one that would lead up, deletes nothing.
    if name.starts_with(RESERVED) || matches!(gone, "" | "." | "..") {
        return Some(Mark::Nothing);
    }
    Some(Mark::Deletes(if folder.is_empty() { gone.to_owned() } else { format!("{folder}/{gone}") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_files() {
        assert_eq!(read("opt", ".wh.app"), Some(Mark::Deletes("opt/app".into())));
        assert_eq!(read("", ".wh.app"), Some(Mark::Deletes("app".into())));
        assert_eq!(read("opt", ".wh..wh..opq"), Some(Mark::Empties));
        for name in [".wh.", ".wh..", ".wh...", ".wh..wh.plnk"] {
            assert_eq!(read("opt", name), Some(Mark::Nothing), "{name}");
        }
        assert_eq!(read("opt", "app.wh."), None);
    }
}
