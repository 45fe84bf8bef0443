//! The vendor's regular expressions: PCRE without what cannot be had in linear time [WAF developer guide, regex pattern
//! support; decision of the reference, 3.2].

use regex::bytes::{Regex, RegexBuilder};

/// The largest compiled expression, in bytes.
pub const COMPILED_BYTES_MAX: usize = 10 << 20;

/// Compiles an expression for bytes, with Unicode off. It matches anywhere; case matters unless it says `(?i)`.
///
/// # Errors
/// What is wrong with it: look-around, back-references, conditions, verbs, possessive and atomic groups are not taken.
pub fn compile(written: &str) -> Result<Regex, String> {
    let spelled = translate(written)?;
    RegexBuilder::new(&spelled)
        .unicode(false)
        .size_limit(COMPILED_BYTES_MAX)
        .build()
        .map_err(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())
}

/// Spells in Rust's dialect what PCRE spells otherwise.
fn translate(written: &str) -> Result<String, String> {
    let mut out = String::with_capacity(written.len());
    let mut letters = written.chars().peekable();
    let mut in_class = false;
    // True behind a quantifier: another `+` makes it possessive.
    let mut quantified = false;
    while let Some(letter) = letters.next() {
        let was_quantified = std::mem::take(&mut quantified);
        match letter {
            '\\' => match letters.next() {
                None => return Err("it ends with a backslash".to_owned()),
                Some('Z') if !in_class => out.push_str(r"\n?\z"),
                Some('h') => out.push_str(if in_class { r" \t" } else { r"[ \t]" }),
                Some('H') if !in_class => out.push_str(r"[^ \t]"),
                Some('Q') => literal(&mut letters, &mut out),
                Some('E') => {}
                Some('e') => out.push_str(r"\x1b"),
                Some('/') => out.push('/'),
                Some(escaped @ ('C' | 'R' | 'K' | 'X' | 'G')) => {
                    return Err(format!("`\\{escaped}` is not supported"));
                }
                Some(escaped) if escaped.is_ascii_digit() && escaped != '0' => {
                    return Err("back-references are not supported".to_owned());
                }
                Some('0') => out.push_str(&octal(&mut letters)),
                Some(escaped) => {
                    // Rust knows no escape of what needs none.
                    let needless = !escaped.is_ascii_alphanumeric() && !regex_syntax(escaped);
                    if !needless {
                        out.push('\\');
                    }
                    out.push(escaped);
                }
            },
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if letters.peek() == Some(&'^') {
                    letters.next();
                    out.push('^');
                }
                if letters.peek() == Some(&']') {
                    letters.next();
                    out.push_str(r"\]");
                }
            }
            '[' => match letters.peek() {
                // a POSIX class, such as `[:alpha:]`
                Some(':') => {
                    out.push('[');
                    for inner in letters.by_ref() {
                        out.push(inner);
                        if inner == ']' {
                            break;
                        }
                    }
                }
                _ => out.push_str(r"\["),
            },
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            // set operations of Rust's dialect are plain characters in PCRE
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(letter);
            }
            '+' if was_quantified => return Err("possessive quantifiers are not supported".to_owned()),
            '*' | '+' | '?' | '}' if !in_class => {
                quantified = !(was_quantified && letter == '?');
                out.push(letter);
            }
            '(' if !in_class => {
                out.push('(');
                group(&mut letters, &mut out)?;
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// What stands behind an opening parenthesis, as far as it is special.
fn group(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Result<(), String> {
    match letters.peek() {
        Some('*') => return Err("verbs are not supported".to_owned()),
        Some('?') => {}
        _ => return Ok(()),
    }
    letters.next();
    let refused = |what: &str| Err(format!("{what} are not supported"));
    match letters.peek() {
        Some('=' | '!') => refused("look-ahead assertions"),
        Some('>') => refused("atomic groups"),
        Some('|') => refused("branch resets"),
        Some('(') => refused("conditions"),
        Some('R' | '&' | '0'..='9' | '+') => refused("recursive patterns"),
        Some('C') => refused("callouts"),
        Some('#') => {
            // a comment
            for inner in letters.by_ref() {
                if inner == ')' {
                    break;
                }
            }
            out.push_str("?:)");
            Ok(())
        }
        Some('<') => {
            letters.next();
            if matches!(letters.peek(), Some('=' | '!')) {
                return refused("look-behind assertions");
            }
            out.push_str("?P<");
            Ok(())
        }
        _ => {
            out.push('?');
            Ok(())
        }
    }
}

/// `\Q...\E`: everything as it is.
fn literal(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        if letter == '\\' && letters.peek() == Some(&'E') {
            letters.next();
            break;
        }
        text.push(letter);
    }
    out.push_str(&regex::escape(&text));
}

/// `\0`, with up to two more octal digits.
fn octal(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut code = 0;
    for _ in 0..2 {
        match letters.peek().and_then(|letter| letter.to_digit(8)) {
            Some(digit) => {
                code = code * 8 + digit;
                letters.next();
            }
            None => break,
        }
    }
    format!(r"\x{code:02x}")
}

/// True for what Rust's dialect takes behind a backslash although it is no letter.
fn regex_syntax(letter: char) -> bool {
    matches!(
        letter,
        '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' | '#' | '&' | '-' | '~'
    )
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn what_is_written_for_pcre_works() {
        for (written, text) in [
            (r"a.c", "xabcx"),
            (r"(?i)SELECT\s+", "select \t"),
            (r"(a|b)+?c", "abac"),
            (r"\Qa.b\E$", "a.b"),
            (r"[[:digit:]]{2,3}", "12"),
            (r"(?<year>\d{4})", "2026"),
            (r"a\/b\'c\%", "a/b'c%"),
            (r"[]a]", "]"),
            (r"[a[b]", "["),
            (r"\x2e\.[^\s]", "..x"),
            (r"a(?#no)b\h*\Z", "ab \t\n"),
            (r"\0", "\0"),
            (r"[a&&b]", "&"),
        ] {
            assert!(compile(written).unwrap().is_match(text.as_bytes()), "{written}");
        }
        assert!(!compile(r"a\.c").unwrap().is_match(b"abc"));
        assert!(compile(r"\xff").unwrap().is_match(b"\xff"));
    }

    #[test]
    fn what_takes_more_than_linear_time_is_refused() {
        for written in [
            r"(?=a)",
            r"(?!a)",
            r"(?<=a)",
            r"(?<!a)",
            r"(a)\1",
            r"(?>a)",
            r"a++",
            r"a*+",
            r"a?+",
            r"(?R)",
            r"(?1)",
            r"(?(1)a)",
            r"(*FAIL)",
            r"\C",
            r"\R",
            r"\K",
            r"a\",
            r"(",
            r"[a",
            r"a{1000}{1000}",
        ] {
            assert!(compile(written).is_err(), "{written}");
        }
    }
}
