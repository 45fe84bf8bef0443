//! The rules of the reference read word by word: no plan, no sharing, no shortcuts.

use bartizan_web::engine::Verdict::{self, No, NotApplicable, Yes};

use super::world::Sent;

/// A statement.
#[derive(Debug, Clone)]
pub(super) enum Naive {
    /// Part, chain of `L`OWERCASE, `U`RL_DECODE and `C`OMPRESS_WHITE_SPACE, position, text.
    Bytes(Part, &'static str, &'static str, String),
    /// Longer than so many bytes.
    Longer(Part, &'static str, usize),
    Label(String),
    Forwarded,
    And(Vec<Naive>),
    Or(Vec<Naive>),
    Not(Box<Naive>),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Path,
    Arguments,
    Header,
}

fn texts(part: Part, sent: &Sent) -> Vec<Vec<u8>> {
    let (path, query) = sent.uri.split_once('?').map_or((sent.uri.as_str(), ""), |(path, query)| (path, query));
    let bytes = |text: &str| text.as_bytes().to_vec();
    match part {
        Part::Path => vec![bytes(path)],
        Part::Arguments => {
            let pieces = query.split('&').filter(|piece| !piece.is_empty());
            pieces.map(|piece| bytes(piece.split_once('=').map_or("", |(_, value)| value))).collect()
        }
        Part::Header => {
            let named = sent.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-h"));
            named.map(|(_, value)| bytes(value)).collect()
        }
    }
}

fn transformed(text: &[u8], chain: &str) -> Vec<u8> {
    chain.chars().fold(text.to_vec(), |text, by| match by {
        'L' => text.to_ascii_lowercase(),
        'U' => {
            let mut out = Vec::new();
            let mut rest = text.as_slice();
            while let [first, tail @ ..] = rest {
                let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
                let digits = pair.filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
                match (first, digits) {
                    (b'%', Some(pair)) => {
                        out.push(u8::from_str_radix(pair, 16).unwrap());
                        rest = &tail[2..];
                    }
                    (b'+', _) => {
                        out.push(b' ');
                        rest = tail;
                    }
                    _ => {
                        out.push(*first);
                        rest = tail;
                    }
                }
            }
            out
        }
        _ => {
            let mut out: Vec<u8> = Vec::new();
            for byte in text {
                let blank = matches!(byte, 9..=13 | b' ' | 160);
                if !(blank && out.last() == Some(&b' ')) {
                    out.push(if blank { b' ' } else { byte });
                }
            }
            out
        }
    })
}

fn of(matches: bool) -> Verdict {
    if matches { Yes } else { No }
}

impl Naive {
    /// What it says, given the labels so far.
    pub(super) fn verdict(&self, sent: &Sent, labels: &[String]) -> Verdict {
        match self {
            Self::Bytes(part, chain, position, text) => {
                let wanted = text.as_bytes();
                of(texts(*part, sent).iter().map(|one| transformed(one, chain)).any(|one| match *position {
                    "EXACTLY" => one == wanted,
                    "STARTS_WITH" => one.starts_with(wanted),
                    "ENDS_WITH" => one.ends_with(wanted),
                    _ => one.windows(wanted.len()).any(|window| window == wanted),
                }))
            }
            Self::Longer(part, chain, size) => {
                of(texts(*part, sent).iter().any(|one| transformed(one, chain).len() > *size))
            }
            Self::Label(key) => of(labels.contains(key)),
            Self::Forwarded => match sent.headers.iter().find(|(name, _)| name == "x-forwarded-for") {
                None => NotApplicable,
                Some((_, value)) => of(value.starts_with("192.0.2.") || value.starts_with("198.51.100.7")),
            },
            Self::And(all) => {
                let said: Vec<Verdict> = all.iter().map(|one| one.verdict(sent, labels)).collect();
                if said.contains(&No) {
                    No
                } else if said.contains(&NotApplicable) {
                    NotApplicable
                } else {
                    Yes
                }
            }
            Self::Or(any) => {
                let said: Vec<Verdict> = any.iter().map(|one| one.verdict(sent, labels)).collect();
                if said.contains(&Yes) {
                    Yes
                } else if said.contains(&NotApplicable) {
                    NotApplicable
                } else {
                    No
                }
            }
            Self::Not(one) => match one.verdict(sent, labels) {
                Yes => No,
                No => Yes,
                NotApplicable => NotApplicable,
            },
        }
    }
}
