/// What a statement says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It matches.
    Yes,
    /// It does not match.
    No,
    /// It cannot say: a header that names the client is absent. A rule that ends so does nothing (decision of the reference,
    /// 3.3).
    NotApplicable,
}

impl Verdict {
    pub(super) const fn of(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }

    /// No wins over not applicable, which wins over yes.
    pub(super) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::NotApplicable, _) | (_, Self::NotApplicable) => Self::NotApplicable,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// Yes wins over not applicable, which wins over no.
    pub(super) const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::NotApplicable, _) | (_, Self::NotApplicable) => Self::NotApplicable,
            (Self::No, Self::No) => Self::No,
        }
    }

    pub(super) const fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::NotApplicable => Self::NotApplicable,
        }
    }
}
