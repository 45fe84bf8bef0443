//! Numbers for names.

use std::sync::Arc;

use ahash::AHashMap;

/// Each name once, by the number that it got when it was first seen.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: Vec<Arc<str>>,
    codes: AHashMap<Arc<str>, u32>,
    /// Bytes of all names.
    bytes: usize,
    /// The number that was asked for last. Names mostly come in the same order again, or the same name.
    last: u32,
}

impl Names {
    /// The number of a name, which it keeps.
    pub(crate) fn code(&mut self, name: &str) -> u32 {
        let next = self.last.wrapping_add(1);
        self.last = match self.name(next) {
            Some(known) if **known == *name => next,
            _ => match self.codes.get(name) {
                Some(code) => *code,
                None => self.add(Arc::from(name)),
            },
        };
        self.last
    }

    /// As [`Names::code`], without a copy of the name.
    pub(crate) fn code_of(&mut self, name: &Arc<str>) -> u32 {
        if self.name(self.last).is_none_or(|last| !Arc::ptr_eq(last, name)) {
            self.last = match self.codes.get(name) {
                Some(code) => *code,
                None => self.add(Arc::clone(name)),
            };
        }
        self.last
    }

    /// As [`Names::code_of`], where names mostly come in the same order again.
    pub(crate) fn next_of(&mut self, name: &Arc<str>) -> u32 {
        let next = self.last.wrapping_add(1);
        self.last = match self.name(next) {
            Some(known) if Arc::ptr_eq(known, name) => next,
            _ => return self.code_of(name),
        };
        self.last
    }

    /// As [`Names::code_of`], where names come sorted: each is either the last one again or was never seen. Only this
    /// may be asked then.
    pub(crate) fn sorted_of(&mut self, name: &Arc<str>) -> u32 {
        if self.names.last().is_none_or(|last| !Arc::ptr_eq(last, name) && last != name) {
            self.last = self.push(Arc::clone(name));
        }
        self.last
    }

    fn add(&mut self, name: Arc<str>) -> u32 {
        let code = self.push(Arc::clone(&name));
        self.codes.insert(name, code);
        code
    }

    fn push(&mut self, name: Arc<str>) -> u32 {
        // memory ends long before numbers do
        let code = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.bytes += name.len();
        self.names.push(name);
        code
    }

    pub(crate) fn all(&self) -> &[Arc<str>] {
        &self.names
    }

    pub(crate) fn name(&self, code: u32) -> Option<&Arc<str>> {
        self.names.get(code as usize)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn clear(&mut self) {
        self.names.clear();
        self.codes.clear();
        self.bytes = 0;
        self.last = 0;
    }
}
