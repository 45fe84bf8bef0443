//! What an image runs on.

use std::fmt;
use std::str::FromStr;

/// Operating system, architecture and variant, in Go's words, as images have them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// `linux`
    pub os: String,
    /// `amd64`
    pub architecture: String,
    /// `v8`; empty if it has none.
    pub variant: String,
}

impl Platform {
    /// Linux on the architecture of this machine.
    #[must_use]
    pub fn here() -> Self {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "powerpc64" => "ppc64le",
            other => other,
        };
        Self { os: "linux".to_owned(), architecture: architecture.to_owned(), variant: String::new() }
    }

    /// An image of this platform is what `wanted` asks for. A variant that is not asked for does not matter.
    #[must_use]
    pub fn answers(&self, wanted: &Self) -> bool {
        self.os == wanted.os
            && self.architecture == wanted.architecture
            && (wanted.variant.is_empty() || self.variant == wanted.variant || self.is_usual(wanted))
    }

    /// The variant that goes without saying.
    fn is_usual(&self, wanted: &Self) -> bool {
        self.variant.is_empty() && self.architecture == "arm64" && wanted.variant == "v8"
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('/');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(os), Some(architecture), variant, None) if !os.is_empty() && !architecture.is_empty() => Ok(Self {
                os: os.to_ascii_lowercase(),
                architecture: architecture.to_ascii_lowercase(),
                variant: variant.unwrap_or_default().to_ascii_lowercase(),
            }),
            _ => Err(format!("`{text}` is no platform; write it as `linux/arm64` or `linux/arm/v7`")),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(f, "/{}", self.variant) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_compared_as_engines_do() {
        let platform = |text: &str| text.parse::<Platform>().unwrap();
        assert!(platform("linux/arm64/v8").answers(&platform("linux/arm64")));
        assert!(platform("linux/arm64").answers(&platform("linux/arm64/v8")));
        assert!(!platform("linux/arm/v6").answers(&platform("linux/arm/v7")));
        assert!(!platform("windows/amd64").answers(&platform("linux/amd64")));
        assert!("linux".parse::<Platform>().is_err() && "/".parse::<Platform>().is_err());
        assert_eq!(platform("Linux/ARM/V7").to_string(), "linux/arm/v7");
    }
}
