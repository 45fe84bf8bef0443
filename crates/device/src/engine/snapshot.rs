//! Everything that an [`Engine`] remembers, as bytes: what a restart begins from.
//!
//! The bytes hold the profiles too, so that a restored engine goes on exactly as the one that was written, also when the
//! profiles have changed since: that they changed is on the tape behind the snapshot, and comes when it is replayed.

mod bytes;
mod models;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bartizan_wire::Timestamp;

use self::bytes::{Reader, Writer};
use super::alarm::{Alarm, Kept, NONE};
use super::finding::ViolationId;
use super::fold::Engine;
use super::group::Cell;
use super::plan::{NamedProfile, Plan};
use super::rings::{Joining, Ring};
use crate::behavior::{Behavior, MetricValue};
use crate::metric::Measure;

/// The bytes are no snapshot that this program can go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged(&'static str);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the snapshot of the device engine cannot be read: {}", self.0)
    }
}

impl std::error::Error for Damaged {}

/// What every snapshot begins with: the form, and its version.
const MAGIC: &[u8] = b"bzde\x01";
/// Bytes of the checksum at the end.
const CHECKSUM_BYTES: usize = 4;

const MEASURES: [Measure; 7] = [
    Measure::Counter,
    Measure::Gauge,
    Measure::Cidrs,
    Measure::Ports,
    Measure::Number,
    Measure::Numbers,
    Measure::Strings,
];

