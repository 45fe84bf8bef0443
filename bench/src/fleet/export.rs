//! What a peer is given: which versions each host has, and for each version all that the two plans say of it. Made by
//! `decide`, which keeps a trace and shares no table with what is measured, so that equal answers mean something.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use bartizan_host::catalogue::VersionId;
use bartizan_host::engine::{Decision, Group, HostView, Marks, Plan, State, decide};

use super::generate::NOW;
use super::plans::Pair;
use crate::Failure;

/// Writes `inventory.u32`, the versions of each host one host after the other, and `versions.tsv`.
///
/// # Errors
/// A file cannot be written, or a version has no state.
pub(super) fn write(group: &Group, pair: &Pair, folder: &Path) -> Result<(), Failure> {
    let mut inventory = BufWriter::new(File::create(folder.join("inventory.u32"))?);
    for (_, row) in group.hosts() {
        for id in row.ids() {
            inventory.write_all(&id.0.to_le_bytes())?;
        }
    }
    inventory.flush()?;
    let mut versions = BufWriter::new(File::create(folder.join("versions.tsv"))?);
    write!(versions, "id\tslot\trank\toffered\tblocks")?;
    for side in ["before", "after"] {
        for member in ["approved", "rejected", "level", "security", "state", "settled_level", "settled_security"] {
            write!(versions, "\t{member}_{side}")?;
        }
    }
    writeln!(versions)?;
    let catalogue = group.catalogue();
    for id in (0..catalogue.versions()).map(VersionId) {
        let slot = catalogue.slot_of(id).ok_or("a version without a package")?;
        let rank = catalogue.version(id).ok_or("a version that is not there")?.rank;
        let offered = id.0 < catalogue.offered();
        write!(versions, "{}\t{}\t{rank}\t{}\t{}", id.0, slot.0, u8::from(offered), u8::from(pair.blocks))?;
        for plan in [&pair.before, &pair.after] {
            write_side(&mut versions, group, id, plan)?;
        }
        writeln!(versions)?;
    }
    versions.flush()?;
    Ok(())
}

fn write_side(out: &mut impl Write, group: &Group, id: VersionId, plan: &Plan) -> Result<(), Failure> {
    let catalogue = group.catalogue();
    let slot = catalogue.slot_of(id).ok_or("a version without a package")?;
    let package = catalogue.package(slot, Some(id));
    let host = HostView { product: group.product(), now: NOW };
    let decision: Decision = decide(plan, &host, &package.view(Marks::default()));
    let own =
        decision.candidates.iter().find(|candidate| candidate.installed).ok_or("the installed version is gone")?;
    let state = decision.state.ok_or("an installed package without a state")?;
    let number = |state: State| State::ALL.iter().position(|other| *other == state).unwrap_or(State::ALL.len());
    write!(
        out,
        "\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
        u8::from(own.approved),
        u8::from(own.rejected_entry.is_some()),
        own.level as u8,
        u8::from(own.security.is_some()),
        number(state),
        decision.level as u8,
        u8::from(decision.security),
    )?;
    Ok(())
}
