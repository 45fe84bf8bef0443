use super::SqlInjection;

pub(super) fn detect(_: &[u8]) -> Option<SqlInjection> {
    None
}
