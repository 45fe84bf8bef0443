//! A package that is in an image, whatever manages it.

pub mod purl;

use serde::{Deserialize, Serialize};

use crate::limits::VALUE_BYTES_MAX;

/// What manages a package, and so what its versions mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manager {
    /// dpkg.
    Deb,
    /// apk of Alpine.
    Apk,
    /// rpm.
    Rpm,
    /// npm.
    Npm,
    /// Python's, named as PEP 503 normalises names.
    PyPi,
    /// Rust's crates.
    Cargo,
    /// Modules of Go.
    Go,
    /// Java, named `group:artifact`.
    Maven,
    /// Ruby's.
    Gem,
}

impl Manager {
    /// All of them.
    pub const ALL: [Self; 9] =
        [Self::Deb, Self::Apk, Self::Rpm, Self::Npm, Self::PyPi, Self::Cargo, Self::Go, Self::Maven, Self::Gem];

    /// The word by which outputs name it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Apk => "apk",
            Self::Rpm => "rpm",
            Self::Npm => "npm",
            Self::PyPi => "pypi",
            Self::Cargo => "cargo",
            Self::Go => "go",
            Self::Maven => "maven",
            Self::Gem => "gem",
        }
    }

    /// It manages the system rather than one language.
    #[must_use]
    pub fn of_system(self) -> bool {
        matches!(self, Self::Deb | Self::Apk | Self::Rpm)
    }
}

/// One package as a database or a manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// Who manages it.
    #[serde(rename = "m")]
    pub manager: Manager,
    /// Its name, in the manager's normal form.
    #[serde(rename = "n")]
    pub name: String,
    /// Its version as the manager writes it; of rpm `[epoch:]version-release`.
    #[serde(rename = "v")]
    pub version: String,
    /// Empty where packages have none.
    #[serde(rename = "a", default, skip_serializing_if = "String::is_empty")]
    pub architecture: String,
    /// The source package it was built from; empty when it has the same name.
    #[serde(rename = "s", default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The version of the source package; empty when it is the same.
    #[serde(rename = "sv", default, skip_serializing_if = "String::is_empty")]
    pub source_version: String,
    /// As the package states it; empty when it does not.
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    /// The module of a modular rpm; empty for others.
    #[serde(rename = "ml", default, skip_serializing_if = "String::is_empty")]
    pub module: String,
    /// A lock file asks for it; nothing says that it is there.
    #[serde(rename = "d", default, skip_serializing_if = "std::ops::Not::not")]
    pub declared: bool,
}

impl Package {
    /// With name and version, and nothing else known.
    #[must_use]
    pub fn new(manager: Manager, name: &str, version: &str) -> Self {
        Self {
            manager,
            name: shortened(name, VALUE_BYTES_MAX),
            version: shortened(version, VALUE_BYTES_MAX),
            architecture: String::new(),
            source: String::new(),
            source_version: String::new(),
            licence: String::new(),
            module: String::new(),
            declared: false,
        }
    }

    /// The name that advisories of the system use: that of the source package.
    #[must_use]
    pub fn source_name(&self) -> &str {
        if self.source.is_empty() { &self.name } else { &self.source }
    }

    /// The version that advisories of the system are compared with.
    #[must_use]
    pub fn version_of_source(&self) -> &str {
        if self.source_version.is_empty() { &self.version } else { &self.source_version }
    }
}

/// At most `bytes` of a text, cut where a character ends, without control characters.
#[must_use]
pub fn shortened(text: &str, bytes: usize) -> String {
    let cut = if text.len() <= bytes { text } else { text.get(..text.floor_char_boundary(bytes)).unwrap_or_default() };
    if cut.chars().any(char::is_control) {
        return cut.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned();
    }
    cut.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_where_a_character_ends() {
        assert_eq!(shortened("größe", 4), "grö");
        assert_eq!(shortened("größe", 3), "gr");
        assert_eq!(shortened(" a\nb\u{1b}[0m ", 100), "a b [0m");
    }
}
