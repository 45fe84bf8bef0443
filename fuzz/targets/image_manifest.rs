#![no_main]

use std::collections::BTreeSet;
use std::path::Path;

use bartizan_image::digest::Digest;
use bartizan_image::source::{Choice, SourceError, Store, Visit, choose};

/// An image whose documents are whatever the fuzzer wants, under the digests that they have.
struct Made<'a> {
    index: &'a [u8],
    documents: Vec<&'a [u8]>,
}

impl Store for Made<'_> {
    fn shown(&self) -> &Path {
        Path::new("made")
    }

    fn small(&self, name: &str, _max: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let by_digest = |bytes: &&&[u8]| name.ends_with(&Digest::of(bytes).hex());
        Ok(match name {
            "index.json" => Some(self.index.to_vec()),
            "manifest.json" => self.documents.first().map(|bytes| bytes.to_vec()),
            _ => self.documents.iter().find(by_digest).or(self.documents.last()).map(|bytes| bytes.to_vec()),
        })
    }

    fn each<E: From<SourceError>>(&self, _names: &BTreeSet<String>, _visit: &mut Visit<'_, E>) -> Result<(), E> {
        Ok(())
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.split(|byte| *byte == 0);
    let index = parts.next().unwrap_or_default();
    if let Ok(image) = choose(&Made { index, documents: parts.collect() }, &Choice::default()) {
        // Every layer has a digest to be verified by.
        assert!(image.layers.iter().all(|layer| layer.expected.plain.is_some()));
    }
});
