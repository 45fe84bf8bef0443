//! Samples of one write, arranged as a file has them.

use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_policy::series::{Sample, Value};

use super::names::Names;
use super::rows::{Cell, Rows};
use super::write::Writer;

/// Where samples of one measure and form are in the list.
type Places = Vec<(u32, i64, u32)>;

/// Writes samples sorted by measure, form, subject and time; those of the same in the order given.
pub(crate) fn write_sorted(writer: &mut Writer, samples: &[Sample]) -> Result<(), StoreError> {
    let (mut subjects, mut measures) = (Names::default(), Names::default());
    // numbers and texts of each measure
    let mut places: Vec<[Places; 2]> = Vec::new();
    for (place, sample) in (0_u32..).zip(samples) {
        let (subject, measure) = (subjects.code_of(&sample.subject), measures.next_of(&sample.measure) as usize);
        if places.len() <= measure {
            places.resize_with(measure + 1, Default::default);
        }
        let form = usize::from(matches!(sample.value, Value::Texts(_)));
        if let Some(own) = places.get_mut(measure).and_then(|forms| forms.get_mut(form)) {
            own.push((subject, sample.at.0, place));
        }
    }
    let (subject_ranks, measure_ranks) = (ranks(&subjects), ranks(&measures));
    let mut sorted: Vec<_> = measure_ranks.iter().zip(measures.all()).zip(places).collect();
    sorted.sort_unstable_by_key(|((rank, _), _)| **rank);
    for ((_, measure), forms) in sorted {
        for (texts, mut places) in [false, true].into_iter().zip(forms) {
            for (subject, _, _) in &mut places {
                *subject = subject_ranks.get(*subject as usize).copied().unwrap_or(u32::MAX);
            }
            places.sort_unstable();
            write_rows(writer, measure, texts, places.iter().filter_map(|(_, _, place)| samples.get(*place as usize)))?;
        }
    }
    Ok(())
}

fn write_rows<'s>(
    writer: &mut Writer,
    measure: &Arc<str>,
    texts: bool,
    samples: impl Iterator<Item = &'s Sample>,
) -> Result<(), StoreError> {
    let mut rows = Rows::new(texts);
    for sample in samples {
        let cell = match &sample.value {
            Value::Number(number) => Cell::Number(*number),
            Value::Texts(texts) => Cell::Texts(texts.iter()),
        };
        rows.push(&sample.subject, sample.at.0, cell);
        if rows.are_many() {
            writer.group(measure, &rows)?;
            rows.clear();
        }
    }
    writer.group(measure, &rows)
}

/// The place of each name among all in byte order.
fn ranks(names: &Names) -> Vec<u32> {
    let mut sorted: Vec<(&Arc<str>, usize)> = names.all().iter().zip(0..).collect();
    sorted.sort_unstable();
    let mut ranks = vec![0; sorted.len()];
    for (rank, (_, code)) in (0..).zip(sorted) {
        if let Some(own) = ranks.get_mut(code) {
            *own = rank;
        }
    }
    ranks
}
