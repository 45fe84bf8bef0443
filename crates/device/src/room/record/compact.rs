//! Reports and windows on the tape, which come by the ten thousand a second: a binary form, several times faster to write
//! than JSON.
//!
//! ```text
//! u8 form: 1 a report, 2 a window
//! of a report: text id | u8 1 if it is kept and not judged
//! list of datapoints: text metric | u8 dimension: 0 none, 1 in, 2 not in | text of its name, if any
//!                     | u8 which members the value has, a bit each in the order of MetricValue | the members
//! text, list: number of bytes or items | each; number: 7 bits a byte, the lowest first; count, port: a number, zigzag
//! float: eight bytes, little-endian
//! ```

use std::sync::Arc;

use crate::behavior::{DimensionValueOperator, MetricValue};
use crate::observe::{Datapoint, Measured};

/// The first byte of a report and of a window. JSON begins with neither.
const REPORT: u8 = 1;
const WINDOW: u8 = 2;

/// Bits of the members that a value has.
const COUNT: u8 = 1;
const CIDRS: u8 = 1 << 1;
const PORTS: u8 = 1 << 2;
const NUMBER: u8 = 1 << 3;
const NUMBERS: u8 = 1 << 4;
const STRINGS: u8 = 1 << 5;

/// What is read back.
#[derive(Debug)]
pub(super) enum Compact {
    Report { id: Box<str>, unjudged: bool, datapoints: Vec<Datapoint> },
    Window { datapoints: Vec<Datapoint> },
}

pub(super) fn report(id: &str, unjudged: bool, datapoints: &[Datapoint]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + datapoints.len() * 48);
    out.push(REPORT);
    text(&mut out, id);
    out.push(u8::from(unjudged));
    points(&mut out, datapoints);
    out
}

pub(super) fn window(datapoints: &[Datapoint]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + datapoints.len() * 40);
    out.push(WINDOW);
    points(&mut out, datapoints);
    out
}

fn points(out: &mut Vec<u8>, datapoints: &[Datapoint]) {
    list(out, datapoints, |out, Datapoint { measured, value }| {
        text(out, &measured.metric);
        match &measured.dimension {
            None => out.push(0),
            Some((name, operator)) => {
                out.push(if *operator == DimensionValueOperator::In { 1 } else { 2 });
                text(out, name);
            }
        }
        self::value(out, value);
    });
}

fn value(out: &mut Vec<u8>, value: &MetricValue) {
    let MetricValue { count, cidrs, ports, number: float, numbers, strings } = value;
    let there = [
        (count.is_some(), COUNT),
        (cidrs.is_some(), CIDRS),
        (ports.is_some(), PORTS),
        (float.is_some(), NUMBER),
        (numbers.is_some(), NUMBERS),
        (strings.is_some(), STRINGS),
    ];
    out.push(there.into_iter().filter_map(|(there, bit)| there.then_some(bit)).sum());
    if let Some(count) = count {
        zigzag(out, *count);
    }
    if let Some(cidrs) = cidrs {
        list(out, cidrs, |out, one| text(out, one));
    }
    if let Some(ports) = ports {
        list(out, ports, |out, one| zigzag(out, i64::from(*one)));
    }
    if let Some(float) = float {
        out.extend(float.to_le_bytes());
    }
    if let Some(numbers) = numbers {
        list(out, numbers, |out, one| out.extend(one.to_le_bytes()));
    }
    if let Some(strings) = strings {
        list(out, strings, |out, one| text(out, one));
    }
}

fn list<T>(out: &mut Vec<u8>, items: &[T], one: impl Fn(&mut Vec<u8>, &T)) {
    number(out, items.len() as u64);
    items.iter().for_each(|item| one(out, item));
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend(text.as_bytes());
}

