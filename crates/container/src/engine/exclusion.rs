//! Images that sensors leave out, by patterns of their names.
//!
//! A pattern is a regular expression that must match a whole spelling of a name. A name with a tag can be spelt
//! `registry/repository:tag`, `repository:tag` or `repository`; one with a digest `registry/repository@sha256:..`. An image is
//! left out if its id matches, or **every** name that it has: another name means that somebody uses it under that name.
//! Matching takes time that is linear in the name, whatever the pattern.

use std::collections::BTreeMap;
use std::fmt;

use regex::bytes::{Regex, RegexBuilder};
use serde::Serialize;

/// Patterns of a profile.
pub const PATTERNS_MAX: usize = 100;
/// Characters of a pattern.
pub const PATTERN_CHARACTERS_MAX: usize = 512;
/// Bytes that one compiled pattern may take.
const COMPILED_BYTES_MAX: usize = 1 << 20;
/// Characters of an image's id: the beginning of its digest.
const ID_CHARACTERS: usize = 12;

/// Why a pattern cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Too many.
    #[error("more than {PATTERNS_MAX} patterns")]
    Many,
    /// Too long.
    #[error("pattern {index} is longer than {PATTERN_CHARACTERS_MAX} characters")]
    Long {
        /// Which.
        index: usize,
    },
    /// Not a regular expression, or too large a one.
    #[error("pattern {index}: {why}")]
    Invalid {
        /// Which.
        index: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// A regular expression that matches whole texts.
#[derive(Debug, Clone)]
pub struct Whole(Regex);

impl Whole {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(pattern: &str) -> Result<Self, String> {
        // Names of images are ASCII. Read as such, `(?i)` needs no tables of Unicode and `\d` has ten digits; a pattern that
        // asks for more, such as `\p{L}`, is read as it stands.
        let build = |text: &str| {
            let mut builder = RegexBuilder::new(text);
            builder.size_limit(COMPILED_BYTES_MAX).unicode(false).build().or_else(|why| {
                match builder.unicode(true).build() {
                    Err(_) => Err(why),
                    well => well,
                }
            })
        };
        // By itself first: `a)(b` would become valid by the brackets around it.
        build(pattern).map_err(|why| why.to_string())?;
        // A pattern with the flag `x` may end with a comment, which would swallow the closing bracket; there the line break is
        // no part of the pattern.
        let whole = build(&format!(r"\A(?:{pattern})\z")).or_else(|_| build(&format!("\\A(?:{pattern}\n)\\z")));
        whole.map(Self).map_err(|why| why.to_string())
    }

    /// Whether it matches all of a text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }
}

/// A name of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Name {
    /// `registry.example`; may be empty for an image that was built here.
    pub registry: Box<str>,
    /// `library/nginx`.
    pub repository: Box<str>,
    /// What it is called there.
    pub reference: Reference,
}

/// What tells the images of a repository apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Reference {
    /// `1.27`, which can be moved to another image.
    Tag(Box<str>),
    /// `sha256:..` of the manifest.
    Digest(Box<str>),
}

impl Name {
    /// Reads `registry/repository:tag` or `registry/repository@sha256:..`. What stands before the first slash is a registry
    /// if it has a dot or a port, or is `localhost`; a name without a tag has the tag `latest` [image reference grammar].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let (registry, rest) = match rest.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
            _ => ("", rest),
        };
        let (repository, tag) = rest.rsplit_once(':').unwrap_or((rest, "latest"));
        let reference = match digest {
            Some(digest) => Reference::Digest(digest.into()),
            None => Reference::Tag(tag.into()),
        };
        Self { registry: registry.into(), repository: repository.into(), reference }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.registry.is_empty() {
            write!(f, "{}/", self.registry)?;
        }
        match &self.reference {
            Reference::Tag(tag) => write!(f, "{}:{tag}", self.repository),
            Reference::Digest(digest) => write!(f, "{}@{digest}", self.repository),
        }
    }
}

/// What patterns say of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No pattern matches.
    Included,
    /// Some names match, but not all: the index of the first pattern that does, and that of the first name that does not.
    Spared {
        /// The pattern.
        pattern: usize,
        /// The name.
        name: usize,
    },
    /// Left out by the pattern that leaves out the first name, or the id.
    Excluded {
        /// The pattern.
        pattern: usize,
    },
}

/// The digests by which an image is known in one repository.
#[derive(Debug, Clone, Copy, Default)]
struct Digests {
    /// The first pattern that matches one.
    pattern: Option<usize>,
    /// Whether it has a tag there, too.
    tagged: bool,
}

/// The patterns of a profile, compiled.
#[derive(Debug, Clone, Default)]
pub struct Exclusions {
    patterns: Vec<(Box<str>, Whole)>,
}

impl PartialEq for Exclusions {
    fn eq(&self, other: &Self) -> bool {
        self.texts().eq(other.texts())
    }
}

