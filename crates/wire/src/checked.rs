//! [`Checked`]: proof that every constraint of a shape holds.

use crate::{Json, Path, Rule, Shape, Violations};

/// A value whose constraints hold: constructed only by checking (R6).
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<T>(T);

impl<T: Shape> Checked<T> {
    /// Reads the value.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn decode(json: &Json) -> Result<Self, Violations> {
        let mut out = Violations::new();
        let mut at = Path::root();
        match T::decode(json, &mut at, &mut out) {
            Some(value) if out.is_empty() => Ok(Self(value)),
            Some(_) => Err(out),
            None => {
                // A shape that gives up without a word is refused all the same.
                if out.is_empty() {
                    out.push(
                        &at,
                        Some(json.kind().to_owned()),
                        Rule::Type { expected: "a value of the expected form" },
                    );
                }
                Err(out)
            }
        }
    }

    /// Checks a value that the program has built or edited.
    ///
    /// # Errors
    /// Every constraint that does not hold.
    pub fn new(value: T) -> Result<Self, Violations> {
        let mut out = Violations::new();
        value.check(&mut Path::root(), &mut out);
        if out.is_empty() { Ok(Self(value)) } else { Err(out) }
    }

    /// The value, to be edited; what comes of it must be checked again.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Checked<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