fn zigzag(out: &mut Vec<u8>, value: i64) {
    number(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads what was written; `None` for what was not written so.
pub(super) fn read(bytes: &[u8]) -> Option<Compact> {
    let mut rest = Rest(bytes);
    let compact = match rest.byte()? {
        REPORT => Compact::Report { id: rest.text()?.into(), unjudged: rest.byte()? != 0, datapoints: rest.points()? },
        WINDOW => Compact::Window { datapoints: rest.points()? },
        _ => return None,
    };
    rest.0.is_empty().then_some(compact)
}

/// Whether bytes begin as this form does.
pub(super) fn begins(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(&(REPORT | WINDOW)))
}

/// What was not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn float(&mut self) -> Option<f64> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(f64::from_le_bytes(*bytes))
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = usize::try_from(self.number()?).ok()?;
        // each item takes a byte at least: a length that was made up reserves no more than that
        let mut items = Vec::with_capacity(length.min(self.0.len()));
        for _ in 0..length {
            items.push(one(self)?);
        }
        Some(items)
    }

    fn points(&mut self) -> Option<Vec<Datapoint>> {
        self.list(|rest| {
            let metric = Arc::from(rest.text()?);
            let dimension = match rest.byte()? {
                0 => None,
                1 => Some((Arc::from(rest.text()?), DimensionValueOperator::In)),
                2 => Some((Arc::from(rest.text()?), DimensionValueOperator::NotIn)),
                _ => return None,
            };
            Some(Datapoint { measured: Measured { metric, dimension }, value: rest.value()? })
        })
    }

    fn value(&mut self) -> Option<MetricValue> {
        let there = self.byte()?;
        let mut value = MetricValue::default();
        if there & COUNT != 0 {
            value.count = Some(self.zigzag()?);
        }
        if there & CIDRS != 0 {
            value.cidrs = Some(self.list(|rest| rest.text().map(str::to_owned))?);
        }
        if there & PORTS != 0 {
            value.ports = Some(self.list(|rest| i32::try_from(rest.zigzag()?).ok())?);
        }
        if there & NUMBER != 0 {
            value.number = Some(self.float()?);
        }
        if there & NUMBERS != 0 {
            value.numbers = Some(self.list(Self::float)?);
        }
        if there & STRINGS != 0 {
            value.strings = Some(self.list(|rest| rest.text().map(str::to_owned))?);
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name() -> impl Strategy<Value = String> {
        "[a-z:\u{fc}]{0,12}"
    }

    fn measured() -> impl Strategy<Value = Measured> {
        let operator = prop_oneof![Just(DimensionValueOperator::In), Just(DimensionValueOperator::NotIn)];
        (name(), prop::option::of((name(), operator))).prop_map(|(metric, dimension)| Measured {
            metric: metric.into(),
            dimension: dimension.map(|(name, operator)| (name.into(), operator)),
        })
    }

    fn value() -> impl Strategy<Value = MetricValue> {
        let texts = || prop::option::of(prop::collection::vec(name(), 0..4));
        let float = || any::<f64>().prop_filter("no number equals nothing", |float| !float.is_nan());
        let numbers = prop::option::of(prop::collection::vec(float(), 0..4));
        let ports = prop::option::of(prop::collection::vec(any::<i32>(), 0..4));
        (prop::option::of(any::<i64>()), texts(), ports, prop::option::of(float()), numbers, texts()).prop_map(
            |(count, cidrs, ports, number, numbers, strings)| MetricValue {
                count,
                cidrs,
                ports,
                number,
                numbers,
                strings,
            },
        )
    }

    fn datapoints() -> impl Strategy<Value = Vec<Datapoint>> {
        let point = (measured(), value()).prop_map(|(measured, value)| Datapoint { measured, value });
        prop::collection::vec(point, 0..6)
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(id in name(), unjudged: bool, datapoints in datapoints()) {
            let written = report(&id, unjudged, &datapoints);
            prop_assert!(begins(&written));
            let Some(Compact::Report { id: read_id, unjudged: read_unjudged, datapoints: read_points }) = read(&written)
            else { return Err(TestCaseError::fail("no report")) };
            prop_assert_eq!((&*read_id, read_unjudged), (&*id, unjudged));
            prop_assert_eq!(&read_points, &datapoints);
            let Some(Compact::Window { datapoints: read_points }) = read(&window(&datapoints))
            else { return Err(TestCaseError::fail("no window")) };
            prop_assert_eq!(&read_points, &datapoints);
            for cut in 0..written.len() {
                prop_assert!(read(&written[..cut]).is_none(), "cut at {}", cut);
            }
        }

        /// Whatever the bytes are, reading them ends, and takes no more memory than they are worth.
        #[test]
        fn reads_anything(form in 0_u8..4, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _whatever = read(&[&[form], &*bytes].concat());
        }
    }
}
