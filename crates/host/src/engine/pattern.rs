//! Patterns of the approved and rejected lists: shell globs as in fnmatch, anchored at both ends, without regard to
//! ASCII case. `*` is any run, `?` one character, `[abc]`, `[a-z]` and `[!a]` one character of a set; a bracket that is
//! never closed stands for itself.

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What it begins with, up to the first wildcard. Nearly everything fails here.
    prefix: String,
    /// What follows.
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Run,
    Set { negated: bool, ranges: Vec<(char, char)> },
}

impl Token {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Literal(literal) => *literal == c,
            Self::One => true,
            Self::Run => false,
            Self::Set { negated, ranges } => ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated,
        }
    }
}

impl Pattern {
    /// Every text is a pattern.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let chars: Vec<char> = text.to_ascii_lowercase().chars().collect();
        let mut tokens = Vec::with_capacity(chars.len());
        let mut rest = chars.as_slice();
        while let Some((first, tail)) = rest.split_first() {
            rest = tail;
            match first {
                '*' if tokens.last() == Some(&Token::Run) => {}
                '*' => tokens.push(Token::Run),
                '?' => tokens.push(Token::One),
                '[' => match set(tail) {
                    Some((token, after)) => {
                        tokens.push(token);
                        rest = after;
                    }
                    None => tokens.push(Token::Literal('[')),
                },
                other => tokens.push(Token::Literal(*other)),
            }
        }
        let literal = |token: &Token| if let Token::Literal(c) = token { Some(*c) } else { None };
        let prefix: String = tokens.iter().map_while(literal).collect();
        tokens.drain(..prefix.chars().count());
        Self { prefix, tokens }
    }

    /// True if the whole of `lowered` matches. The caller lowers its ASCII letters, once for all patterns.
    #[must_use]
    pub fn matches(&self, lowered: &str) -> bool {
        let Some(rest) = lowered.strip_prefix(self.prefix.as_str()) else { return false };
        let mut tokens = self.tokens.as_slice();
        let mut text = rest.chars();
        // Where to resume when a later token fails: after the last run, which then takes one character more.
        let mut resume: Option<(&[Token], std::str::Chars<'_>)> = None;
        loop {
            match tokens.split_first() {
                Some((Token::Run, tail)) => {
                    tokens = tail;
                    resume = Some((tail, text.clone()));
                    continue;
                }
                Some((token, tail)) => {
                    let mut ahead = text.clone();
                    if let Some(c) = ahead.next() {
                        if token.takes(c) {
                            tokens = tail;
                            text = ahead;
                            continue;
                        }
                    } else {
                        // A run that takes more only shortens what is left.
                        return false;
                    }
                }
                None if text.as_str().is_empty() => return true,
                None => {}
            }
            let Some((after, mut from)) = resume.take() else { return false };
            if from.next().is_none() {
                return false;
            }
            tokens = after;
            text = from.clone();
            resume = Some((after, from));
        }
    }
}

/// A set after its opening bracket, and what follows its closing one.
fn set(tail: &[char]) -> Option<(Token, &[char])> {
    let (negated, body) = match tail.split_first() {
        Some(('!', rest)) => (true, rest),
        _ => (false, tail),
    };
    // A closing bracket that comes first is a member.
    let close = body.iter().enumerate().skip(1).find(|(_, c)| **c == ']').map(|(at, _)| at)?;
    let (mut members, after) = (body.get(..close)?, body.get(close + 1..)?);
    let mut ranges = Vec::new();
    loop {
        match members {
            [low, '-', high, rest @ ..] => {
                ranges.push((*low, *high));
                members = rest;
            }
            [one, rest @ ..] => {
                ranges.push((*one, *one));
                members = rest;
            }
            [] => break,
        }
    }
    Some((Token::Set { negated, ranges }, after))
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[track_caller]
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let compiled = Pattern::new(pattern);
        for text in yes {
            assert!(compiled.matches(text), "`{pattern}` should match `{text}`");
        }
        for text in no {
            assert!(!compiled.matches(text), "`{pattern}` should not match `{text}`");
        }
    }

    #[test]
    fn a_pattern_is_anchored_at_both_ends() {
        check("openssl", &["openssl"], &["libopenssl", "openssl3", ""]);
        check("", &[""], &["a"]);
    }

    #[test]
    fn case_does_not_matter() {
        check("OpenSSL", &["openssl"], &[]);
        check("[A-C]x", &["ax", "cx"], &["dx"]);
    }

    #[test]
    fn wildcards() {
        check("linux-image-*", &["linux-image-6.1.0-9-amd64", "linux-image-"], &["linux-image", "xlinux-image-6"]);
        check("*ssl*", &["openssl", "ssl", "libssl3"], &["sl"]);
        check("lib?", &["liba"], &["lib", "libab"]);
        check("a**b", &["ab", "axxb"], &["a"]);
        check("*a*b*c", &["aabbcc", "xaybzc"], &["acb"]);
        check("?", &["é"], &["ab"]);
    }

    #[test]
    fn sets() {
        check("lib[ab]c", &["libac", "libbc"], &["libcc", "lib[ab]c"]);
        check("lib[!0-9]", &["libx"], &["lib1"]);
        check("[]]", &["]"], &["["]);
        check("[!]]", &["a"], &["]"]);
        check("[a-]", &["a", "-"], &["b"]);
        check("[z-a]", &[], &["a", "m", "z"]);
    }

    #[test]
    fn an_unclosed_set_stands_for_itself() {
        check("lib[ab", &["lib[ab"], &["liba"]);
        check("[!]", &["[!]"], &["a"]);
    }
}
