//! Numbers for names.

use std::collections::HashMap;
use std::sync::Arc;

/// Each name once, by the number that it got when it was first seen.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: Vec<Arc<str>>,
    codes: HashMap<Arc<str>, u32>,
    /// Bytes of all names.
    bytes: usize,
}

impl Names {
    /// The number of a name, which it keeps.
    pub(crate) fn code(&mut self, name: &str) -> u32 {
        if let Some(code) = self.codes.get(name) {
            return *code;
        }
        self.add(Arc::from(name))
    }

    /// As [`Names::code`], without a copy of the name.
    pub(crate) fn code_of(&mut self, name: &Arc<str>) -> u32 {
        if let Some(code) = self.codes.get(name) {
            return *code;
        }
        self.add(Arc::clone(name))
    }

    fn add(&mut self, name: Arc<str>) -> u32 {
        // memory ends long before numbers do
        let code = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.bytes += name.len();
        self.names.push(Arc::clone(&name));
        self.codes.insert(name, code);
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
    }
}