impl Engine {
    /// Writes everything down.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let mut out = Writer::new(MAGIC);
        write_plan(&self.plan, &mut out);
        out.flag(self.tick.is_some());
        out.signed(self.tick.unwrap_or_default().0);
        for negative in &self.negative {
            out.flag(*negative);
        }
        models::write_models(&self.models, &mut out);
        out.length(self.groups.len());
        for group in &self.groups {
            out.length(group.cover.len());
            for profile in &group.cover {
                out.unsigned(u64::from(*profile));
            }
            out.length(group.rows().count());
            for (row, thing) in group.rows() {
                out.text(self.things.get(thing).map_or("", |thing| &thing.name));
                let mut before = self.tick.unwrap_or_default().0;
                for (watch, cell) in group.columns.iter().zip(group.cells(row)) {
                    self.write_cell(*cell, &mut before, &mut out);
                    if let Some(ring) = watch.ring {
                        self.write_ring(group.ring(row, ring), &mut out);
                    }
                }
            }
        }
        let mut bytes = out.finish();
        let checksum = crc32fast::hash(&bytes);
        bytes.extend(checksum.to_le_bytes());
        bytes
    }

    fn write_cell(&self, cell: Cell, before: &mut i64, out: &mut Writer) {
        let heard = cell.last != i64::MIN;
        let alarm = self.alarms.get(cell.alarm);
        out.byte(
            u8::from(heard)
                | u8::from(alarm.is_some()) << 1
                | u8::from(cell.bad > 0) << 2
                | u8::from(cell.good > 0) << 3,
        );
        if heard {
            out.signed(cell.last.wrapping_sub(*before));
            *before = cell.last;
        }
        for run in [cell.bad, cell.good].into_iter().filter(|run| *run > 0) {
            out.byte(run);
        }
        if let Some(alarm) = alarm {
            out.raw(&alarm.id.0);
            out.signed(alarm.started.0);
            out.signed(alarm.last.0);
            match &alarm.value {
                Kept::Number(number) => {
                    out.flag(true);
                    out.number(*number);
                }
                Kept::List(list) => {
                    out.flag(false);
                    out.json(&**list);
                }
            }
        }
    }

    fn write_ring(&self, ring: Ring, out: &mut Writer) {
        out.length(self.rings.entries(ring).count());
        let mut before = 0;
        for (slot, value) in self.rings.entries(ring) {
            out.unsigned(u64::from(slot.wrapping_sub(before)));
            out.number(value);
            before = slot;
        }
    }

    /// Goes on from what was written, by the plan that held then.
    ///
    /// # Errors
    /// The bytes are damaged, or of another version of this form.
    pub fn restore(bytes: &[u8], salt: u64) -> Result<Self, Damaged> {
        let (body, checksum) =
            bytes.split_at_checked(bytes.len().saturating_sub(CHECKSUM_BYTES)).ok_or(Damaged("it is cut off"))?;
        if crc32fast::hash(body).to_le_bytes() != checksum {
            return Err(Damaged("its checksum is another"));
        }
        let body = body.strip_prefix(MAGIC).ok_or(Damaged("it is of another version"))?;
        let mut from = Reader::new(body);
        let mut engine = Self::salted(Arc::new(read_plan(&mut from)?), salt);
        let ticked = from.flag()?;
        engine.tick = Some(Timestamp(from.signed()?)).filter(|_| ticked);
        for negative in &mut engine.negative {
            *negative = from.flag()?;
        }
        engine.models = models::read_models(&mut from)?;
        for _ in 0..from.length()? {
            let cover = (0..from.length()?).map(|_| from.small()).collect::<Result<Vec<u16>, Damaged>>()?;
            if cover.iter().any(|profile| usize::from(*profile) >= engine.plan.profiles().len()) {
                return Err(Damaged("it names a profile that it does not hold"));
            }
            let group = engine.group_of(cover);
            for _ in 0..from.length()? {
                let name: Arc<str> = from.text()?.into();
                let id = engine.things.add(name, group, NONE).ok_or(Damaged("it holds too many things"))?;
                engine.read_row(group, id, &mut from)?;
            }
        }
        if from.is_empty() { Ok(engine) } else { Err(Damaged("there is more than there should be")) }
    }

    fn read_row(&mut self, group: u32, id: u32, from: &mut Reader<'_>) -> Result<(), Damaged> {
        let group = self.groups.get_mut(group as usize).ok_or(Damaged("a group is missing"))?;
        let row = group.add(id);
        if let Some(thing) = self.things.get_mut(id) {
            thing.row = row;
        }
        let mut before = self.tick.unwrap_or_default().0;
        for column in 0..group.columns.len() {
            let Some(watch) = group.columns.get(column).copied() else { continue };
            let Some((cell, ring)) = group.cell_and_ring(row, watch) else { continue };
            let flags = from.byte()?;
            if flags & 1 != 0 {
                before = before.wrapping_add(from.signed()?);
                cell.last = before;
            }
            for (bit, run) in [(2, &mut cell.bad), (3, &mut cell.good)] {
                if flags >> bit & 1 != 0 {
                    *run = from.byte()?;
                }
            }
            if flags & 2 != 0 {
                let id_bytes = from.raw(16)?.try_into().map_err(|_| Damaged("it is cut off"))?;
                let (started, last) = (Timestamp(from.signed()?), Timestamp(from.signed()?));
                let value = if from.flag()? {
                    Kept::Number(from.number()?)
                } else {
                    Kept::List(Box::new(from.json::<MetricValue>()?))
                };
                let alarm = Alarm { thing: id, rule: watch.rule, id: ViolationId(id_bytes), started, last, value };
                cell.alarm = self.alarms.raise(alarm);
            }
            let Some(ring) = ring else { continue };
            let mut slot: u32 = 0;
            for _ in 0..from.length()? {
                slot = slot.wrapping_add(u32::try_from(from.unsigned()?).unwrap_or(0));
                self.rings.add(ring, slot, from.number()?, 0, Joining::Newest);
            }
        }
        Ok(())
    }
}

fn write_plan(plan: &Plan, out: &mut Writer) {
    out.length(plan.profiles().len());
    for profile in plan.profiles() {
        out.text(&profile.name);
        out.json(&*profile.behaviors);
    }
    out.length(plan.customs().len());
    for (name, measure) in plan.customs() {
        out.text(name);
        out.length(MEASURES.iter().position(|known| known == measure).unwrap_or_default());
    }
}

fn read_plan(from: &mut Reader<'_>) -> Result<Plan, Damaged> {
    let mut profiles = Vec::new();
    for _ in 0..from.length()? {
        let name = from.text()?.into();
        profiles.push(NamedProfile { name, behaviors: from.json::<Vec<Behavior>>()?.into() });
    }
    let mut customs = BTreeMap::new();
    for _ in 0..from.length()? {
        let name: Arc<str> = from.text()?.into();
        let measure = usize::try_from(from.unsigned()?).ok().and_then(|place| MEASURES.get(place));
        customs.insert(name, *measure.ok_or(Damaged("a metric is of no known type"))?);
    }
    Plan::compile(profiles, customs).map_err(|_| Damaged("its profiles do not compile any more"))
}
