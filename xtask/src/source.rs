//! A Rust file as the rules read it: line by line, with comments and string contents taken out of the code.
//!
//! A rule that looks for a word must not trip over a comment that explains the rule, nor over a test that breaks it on
//! purpose. This is a lexer for just that: strings, characters, comments and the extent of `#[cfg(test)]` items.

/// One line.
#[derive(Debug, Default, Clone)]
pub(crate) struct Line {
    /// The code, with comments removed and every string literal emptied to `""`.
    pub(crate) code: String,
    /// Contents of the string literals that begin on this line.
    pub(crate) strings: Vec<String>,
    /// True inside an item that is compiled for tests only.
    pub(crate) test: bool,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the root of the tree, with forward slashes.
    pub(crate) path: String,
    pub(crate) lines: Vec<Line>,
}

impl Source {
    pub(crate) fn parse(path: &str, text: &str) -> Self {
        let mut lines = lex(text);
        if is_test_path(path) {
            for line in &mut lines {
                line.test = true;
            }
        } else {
            mark_tests(&mut lines);
        }
        Self { path: path.to_string(), lines }
    }

    /// Code that ships: numbered lines outside tests.
    pub(crate) fn shipped(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.numbered().filter(|(_, line)| !line.test)
    }

    /// Every line with its number, counted from 1.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.lines.iter().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Files that are compiled for tests only, by where they are.
pub(crate) fn is_test_path(path: &str) -> bool {
    path.contains("/tests/") || path.contains("/benches/") || path.contains("/examples/") || path.ends_with("/tests.rs")
}

/// True if `words` stands in `code` with no identifier character on either side.
pub(crate) fn has_word(code: &str, words: &str) -> bool {
    let identifier = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(words).any(|(at, _)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        let after = code.get(at + words.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(identifier) && !after.is_some_and(identifier)
    })
}

enum State {
    Code,
    LineComment,
    BlockComment(u32),
    Text { hashes: Option<usize>, content: String },
}

struct Lexer {
    state: State,
    done: Vec<Line>,
    current: Line,
    /// Index of the line on which the open string began.
    text_began: usize,
}

fn lex(text: &str) -> Vec<Line> {
    let chars: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { state: State::Code, done: Vec::new(), current: Line::default(), text_began: 0 };
    let mut at = 0;
    while at < chars.len() {
        at += lexer.step(&chars, at);
    }
    lexer.done.push(lexer.current);
    lexer.done
}

impl Lexer {
    /// Reads at `at` and says how many characters it used.
    fn step(&mut self, chars: &[char], at: usize) -> usize {
        let peek = |ahead: usize| chars.get(at + ahead).copied().unwrap_or('\0');
        let here = peek(0);
        if here == '\n' {
            self.end_of_line();
            return 1;
        }
        match &mut self.state {
            State::LineComment => 1,
            State::BlockComment(depth) => {
                if here == '/' && peek(1) == '*' {
                    *depth += 1;
                    2
                } else if here == '*' && peek(1) == '/' {
                    *depth -= 1;
                    if *depth == 0 {
                        self.state = State::Code;
                    }
                    2
                } else {
                    1
                }
            }
            State::Text { hashes, content } => {
                if hashes.is_none() && here == '\\' {
                    content.push(here);
                    if peek(1) == '\n' {
                        return 1;
                    }
                    content.push(peek(1));
                    return 2;
                }
                let closing = hashes.unwrap_or(0);
                if here == '"' && (1..=closing).all(|ahead| peek(ahead) == '#') {
                    let content = std::mem::take(content);
                    self.end_of_text(content);
                    1 + closing
                } else {
                    content.push(here);
                    1
                }
            }
            State::Code => self.step_code(chars, at),
        }
    }

    fn step_code(&mut self, chars: &[char], at: usize) -> usize {
        let peek = |ahead: usize| chars.get(at + ahead).copied().unwrap_or('\0');
        match peek(0) {
            '/' if peek(1) == '/' => {
                self.state = State::LineComment;
                2
            }
            '/' if peek(1) == '*' => {
                self.state = State::BlockComment(1);
                2
            }
            '"' => {
                self.begin_text(None);
                1
            }
            'r' if self.may_begin_raw() => {
                let hashes = (1..).take_while(|ahead| peek(*ahead) == '#').count();
                if peek(1 + hashes) == '"' {
                    self.begin_text(Some(hashes));
                    2 + hashes
                } else {
                    self.current.code.push('r');
                    1
                }
            }
            '\'' => {
                let used = if peek(1) == '\\' {
                    // an escape: the literal ends at the next quote after the escaped character
                    (3..12).find(|ahead| peek(*ahead) == '\'').map_or(1, |ahead| ahead + 1)
                } else if peek(2) == '\'' {
                    3
                } else {
                    1
                };
                self.current.code.push_str(if used == 1 { "'" } else { "' '" });
                used
            }
            other => {
                self.current.code.push(other);
                1
            }
        }
    }

