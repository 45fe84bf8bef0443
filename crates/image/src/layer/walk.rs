//! From the entries of a layer to what is remembered of it.

use std::collections::HashMap;
use std::io::BufRead as _;

use super::facts::{Facts, Found};
use super::mark::{self, Mark};
use crate::analyze::{self, Interest};
use crate::limits::Limits;
use crate::stream::Forward;
use crate::tar::{Kind, Tar, TarError};

/// Files smaller than this are no programs with a list of modules in them.
pub(super) const PROGRAM_BYTES_MIN: u64 = 8 * 1024;

pub(super) fn walk<R: Forward>(tar: &mut Tar<R>, limits: &Limits) -> Result<Facts, TarError> {
    let mut facts = Facts::default();
    let mut packages = 0;
    // Where a path was found, so that the last entry of one path counts, as it does when a layer is unpacked.
    let mut places: HashMap<String, usize> = HashMap::new();
    while tar.advance()? {
        let (folder, name) = tar.path().rsplit_once('/').unwrap_or(("", tar.path()));
        if let Some(mark) = mark::read(folder, name) {
            match mark {
                Mark::Deletes(path) => facts.delete(&path, limits),
                Mark::Empties => facts.empty(folder, limits),
                Mark::Nothing => {}
            }
            continue;
        }
        let wanted = analyze::wanted(tar.path());
        let found = match (tar.kind(), wanted) {
            (Kind::SymbolicLink, _) => {
                let (path, target) = (tar.path().to_owned(), tar.link().to_owned());
                facts.link(&path, &target, limits);
                None
            }
            (Kind::File, Some(interest)) => Some(analyze::analyze(interest, tar, limits)),
            (Kind::File, None) => program(tar, limits),
            (Kind::HardLink, Some(interest)) => {
                let mut found = Found::new(tar.path(), interest);
                found.same_as = Some(tar.link().to_owned());
                Some(found)
            }
            (Kind::Sparse, Some(interest)) => {
                let mut found = Found::new(tar.path(), interest);
                found.blind.push("stored as a sparse file, which is not read".to_owned());
                Some(found)
            }
            _ => None,
        };
        let Some(found) = found else { continue };
        if let Some(place) = places.get(&found.path).and_then(|place| facts.found.get_mut(*place)) {
            *place = found;
            continue;
        }
        let path = found.path.clone();
        let before = facts.found.len();
        facts.find(found, &mut packages, limits);
        if facts.found.len() > before {
            places.insert(path, before);
        }
    }
    facts.entries = tar.entries();
    if tar.misplaced() > 0 {
        let why = format!("{} entries lie outside of the root or have paths that no disk can hold", tar.misplaced());
        facts.blind("", &why);
    }
    Ok(facts)
}

/// Looks into a file whose name says nothing, if it may be executed and its first bytes are those of a program.
fn program<R: Forward>(tar: &mut Tar<R>, limits: &Limits) -> Option<Found> {
    if tar.size() < PROGRAM_BYTES_MIN || !tar.executable() {
        return None;
    }
    let starts = |start: &[u8]| start.starts_with(b"\x7fELF");
    // The buffer may end within the first bytes; then it is looked at as well, and found to be nothing.
    let here =
        tar.content().fill_buf().is_ok_and(|here| starts(here) || (here.len() < 4 && b"\x7fELF".starts_with(here)));
    if !here {
        return None;
    }
    let found = analyze::analyze(Interest::Program, tar, limits);
    (!found.packages.is_empty() || !found.blind.is_empty()).then_some(found)
}
