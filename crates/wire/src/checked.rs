//! [`Checked`]: proof that every constraint of a shape holds.

/// A value whose constraints hold: constructed only by checking (R6).
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<T>(T);

impl<T> std::ops::Deref for Checked<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
