//! The relationship fields: `Depends` and its like, and `Provides` (deb-control(5), Debian policy 7.1).

use super::version::Version;

/// How a version must compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<<`
    Earlier,
    /// `<=`, and the obsolete `<`
    EarlierOrEqual,
    /// `=`
    Equal,
    /// `>=`, and the obsolete `>`
    LaterOrEqual,
    /// `>>`
    Later,
}

/// One name in a relation: `libc6:any (>= 2.36)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Package or virtual package.
    pub name: &'a str,
    /// After the colon: `any`, `native` or an architecture.
    pub architecture: Option<&'a str>,
    /// The version asked for, as written.
    pub version: Option<(Comparison, &'a str)>,
}

impl Target<'_> {
    /// Whether `version` is what is asked for. A version that is none, on either side, satisfies nothing.
    #[must_use]
    pub fn accepts(&self, version: &Version<'_>) -> bool {
        let Some((comparison, wanted)) = self.version else { return true };
        let Ok(wanted) = Version::parse(wanted) else { return false };
        match comparison {
            Comparison::Earlier => *version < wanted,
            Comparison::EarlierOrEqual => *version <= wanted,
            Comparison::Equal => *version == wanted,
            Comparison::LaterOrEqual => *version >= wanted,
            Comparison::Later => *version > wanted,
        }
    }
}

/// Names of which one is enough.
pub type Alternatives<'a> = Vec<Target<'a>>;

/// What in a field could not be read, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no relation between packages; write it as `name (>= version)`")]
pub struct RelationError<'a>(pub &'a str);

/// Reads a field such as `Depends`: what must hold, each with its alternatives. An item that cannot be read comes back as
/// an error in its place, and the others are read.
pub fn parse(field: &str) -> impl Iterator<Item = Result<Alternatives<'_>, RelationError<'_>>> {
    items(field)
        .map(|item| item.split('|').map(|target| parse_target(target).ok_or(RelationError(item.trim()))).collect())
}

/// Reads a `Provides` field: virtual packages, each with the version that it is provided in.
pub fn provides(field: &str) -> impl Iterator<Item = Result<Target<'_>, RelationError<'_>>> {
    items(field).map(|item| {
        parse_target(item)
            .filter(|target| target.version.is_none_or(|(comparison, _)| comparison == Comparison::Equal))
            .ok_or(RelationError(item.trim()))
    })
}

fn items(field: &str) -> impl Iterator<Item = &str> {
    field.split(',').filter(|item| !item.trim().is_empty())
}

/// `name[:architecture] [(comparison version)]`. Restrictions in `[]` and `<>` belong to source packages and are passed
/// over when a binary one carries them.
fn parse_target(text: &str) -> Option<Target<'_>> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '(' | '[' | '<')).unwrap_or(text.len());
    let (name, mut rest) = text.split_at_checked(end)?;
    let (name, architecture) = match name.split_once(':') {
        Some((_, "")) => return None,
        Some((name, architecture)) => (name, Some(architecture)),
        None => (name, None),
    };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_'));
    if name.is_empty() || !plain(name) || !architecture.is_none_or(plain) {
        return None;
    }
    rest = rest.trim_start();
    let mut version = None;
    if let Some(inside) = rest.strip_prefix('(') {
        let (inside, after) = inside.split_once(')')?;
        version = Some(parse_constraint(inside.trim())?);
        rest = after.trim_start();
    }
    while let Some((open, close)) = [('[', ']'), ('<', '>')].into_iter().find(|(open, _)| rest.starts_with(*open)) {
        let _ = open;
        rest = rest.split_once(close)?.1.trim_start();
    }
    rest.is_empty().then_some(Target { name, architecture, version })
}

fn parse_constraint(text: &str) -> Option<(Comparison, &str)> {
    let operators = [
        ("<<", Comparison::Earlier),
        ("<=", Comparison::EarlierOrEqual),
        (">=", Comparison::LaterOrEqual),
        (">>", Comparison::Later),
        ("=", Comparison::Equal),
        ("<", Comparison::EarlierOrEqual),
        (">", Comparison::LaterOrEqual),
    ];
    let (version, comparison) =
        operators.into_iter().find_map(|(written, means)| Some((text.strip_prefix(written)?, means)))?;
    let version = version.trim();
    (!version.is_empty() && !version.contains(|c: char| c.is_ascii_whitespace())).then_some((comparison, version))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(name: &str) -> Target<'_> {
        Target { name, architecture: None, version: None }
    }

    #[test]
    fn every_form_is_read() {
        let field = "libc6 (>= 2.36), python3:any (<< 3.12),\n debconf (>= 0.5) | debconf-2.0, a(=1:2-3) [amd64 !i386] <!nocheck>, b ( > 1 ), ";
        let found: Vec<_> = parse(field).map(Result::unwrap).collect();
        let expected = [
            vec![Target { version: Some((Comparison::LaterOrEqual, "2.36")), ..target("libc6") }],
            vec![Target {
                architecture: Some("any"),
                version: Some((Comparison::Earlier, "3.12")),
                ..target("python3")
            }],
            vec![
                Target { version: Some((Comparison::LaterOrEqual, "0.5")), ..target("debconf") },
                target("debconf-2.0"),
            ],
            vec![Target { version: Some((Comparison::Equal, "1:2-3")), ..target("a") }],
            vec![Target { version: Some((Comparison::LaterOrEqual, "1")), ..target("b") }],
        ];
        assert_eq!(found, expected);
        let found: Vec<_> = provides("mail-transport-agent, libfoo (= 1.2)").map(Result::unwrap).collect();
        assert_eq!(found[1].version, Some((Comparison::Equal, "1.2")));
        assert_eq!(parse("").count(), 0);
    }

    #[test]
    fn what_is_no_relation_is_reported_beside_the_rest() {
        for wrong in ["a (", "a (1)", "a (>= )", "a b", "(>= 1)", "a: (>= 1)", "a | ", "a (>= 1) x", "ü"] {
            let field = format!("{wrong}, good");
            let found: Vec<_> = parse(&field).collect();
            assert_eq!(found[0], Err(RelationError(wrong.trim())), "{wrong}");
            assert_eq!(found[1], Ok(vec![target("good")]));
        }
        assert!(provides("a (>= 1)").next().unwrap().is_err(), "only an exact version can be provided");
    }

    #[test]
    fn a_version_satisfies_what_it_should() {
        let asked = |version| Target { version, ..target("a") };
        let two = Version::parse("2.0-0").unwrap();
        let cases = [
            (None, true),
            (Some((Comparison::Earlier, "2.0")), false),
            (Some((Comparison::EarlierOrEqual, "2.0")), true),
            (Some((Comparison::Equal, "2.0")), true),
            (Some((Comparison::LaterOrEqual, "2.0~")), true),
            (Some((Comparison::Later, "2.0~")), true),
            (Some((Comparison::Later, "2.0")), false),
            (Some((Comparison::LaterOrEqual, "é")), false),
        ];
        for (version, expected) in cases {
            assert_eq!(asked(version).accepts(&two), expected, "{version:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            prop_assert!(parse(&text).count() <= text.len() + 1);
            prop_assert!(provides(&text).count() <= text.len() + 1);
        }
    }
}
