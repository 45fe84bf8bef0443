//! serde's rules for names, so that what is read agrees with what serde writes.

use syn::{Error, LitStr};

/// How identifiers become names on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rename {
    /// As written.
    None,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Rename {
    pub(crate) fn read(text: &LitStr) -> syn::Result<Self> {
        Ok(match text.value().as_str() {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return Err(Error::new(text.span(), "not a case that serde knows")),
        })
    }

    /// The name of a field, which is written in snake case.
    pub(crate) fn field(self, ident: &str) -> String {
        match self {
            Self::None | Self::Lower | Self::Snake => ident.to_owned(),
            Self::Upper | Self::ScreamingSnake => ident.to_ascii_uppercase(),
            Self::Pascal => ident.split('_').map(capitalized).collect(),
            Self::Camel => uncapitalized(&Self::Pascal.field(ident)),
            Self::Kebab => ident.replace('_', "-"),
            Self::ScreamingKebab => Self::ScreamingSnake.field(ident).replace('_', "-"),
        }
    }

    /// The name of a variant, which is written in Pascal case.
    pub(crate) fn variant(self, ident: &str) -> String {
        match self {
            Self::None | Self::Pascal => ident.to_owned(),
            Self::Lower => ident.to_ascii_lowercase(),
            Self::Upper => ident.to_ascii_uppercase(),
            Self::Camel => uncapitalized(ident),
            Self::Snake => {
                let mut name = String::new();
                for (position, letter) in ident.char_indices() {
                    if position > 0 && letter.is_uppercase() {
                        name.push('_');
                    }
                    name.push(letter.to_ascii_lowercase());
                }
                name
            }
            Self::ScreamingSnake => Self::Snake.variant(ident).to_ascii_uppercase(),
            Self::Kebab => Self::Snake.variant(ident).replace('_', "-"),
            Self::ScreamingKebab => Self::ScreamingSnake.variant(ident).replace('_', "-"),
        }
    }
}

fn capitalized(word: &str) -> String {
    first_letter(word, |letter| letter.to_ascii_uppercase())
}

fn uncapitalized(word: &str) -> String {
    first_letter(word, |letter| letter.to_ascii_lowercase())
}

fn first_letter(word: &str, change: impl Fn(char) -> char) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(change);
    first.into_iter().chain(letters).collect()
}
