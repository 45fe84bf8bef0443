//! [`Texts`]: a list of texts that costs two pieces of memory, however many there are.

use std::fmt::{Debug, Display, Formatter, Write};

/// A list of texts, in the order given.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Texts {
    all: Box<str>,
    /// Where each of them ends.
    ends: Box<[u32]>,
}

/// A list that grows.
#[derive(Default)]
struct Builder {
    all: String,
    ends: Vec<u32>,
}

impl Builder {
    fn end(&mut self) {
        // four gigabytes of one sample are refused long before
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
    }

    fn build(self) -> Texts {
        Texts { all: self.all.into(), ends: self.ends.into() }
    }
}

impl Texts {
    /// What is shown of each item.
    pub fn shown(items: impl IntoIterator<Item = impl Display>) -> Self {
        let mut builder = Builder::default();
        for item in items {
            // a string takes whatever it is given
            let _written = write!(builder.all, "{item}");
            builder.end();
        }
        builder.build()
    }

    /// Whole numbers, as [`Texts::shown`] and several times faster: every report has some lists of them.
    pub fn whole(items: impl IntoIterator<Item = impl itoa::Integer>) -> Self {
        let (mut builder, mut digits) = (Builder::default(), itoa::Buffer::new());
        for item in items {
            builder.all.push_str(digits.format(item));
            builder.end();
        }
        builder.build()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).filter_map(|(start, end)| self.all.get(*start as usize..*end as usize))
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut builder = Builder::default();
        for item in items {
            builder.all.push_str(item.as_ref());
            builder.end();
        }
        builder.build()
    }
}

impl Debug for Texts {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn gives_back_what_it_was_made_of() {
        let texts: Texts = ["", "b\u{fc}", "", "c"].into_iter().collect();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["", "b\u{fc}", "", "c"]);
        assert_eq!((texts.len(), texts.is_empty()), (4, false));
        assert_eq!(format!("{texts:?}"), r#"["", "bü", "", "c"]"#);
        assert_eq!(Texts::shown([22, 443]).iter().collect::<Vec<_>>(), ["22", "443"]);
        assert_eq!(Texts::whole([22, -443]), Texts::shown([22, -443]));
        assert!(Texts::default().is_empty() && Texts::default() == Vec::<String>::new().into_iter().collect());
    }
}
