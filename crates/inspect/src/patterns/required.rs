//! Which texts a regular expression needs: of these each of its matches contains at least one.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Texts of one expression at most; more would find it too often.
const TEXTS_MAX: usize = 64;
/// A text is cut off here: longer ones hardly tell more.
const TEXT_MAX: usize = 24;
/// Texts of a class at most.
const CLASS_MAX: usize = 12;

/// Texts in lower case.
type Texts = Vec<Vec<u8>>;

/// What is known of a part of an expression.
struct Known {
    /// All texts that it matches, if they are few.
    all: Option<Texts>,
    /// Texts of which each match contains one.
    one_of: Option<Texts>,
}

impl Known {
    const NOTHING: Self = Self { all: None, one_of: None };

    fn exactly(texts: Texts) -> Self {
        Self { all: Some(texts), one_of: None }
    }

    /// The texts that are needed, by whichever way is known.
    fn needed(self) -> Option<Texts> {
        better(self.all.filter(is_useful), self.one_of)
    }
}

/// The texts that the expression needs, in lower case; `None` if it needs none that would be worth looking for.
pub(super) fn texts(expression: &Hir) -> Option<Texts> {
    let mut needed = known(expression).needed()?;
    for text in &mut needed {
        text.truncate(TEXT_MAX);
    }
    needed.sort();
    needed.dedup();
    Some(needed)
}

fn known(expression: &Hir) -> Known {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::exactly(vec![Vec::new()]),
        HirKind::Literal(literal) => Known::exactly(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => class_texts(class),
        HirKind::Capture(capture) => known(&capture.sub),
        HirKind::Repetition(repetition) => {
            let inner = known(&repetition.sub);
            match (repetition.min, repetition.max) {
                (0, Some(1)) => match inner.all {
                    Some(mut all) if all.len() < TEXTS_MAX => {
                        all.push(Vec::new());
                        Known::exactly(all)
                    }
                    _ => Known::NOTHING,
                },
                (0, _) => Known::NOTHING,
                (1, Some(1)) => inner,
                (_, _) => Known { all: None, one_of: inner.needed() },
            }
        }
        HirKind::Concat(parts) => in_a_row(parts),
        HirKind::Alternation(branches) => alternatives(branches),
    }
}

fn class_texts(class: &Class) -> Known {
    let Class::Bytes(bytes) = class else { return Known::NOTHING };
    let mut texts = Texts::new();
    for range in bytes.iter() {
        for byte in range.start()..=range.end() {
            let text = vec![byte.to_ascii_lowercase()];
            if !texts.contains(&text) {
                texts.push(text);
            }
            if texts.len() > CLASS_MAX {
                return Known::NOTHING;
            }
        }
    }
    Known::exactly(texts)
}

fn in_a_row(parts: &[Hir]) -> Known {
    let mut best: Option<Texts> = None;
    let mut row: Texts = vec![Vec::new()];
    let mut whole = true;
    for part in parts {
        let Known { all, one_of } = known(part);
        best = better(best, one_of);
        match all {
            Some(all) => match product(&row, &all) {
                Some(longer) => row = longer,
                None => {
                    whole = false;
                    best = better(best, Some(std::mem::replace(&mut row, all)));
                }
            },
            None => {
                whole = false;
                best = better(best, Some(std::mem::replace(&mut row, vec![Vec::new()])));
            }
        }
    }
    if whole { Known { all: Some(row), one_of: best } } else { Known { all: None, one_of: better(best, Some(row)) } }
}

fn alternatives(branches: &[Hir]) -> Known {
    let mut all = Some(Texts::new());
    let mut one_of = Some(Texts::new());
    for branch in branches {
        let branch = known(branch);
        all = join(all, branch.all.clone());
        one_of = join(one_of, branch.needed());
    }
    Known { all, one_of }
}

fn join(texts: Option<Texts>, more: Option<Texts>) -> Option<Texts> {
    let mut texts = texts?;
    texts.extend(more?);
    texts.sort();
    texts.dedup();
    (texts.len() <= TEXTS_MAX).then_some(texts)
}

/// Each of the first with each of the second behind it.
fn product(first: &Texts, second: &Texts) -> Option<Texts> {
    let count = first.len() * second.len();
    let longest = |texts: &Texts| texts.iter().map(Vec::len).max().unwrap_or(0);
    if count > TEXTS_MAX || longest(first) + longest(second) > 4 * TEXT_MAX {
        return None;
    }
    Some(first.iter().flat_map(|a| second.iter().map(move |b| [a.as_slice(), b.as_slice()].concat())).collect())
}

fn shortest(texts: &Texts) -> usize {
    texts.iter().map(Vec::len).min().unwrap_or(0)
}

/// How often one of the texts is expected at a place of ordinary text, about: as often as their bytes come together.
pub(super) fn chance(texts: &[Vec<u8>]) -> f64 {
    texts.iter().map(|text| text.iter().map(|byte| share(*byte)).product::<f64>()).sum()
}

/// The share of a byte in what requests are made of, roughly: queries, forms, JSON and HTML.
const fn share(byte: u8) -> f64 {
    match byte {
        b'a'..=b'z' => 0.04,
        b' ' | b'"' => 0.08,
        b'0'..=b'9' => 0.03,
        b',' | b':' | b'=' | b'&' | b'/' | b'.' | b'-' => 0.02,
        b'_' | b'%' | b'+' | b';' | b'\'' | b'(' | b')' | b'<' | b'>' | b'\n' => 0.008,
        _ => 0.002,
    }
}

/// A single letter or digit is in almost any text.
fn is_useful(texts: &Texts) -> bool {
    texts.len() <= TEXTS_MAX
        && texts.iter().all(|text| text.len() > 1 || text.iter().any(|byte| !byte.is_ascii_alphanumeric()))
        && shortest(texts) > 0
}

/// The one that occurs less often by chance.
fn better(a: Option<Texts>, b: Option<Texts>) -> Option<Texts> {
    let (a, b) = (a.filter(is_useful), b.filter(is_useful));
    match (a, b) {
        (Some(a), Some(b)) => Some(if chance(&b) < chance(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(pattern: &str) -> Vec<String> {
        let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap();
        let texts = texts(&parsed).unwrap_or_default();
        texts.into_iter().map(|text| String::from_utf8_lossy(&text).into_owned()).collect()
    }

    #[test]
    fn the_most_telling_texts_are_taken() {
        assert_eq!(needs("(?i)union.*select"), ["select"]);
        assert_eq!(needs(r"(?i:sleep|benchmark)\s*\("), ["benchmark", "sleep"]);
        assert_eq!(needs("a[bB]?cd+ef"), ["ef"]);
        assert_eq!(needs("a[bB]?cd+e"), ["abc", "ac"]);
        assert_eq!(needs("(?:/etc/passwd|c:.*boot)[a-z]+x"), ["/etc/passwd", "boot"]);
        assert_eq!(needs(r"^\d+[<>]\w"), ["<", ">"]);
        assert_eq!(needs(r"(?:ab){2,}"), ["ab"]);
    }

    #[test]
    fn some_expressions_need_none() {
        for pattern in ["", "a*", r"\d+", "(abc)?", "abc|d*", "[a-z]+", "a|b", "(?:|abc)x"] {
            assert!(needs(pattern).is_empty(), "{pattern}: {:?}", needs(pattern));
        }
    }
}
