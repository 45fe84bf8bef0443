//! Models, as bytes.

use std::collections::BTreeMap;

use bartizan_wire::Timestamp;

use super::super::model::{Built, Histogram, Model, Usual};
use super::Damaged;
use super::bytes::{Reader, Writer};

pub(super) fn write_models(models: &BTreeMap<u32, Model>, out: &mut Writer) {
    out.length(models.len());
    for (rule, model) in models {
        out.unsigned(u64::from(*rule));
        for time in [model.started, model.tried, model.refreshed, model.lacking] {
            out.flag(time.is_some());
            out.signed(time.unwrap_or_default().0);
        }
        out.length(model.hours.len());
        for (hour, histogram) in &model.hours {
            out.signed(*hour);
            out.length(histogram.counts.len());
            let mut before = 0;
            for (bucket, count) in &histogram.counts {
                out.signed(i64::from(*bucket) - before);
                out.unsigned(*count);
                before = i64::from(*bucket);
            }
        }
        let built = model.built.as_ref();
        out.flag(built.is_some());
        if let Some(built) = built {
            write_usual(Some(built.whole), out);
            out.length(built.hours.len());
            for hour in &built.hours {
                write_usual(*hour, out);
            }
        }
    }
}

fn write_usual(usual: Option<Usual>, out: &mut Writer) {
    out.flag(usual.is_some());
    if let Some(Usual { median, below, above }) = usual {
        for number in [median, below, above] {
            out.number(number);
        }
    }
}

pub(super) fn read_models(from: &mut Reader<'_>) -> Result<BTreeMap<u32, Model>, Damaged> {
    let mut models = BTreeMap::new();
    for _ in 0..from.length()? {
        let rule = u32::try_from(from.unsigned()?).map_err(|_| Damaged("a number is too large"))?;
        let mut time = || {
            let known = from.flag()?;
            Ok(Some(Timestamp(from.signed()?)).filter(|_| known))
        };
        let (started, tried, refreshed, lacking) = (time()?, time()?, time()?, time()?);
        let mut hours = BTreeMap::new();
        for _ in 0..from.length()? {
            let hour = from.signed()?;
            let mut histogram = Histogram::default();
            let mut bucket: i64 = 0;
            for _ in 0..from.length()? {
                bucket = bucket.wrapping_add(from.signed()?);
                let bucket = i32::try_from(bucket).map_err(|_| Damaged("a number is too large"))?;
                histogram.add_many(bucket, from.unsigned()?);
            }
            hours.insert(hour, histogram);
        }
        let built = if from.flag()? {
            let whole = read_usual(from)?.ok_or(Damaged("a model is empty"))?;
            let hours = (0..from.length()?).map(|_| read_usual(from)).collect::<Result<_, Damaged>>()?;
            Some(Built { whole, hours })
        } else {
            None
        };
        models.insert(rule, Model { started, hours, tried, refreshed, lacking, built });
    }
    Ok(models)
}

fn read_usual(from: &mut Reader<'_>) -> Result<Option<Usual>, Damaged> {
    if !from.flag()? {
        return Ok(None);
    }
    Ok(Some(Usual { median: from.number()?, below: from.number()?, above: from.number()? }))
}
