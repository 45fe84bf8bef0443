//! What makes browsers run scripts.

use std::cmp::Ordering;

use memchr::memchr;

use super::url::runs_script;

/// Tags that run scripts, load documents or change how others are read, sorted.
const TAGS: &[&str] = &[
    "APPLET", "BASE", "COMMENT", "EMBED", "FRAME", "FRAMESET", "HANDLER", "IFRAME", "IMPORT", "ISINDEX", "LINK",
    "LISTENER", "META", "NOSCRIPT", "OBJECT", "SCRIPT", "STYLE", "VMLFRAME", "XML", "XSS",
];

/// True for one of these tags, and for all of SVG and XSL. Zero bytes in a name do not count, as in old browsers.
pub(super) fn is_dangerous_tag(name: &[u8]) -> bool {
    let prefix = |word: &[u8]| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    name.len() >= 3 && (prefix(b"SVG") || prefix(b"XSL") || TAGS.iter().any(|tag| is(name, tag)))
}

/// Internet Explorer ends tags in comments with a backtick and runs what is in conditional ones; XML has entities and imports.
pub(super) fn is_dangerous_comment(text: &[u8]) -> bool {
    let begins = |word: &str, least: usize| {
        text.len() >= least && text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    memchr(b'`', text).is_some() || begins("[IF", 4) || begins("XML", 4) || begins("IMPORT", 6) || begins("ENTITY", 6)
}

/// What the value of an attribute does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    Harmless,
    /// It runs, whatever it is.
    Runs,
    /// It runs if it is a URL of a script.
    Url,
    /// It is the name of another attribute.
    Names,
}

/// Attributes by name, sorted.
const ATTRIBUTES: &[(&str, Attribute)] = &[
    ("ACTION", Attribute::Url),
    ("ATTRIBUTENAME", Attribute::Names),
    ("BACKGROUND", Attribute::Url),
    ("BY", Attribute::Url),
    ("DATAFORMATAS", Attribute::Runs),
    ("DATASRC", Attribute::Runs),
    ("DYNSRC", Attribute::Url),
    ("FILTER", Attribute::Runs),
    ("FOLDER", Attribute::Url),
    ("FORMACTION", Attribute::Url),
    ("FROM", Attribute::Url),
    ("HANDLER", Attribute::Url),
    ("HREF", Attribute::Url),
    ("LOWSRC", Attribute::Url),
    ("POSTER", Attribute::Url),
    ("SRC", Attribute::Url),
    ("SRCDOC", Attribute::Runs),
    ("STYLE", Attribute::Runs),
    ("TO", Attribute::Url),
    ("VALUES", Attribute::Url),
];

/// Words that begin as handlers of events do and are none. Browsers get new events all the time, so that a list of events would
/// miss some; these words are those that stand before `=` in ordinary text.
const NO_EVENTS: &[&str] =
    &["ONCE", "ONES", "ONION", "ONLINE", "ONLY", "ONGOING", "ONSITE", "ONTO", "ONWARD", "ONE_TIME", "ONE-TIME"];

impl Attribute {
    pub(super) fn of(name: &[u8]) -> Self {
        let begins = |word: &[u8]| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if name.len() >= 5 {
            if begins(b"ON") && !NO_EVENTS.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes())) {
                return Self::Runs;
            }
            // with these any tag and attribute can be made
            if begins(b"XMLNS") || begins(b"XLINK") {
                return Self::Runs;
            }
        }
        ATTRIBUTES.iter().find(|(known, _)| is(name, known)).map_or(Self::Harmless, |(_, attribute)| *attribute)
    }

    /// True if this value of the attribute runs.
    pub(super) fn runs(self, value: &[u8]) -> bool {
        match self {
            Self::Harmless => false,
            Self::Runs => true,
            Self::Url => runs_script(value),
            Self::Names => Self::of(value) != Self::Harmless,
        }
    }
}

/// True if this is the word, given in capitals, apart from zero bytes and case.
fn is(name: &[u8], word: &str) -> bool {
    match name.len().cmp(&word.len()) {
        Ordering::Less => false,
        Ordering::Equal => name.eq_ignore_ascii_case(word.as_bytes()),
        // longer by zero bytes at most
        Ordering::Greater => {
            memchr(0, name).is_some()
                && name.iter().filter(|byte| **byte != 0).map(u8::to_ascii_uppercase).eq(word.bytes())
        }
    }
}