impl Exclusions {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// One cannot be taken, or there are too many.
    pub fn new<T: AsRef<str>>(patterns: &[T]) -> Result<Self, PatternError> {
        if patterns.len() > PATTERNS_MAX {
            return Err(PatternError::Many);
        }
        let mut compiled = Vec::with_capacity(patterns.len());
        for (index, pattern) in patterns.iter().map(AsRef::as_ref).enumerate() {
            if pattern.chars().count() > PATTERN_CHARACTERS_MAX {
                return Err(PatternError::Long { index });
            }
            let whole = Whole::new(pattern).map_err(|why| PatternError::Invalid { index, why })?;
            compiled.push((Box::from(pattern), whole));
        }
        Ok(Self { patterns: compiled })
    }

    /// The patterns as they were written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|(text, _)| &**text)
    }

    /// A pattern as it was written.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&str> {
        self.patterns.get(index).map(|(text, _)| &**text)
    }

    /// Whether sensors leave an image out. `sha` is the digest of its configuration, 64 hexadecimal digits.
    #[must_use]
    pub fn judge(&self, sha: &str, names: &[Name]) -> Verdict {
        if self.patterns.is_empty() {
            return Verdict::Included;
        }
        let id = sha.get(..ID_CHARACTERS).unwrap_or(sha);
        if let Some(pattern) = self.first(&[id, sha]) {
            return Verdict::Excluded { pattern };
        }
        let mut spelt = String::new();
        let digests = self.digests(names, &mut spelt);
        let (mut by, mut spared) = (None, None);
        for (index, name) in names.iter().enumerate() {
            let held = digests.get(&(&*name.registry, &*name.repository));
            let matched = match (&name.reference, held) {
                // Beside a tag, a digest is another way to write that name, and no name of its own.
                (Reference::Digest(_), Some(held)) if held.tagged => continue,
                (Reference::Digest(_), held) => held.and_then(|held| held.pattern),
                (Reference::Tag(_), held) => {
                    self.of_name(name, &mut spelt).or_else(|| held.and_then(|held| held.pattern))
                }
            };
            match matched {
                Some(pattern) => by = by.or(Some(pattern)),
                None => spared = spared.or(Some(index)),
            }
            if by.is_some() && spared.is_some() {
                break;
            }
        }
        match (by, spared) {
            (None, _) => Verdict::Included,
            (Some(pattern), Some(name)) => Verdict::Spared { pattern, name },
            (Some(pattern), None) => Verdict::Excluded { pattern },
        }
    }

    /// What patterns say of the digests of each repository.
    fn digests<'a>(&self, names: &'a [Name], spelt: &mut String) -> BTreeMap<(&'a str, &'a str), Digests> {
        let mut found: BTreeMap<(&str, &str), Digests> = BTreeMap::new();
        for name in names.iter().filter(|name| matches!(name.reference, Reference::Digest(_))) {
            let held = found.entry((&name.registry, &name.repository)).or_default();
            held.pattern = held.pattern.or_else(|| self.of_name(name, spelt));
        }
        if !found.is_empty() {
            for name in names.iter().filter(|name| matches!(name.reference, Reference::Tag(_))) {
                if let Some(held) = found.get_mut(&(&*name.registry, &*name.repository)) {
                    held.tagged = true;
                }
            }
        }
        found
    }

    /// The first pattern that matches a spelling of a name. `spelt` is room that is used again.
    fn of_name(&self, name: &Name, spelt: &mut String) -> Option<usize> {
        spelt.clear();
        if !name.registry.is_empty() {
            spelt.push_str(&name.registry);
            spelt.push('/');
        }
        let local = spelt.len();
        spelt.push_str(&name.repository);
        match &name.reference {
            Reference::Tag(tag) => {
                spelt.push(':');
                spelt.push_str(tag);
                let without_registry = spelt.get(local..).unwrap_or_default();
                self.first(&[spelt.as_str(), without_registry, &*name.repository])
            }
            Reference::Digest(digest) => {
                spelt.push('@');
                spelt.push_str(digest);
                self.first(&[spelt.as_str(), &*name.repository])
            }
        }
    }

    fn first(&self, spellings: &[&str]) -> Option<usize> {
        self.patterns.iter().position(|(_, whole)| spellings.iter().any(|text| whole.matches(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_engines_read_them() {
        for (text, registry, repository, reference) in [
            ("registry.example/team/shop:1", "registry.example", "team/shop", "1"),
            ("registry.example:5000/shop", "registry.example:5000", "shop", "latest"),
            ("localhost/shop:2", "localhost", "shop", "2"),
            ("library/nginx:1.27", "", "library/nginx", "1.27"),
            ("nginx", "", "nginx", "latest"),
            ("a.example/x@sha256:00", "a.example", "x", "sha256:00"),
            ("a.example/x:1@sha256:00", "a.example", "x", "sha256:00"),
        ] {
            let name = Name::parse(text);
            let (Reference::Tag(found) | Reference::Digest(found)) = &name.reference;
            assert_eq!((&*name.registry, &*name.repository, &**found), (registry, repository, reference), "{text}");
        }
        assert_eq!(Name::parse("registry.example/team/shop:1").to_string(), "registry.example/team/shop:1");
    }
}