    /// `r` begins a raw string unless it ends an identifier; `br` and `cr` begin one too.
    fn may_begin_raw(&self) -> bool {
        let mut before = self.current.code.chars().rev();
        match before.next() {
            Some('b' | 'c') => !before.next().is_some_and(|c| c.is_alphanumeric() || c == '_'),
            Some(c) => !(c.is_alphanumeric() || c == '_'),
            None => true,
        }
    }

    fn begin_text(&mut self, hashes: Option<usize>) {
        self.current.code.push_str("\"\"");
        self.text_began = self.done.len();
        self.state = State::Text { hashes, content: String::new() };
    }

    fn end_of_text(&mut self, content: String) {
        self.state = State::Code;
        let began = self.text_began;
        match self.done.get_mut(began) {
            Some(line) => line.strings.push(content),
            None => self.current.strings.push(content),
        }
    }

    fn end_of_line(&mut self) {
        match &mut self.state {
            State::LineComment => self.state = State::Code,
            State::Text { content, .. } => content.push('\n'),
            State::Code | State::BlockComment(_) => {}
        }
        self.done.push(std::mem::take(&mut self.current));
    }
}

/// Marks every item that follows `#[cfg(test)]`, up to its closing brace or its semicolon.
fn mark_tests(lines: &mut [Line]) {
    let mut waiting = false;
    let mut depth = 0_usize;
    for line in lines {
        let attribute = depth == 0 && line.code.contains("#[cfg(") && has_word(&line.code, "test");
        waiting |= attribute && !line.code.contains("not(test)");
        if !waiting && depth == 0 {
            continue;
        }
        line.test = true;
        let rest = if attribute { line.code.split_once(")]").map_or("", |(_, rest)| rest) } else { line.code.as_str() };
        for c in rest.chars() {
            match c {
                '{' => {
                    waiting = false;
                    depth += 1;
                }
                '}' => depth = depth.saturating_sub(1),
                ';' if depth == 0 => waiting = false,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Vec<String> {
        Source::parse("crates/x/src/lib.rs", text).lines.into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        let lines = code("let a = \"HashMap\"; // HashMap\n/* HashMap\n/* in */ HashMap */ let b = 1;\n");
        assert_eq!(lines, ["let a = \"\"; ", "", " let b = 1;", ""]);
    }

    #[test]
    fn strings_keep_their_contents_and_the_line_they_began_on() {
        let source = Source::parse("a.rs", "f(\"a \\\" b\");\ng(r#\"one\n\"two\"#, 'x', '\\'', \"three\");\n");
        assert_eq!(source.lines.first().map(|line| line.strings.clone()), Some(vec!["a \\\" b".to_string()]));
        assert_eq!(source.lines.get(1).map(|line| line.strings.clone()), Some(vec!["one\n\"two".to_string()]));
        assert_eq!(
            source.lines.get(2).map(|line| line.code.clone()),
            Some("\"\", ' ', ' ', \"\");".replacen("\"\"", "", 1))
        );
        assert_eq!(source.lines.get(2).map(|line| line.strings.clone()), Some(vec!["three".to_string()]));
    }

    #[test]
    fn lifetimes_are_not_characters() {
        assert_eq!(code("fn f<'a>(x: &'a str) { g('\"') }"), ["fn f<'a>(x: &'a str) { g(' ') }"]);
        assert_eq!(code("let r = br#\"x\"#; for r in 0..r {}"), ["let r = b\"\"; for r in 0..r {}"]);
    }

    #[test]
    fn items_for_tests_are_marked_to_their_end() {
        let source = Source::parse(
            "crates/x/src/lib.rs",
            "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nuse x;\nfn d() {}\n",
        );
        let test: Vec<bool> = source.lines.iter().map(|line| line.test).collect();
        assert_eq!(test, [false, true, true, true, true, false, true, true, false, false]);
        assert!(Source::parse("crates/x/tests/it/main.rs", "fn a() {}").lines.iter().all(|line| line.test));
        assert_eq!(Source::parse("a.rs", "#[cfg(not(test))]\nfn a() {}").shipped().count(), 2);
    }

    #[test]
    fn words_have_edges() {
        assert!(has_word("use std::fs;", "std::fs"));
        assert!(has_word("std::fs::read()", "std::fs"));
        assert!(!has_word("my_std::fsync()", "std::fs"));
        assert!(!has_word("MyHashMap", "HashMap"));
    }
}
