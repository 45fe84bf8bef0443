//! libinjection's own corpora, from Debian's source package of ModSecurity.

use std::path::PathBuf;

use bartizan_inspect::{Scratch, Transformation};

use crate::corpora::corpus;

const FOLDER: &str = "modsecurity-v3.0.9/others/libinjection/data";

/// The files whose names begin so, in the order of their names; `None` where there are none.
pub(crate) fn files(prefix: &str) -> Option<Vec<PathBuf>> {
    let folder = corpus(FOLDER)?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)));
    files.sort();
    Some(files)
}

/// The cases of a file, as libinjection's own runner reads them: a line each, without what begins with `#`, URL-decoded.
pub(crate) fn cases(path: &PathBuf) -> Vec<Vec<u8>> {
    let text = std::fs::read(path).unwrap();
    let mut scratch = Scratch::default();
    text.split(|byte| *byte == b'\n')
        .map(|line| {
            let kept =
                line.iter().rposition(|byte| !matches!(byte, b' ' | b'\n' | b'\t' | b'\r')).map_or(0, |at| at + 1);
            &line[..kept]
        })
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
        .map(|line| scratch.apply(&[Transformation::UrlDecode], line).to_vec())
        .collect()
}
