//! Short memories: the newest datapoints of one thing and behavior, by slot, in blocks of one shared store.
//!
//! A fleet of a million things has ten million of them; each costs eight bytes and twelve for every slot that it can
//! hold. Blocks come in few sizes, and a block that is given up is used again.

/// How many slots a block of each size holds: what the durations need when reports come every 290 seconds, and then
/// twice as many, up to what can be asked for when they come without pause (3,600 s, and 300 s for a late tick).
const CAPACITIES: [u16; 10] = [1, 2, 3, 4, 7, 14, 28, 90, 180, 400];

/// One memory: which block of the store, and how much of it is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ring {
    start: u32,
    len: u16,
    /// Zero for none, else one more than an index into [`CAPACITIES`].
    size: u16,
}

/// How a second datapoint of a slot joins the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joining {
    /// Counters add up.
    Sum,
    /// Gauges: the newest counts.
    Newest,
}

/// The store of all blocks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rings {
    slots: Vec<u32>,
    values: Vec<f64>,
    /// Starts of blocks that were given up, by size.
    free: [Vec<u32>; CAPACITIES.len()],
}

impl Rings {
    /// Remembers a datapoint, and forgets those of slots up to `forget`. Slots never go back.
    pub(crate) fn add(&mut self, ring: &mut Ring, slot: u32, value: f64, forget: u32, joining: Joining) {
        let kept = self.slots_of(*ring);
        let gone = kept.iter().take_while(|kept| **kept <= forget).count();
        if gone > 0 {
            self.shift(ring, gone);
        }
        let last = self.range(*ring).last();
        if let Some(last) = last
            && let (Some(newest), Some(held)) = (self.slots.get(last), self.values.get_mut(last))
            && *newest == slot
        {
            *held = match joining {
                Joining::Sum => *held + value,
                Joining::Newest => value,
            };
            return;
        }
        if usize::from(ring.len) >= capacity(ring.size) {
            self.grow(ring);
        }
        let end = self.range(*ring).end;
        if let (Some(at), Some(held)) = (self.slots.get_mut(end), self.values.get_mut(end)) {
            (*at, *held) = (slot, value);
            ring.len += 1;
        }
    }

    /// The sum of the slots after `after` and up to `to`; `None` if there are none.
    pub(crate) fn sum(&self, ring: Ring, after: u32, to: u32) -> Option<f64> {
        self.within(ring, after, to).reduce(|sum, value| sum + value)
    }

    /// The newest value of the slots after `after` and up to `to`.
    pub(crate) fn newest(&self, ring: Ring, after: u32, to: u32) -> Option<f64> {
        self.within(ring, after, to).last()
    }

    fn within(&self, ring: Ring, after: u32, to: u32) -> impl Iterator<Item = f64> {
        self.entries(ring).filter(move |(slot, _)| *slot > after && *slot <= to).map(|(_, value)| value)
    }

    /// Slots and values, oldest first.
    pub(crate) fn entries(&self, ring: Ring) -> impl Iterator<Item = (u32, f64)> {
        let values = self.values.get(self.range(ring)).unwrap_or_default();
        self.slots_of(ring).iter().copied().zip(values.iter().copied())
    }

    /// Gives the block up.
    pub(crate) fn release(&mut self, ring: &mut Ring) {
        if let Some(free) = ring.size.checked_sub(1).and_then(|size| self.free.get_mut(usize::from(size))) {
            free.push(ring.start);
        }
        *ring = Ring::default();
    }

    fn range(&self, ring: Ring) -> std::ops::Range<usize> {
        let start = ring.start as usize;
        start..start + usize::from(ring.len)
    }

    fn slots_of(&self, ring: Ring) -> &[u32] {
        self.slots.get(self.range(ring)).unwrap_or_default()
    }

    fn shift(&mut self, ring: &mut Ring, gone: usize) {
        let range = self.range(*ring);
        if let (Some(slots), Some(values)) = (self.slots.get_mut(range.clone()), self.values.get_mut(range)) {
            slots.copy_within(gone.., 0);
            values.copy_within(gone.., 0);
        }
        ring.len = ring.len.saturating_sub(u16::try_from(gone).unwrap_or(u16::MAX));
    }

    /// Moves into a block of the next size. The largest holds every slot that is not forgotten; if it ever did not, its
    /// oldest slot would give way.
    fn grow(&mut self, ring: &mut Ring) {
        let Some(capacity) = CAPACITIES.get(usize::from(ring.size)).copied().map(usize::from) else {
            self.shift(ring, 1);
            return;
        };
        let free = self.free.get_mut(usize::from(ring.size)).and_then(Vec::pop);
        let start = match free {
            Some(start) => start as usize,
            None => {
                let start = self.slots.len();
                self.slots.resize(start + capacity, 0);
                self.values.resize(start + capacity, 0.0);
                start
            }
        };
        let old = self.range(*ring);
        self.slots.copy_within(old.clone(), start);
        self.values.copy_within(old, start);
        let moved = Ring { start: u32::try_from(start).unwrap_or(u32::MAX), len: ring.len, size: ring.size + 1 };
        self.release(ring);
        *ring = moved;
    }
}

fn capacity(size: u16) -> usize {
    let size = size.checked_sub(1).map(usize::from);
    size.and_then(|size| CAPACITIES.get(size)).copied().map_or(0, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_sums_and_forgets() {
        let mut rings = Rings::default();
        let (mut one, mut two) = (Ring::default(), Ring::default());
        for slot in 1..=1_000 {
            rings.add(&mut one, slot, f64::from(slot), slot.saturating_sub(390), Joining::Sum);
            rings.add(&mut two, slot / 2, 1.0, (slot / 2).saturating_sub(5), Joining::Sum);
        }
        assert_eq!(rings.entries(one).count(), 390);
        assert_eq!(rings.sum(one, 990, 1_000), Some((991..=1_000).map(f64::from).sum()));
        assert_eq!(rings.sum(one, 1_000, 2_000), None);
        assert_eq!(rings.newest(one, 0, 998), Some(998.0));
        assert_eq!(
            rings.entries(two).collect::<Vec<_>>(),
            [(496, 2.0), (497, 2.0), (498, 2.0), (499, 2.0), (500, 1.0)]
        );
    }

    #[test]
    fn blocks_are_used_again() {
        let mut rings = Rings::default();
        for _ in 0..100 {
            let mut ring = Ring::default();
            for slot in 0..13 {
                rings.add(&mut ring, slot, 1.0, 0, Joining::Newest);
            }
            rings.release(&mut ring);
        }
        assert!(rings.slots.len() < 40, "{} slots", rings.slots.len());
    }
}
