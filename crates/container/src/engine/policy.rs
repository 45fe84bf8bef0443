//! `scanningPolicy`: whether an image is run to ask its own package managers, or read from its layers.

/// What a profile allows, and what it would rather have [container security API, create a sensor profile].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScanningPolicy {
    /// Nothing but a run.
    RunOnly,
    /// A run; from layers where there can be none.
    #[default]
    RunFirst,
    /// From layers; a run where they do not say all.
    LayersFirst,
    /// Nothing but layers.
    LayersOnly,
}

impl ScanningPolicy {
    /// As the vendor spells them; `Dynamic` is an older word.
    pub const WORDS: [&str; 5] = [
        "DynamicWithStaticScanningAsFallback",
        "StaticWithDynamicScanningAsFallback",
        "DynamicScanningOnly",
        "StaticScanningOnly",
        "Dynamic",
    ];

    /// What a word means; `None` for one that is not of [`Self::WORDS`].
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "DynamicWithStaticScanningAsFallback" => Some(Self::RunFirst),
            "StaticWithDynamicScanningAsFallback" => Some(Self::LayersFirst),
            "DynamicScanningOnly" | "Dynamic" => Some(Self::RunOnly),
            "StaticScanningOnly" => Some(Self::LayersOnly),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_means_something() {
        assert!(ScanningPolicy::WORDS.iter().all(|word| ScanningPolicy::of(word).is_some()));
        assert_eq!(ScanningPolicy::of("Dynamic"), ScanningPolicy::of("DynamicScanningOnly"));
        assert_eq!(ScanningPolicy::of("dynamic"), None);
    }
}
