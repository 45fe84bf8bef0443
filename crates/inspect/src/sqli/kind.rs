/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Keyword,
    Union,
    /// `GROUP BY`, `ORDER BY` and the like.
    Group,
    /// What begins a statement or an expression of one: `SELECT`.
    Expression,
    SqlType,
    Function,
    /// A word that means nothing to SQL: a name.
    Bareword,
    Number,
    Variable,
    Text,
    Operator,
    /// `AND`, `OR` and the like.
    Logic,
    Comment,
    Collate,
    LeftParenthesis,
    RightParenthesis,
    LeftBrace,
    RightBrace,
    Dot,
    Comma,
    Colon,
    Semicolon,
    /// What begins a statement in Transact-SQL and others: `DECLARE`.
    Statement,
    Unknown,
    /// What databases read so differently that only an attack has it.
    Evil,
    Backslash,
}

impl Kind {
    /// The letter in a fingerprint.
    pub(super) const fn letter(self) -> u8 {
        match self {
            Self::Keyword => b'k',
            Self::Union => b'U',
            Self::Group => b'B',
            Self::Expression => b'E',
            Self::SqlType => b't',
            Self::Function => b'f',
            Self::Bareword => b'n',
            Self::Number => b'1',
            Self::Variable => b'v',
            Self::Text => b's',
            Self::Operator => b'o',
            Self::Logic => b'&',
            Self::Comment => b'c',
            Self::Collate => b'A',
            Self::LeftParenthesis => b'(',
            Self::RightParenthesis => b')',
            Self::LeftBrace => b'{',
            Self::RightBrace => b'}',
            Self::Dot => b'.',
            Self::Comma => b',',
            Self::Colon => b':',
            Self::Semicolon => b';',
            Self::Statement => b'T',
            Self::Unknown => b'?',
            Self::Evil => b'X',
            Self::Backslash => b'\\',
        }
    }

    /// The kind of a word of the table.
    pub(super) const fn of_word(letter: u8) -> Option<Self> {
        Some(match letter {
            b'k' => Self::Keyword,
            b'U' => Self::Union,
            b'B' => Self::Group,
            b'E' => Self::Expression,
            b't' => Self::SqlType,
            b'f' => Self::Function,
            b'n' => Self::Bareword,
            b'1' => Self::Number,
            b'v' => Self::Variable,
            b'o' => Self::Operator,
            b'&' => Self::Logic,
            b'A' => Self::Collate,
            b'T' => Self::Statement,
            _ => return None,
        })
    }

    /// True for what can be the first or a later word of a phrase such as `UNION ALL`.
    pub(super) const fn is_phrase_word(self) -> bool {
        matches!(
            self,
            Self::Keyword
                | Self::Bareword
                | Self::Operator
                | Self::Union
                | Self::Function
                | Self::Expression
                | Self::Statement
                | Self::SqlType
        )
    }
}
