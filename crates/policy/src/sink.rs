//! [`Sink`]: where an engine puts what it finds, and where it says that it cannot tell.

/// Takes the findings of an engine, in the order in which it makes them.
pub trait Sink<F> {
    /// Something was found.
    fn finding(&mut self, finding: F);

    /// Something could not be judged: "cannot tell" is an answer. `why` is one of a small set of sentences, so that they
    /// can be counted.
    fn blind(&mut self, _why: &'static str) {}
}

/// Keeps the findings and leaves out what could not be judged.
impl<F> Sink<F> for Vec<F> {
    fn finding(&mut self, finding: F) {
        self.push(finding);
    }
}
