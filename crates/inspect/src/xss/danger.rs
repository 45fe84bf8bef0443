//! What makes browsers run scripts.

use memchr::memchr;

use super::url::runs_script;

/// The longest name that is known has 13 letters.
const NAME_MAX: usize = 16;

/// True for tags that run scripts, load documents or change how others are read, and for all of SVG and XSL. Zero bytes in a
/// name do not count, as in old browsers.
pub(super) fn is_dangerous_tag(name: &[u8]) -> bool {
    let prefix = |word: &[u8]| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if name.len() < 3 {
        return false;
    }
    let known = match plain(name, &mut [0; NAME_MAX]) {
        None => false,
        Some(plain) => matches!(
            plain,
            b"APPLET"
                | b"BASE"
                | b"COMMENT"
                | b"EMBED"
                | b"FRAME"
                | b"FRAMESET"
                | b"HANDLER"
                | b"IFRAME"
                | b"IMPORT"
                | b"ISINDEX"
                | b"LINK"
                | b"LISTENER"
                | b"META"
                | b"NOSCRIPT"
                | b"OBJECT"
                | b"SCRIPT"
                | b"STYLE"
                | b"VMLFRAME"
                | b"XML"
                | b"XSS"
        ),
    };
    known || prefix(b"SVG") || prefix(b"XSL")
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
        match plain(name, &mut [0; NAME_MAX]) {
            None => Self::Harmless,
            Some(plain) => match plain {
                b"DATAFORMATAS" | b"DATASRC" | b"FILTER" | b"SRCDOC" | b"STYLE" => Self::Runs,
                b"ACTION" | b"BACKGROUND" | b"BY" | b"DYNSRC" | b"FOLDER" | b"FORMACTION" | b"FROM" | b"HANDLER"
                | b"HREF" | b"LOWSRC" | b"POSTER" | b"SRC" | b"TO" | b"VALUES" => Self::Url,
                b"ATTRIBUTENAME" => Self::Names,
                _ => Self::Harmless,
            },
        }
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

/// The name in capitals and without zero bytes; `None` if that is longer than all that are known.
fn plain<'a>(name: &[u8], buffer: &'a mut [u8; NAME_MAX]) -> Option<&'a [u8]> {
    let mut length = 0;
    for byte in name.iter().filter(|byte| **byte != 0) {
        *buffer.get_mut(length)? = byte.to_ascii_uppercase();
        length += 1;
    }
    buffer.get(..length)
}
