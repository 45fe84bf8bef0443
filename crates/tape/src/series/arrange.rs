//! Samples of one write, arranged as a file has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_policy::series::{Sample, Value};

use super::names::Names;
use super::rows::{Cell, Rows};
use super::write::Writer;

/// Where samples of one measure and form are in the list.
type Places = Vec<(u32, i64, usize)>;

/// Writes samples sorted by measure, form, subject and time; those of the same in the order given.
pub(crate) fn write_sorted(writer: &mut Writer, samples: &[Sample]) -> Result<(), StoreError> {
    let mut subjects = Names::default();
    let mut measures: BTreeMap<(&Arc<str>, bool), Places> = BTreeMap::new();
    for (place, sample) in samples.iter().enumerate() {
        let texts = matches!(sample.value, Value::Texts(_));
        let code = subjects.code_of(&sample.subject);
        measures.entry((&sample.measure, texts)).or_default().push((code, sample.at.0, place));
    }
    let ranks = ranks(&subjects);
    for ((measure, texts), mut places) in measures {
        for (subject, _, _) in &mut places {
            *subject = ranks.get(*subject as usize).copied().unwrap_or(u32::MAX);
        }
        places.sort_unstable();
        let mut rows = Rows::new(texts);
        for sample in places.iter().filter_map(|(_, _, place)| samples.get(*place)) {
            let cell = match &sample.value {
                Value::Number(number) => Cell::Number(*number),
                Value::Texts(texts) => Cell::Texts(texts.iter().map(String::as_str)),
            };
            rows.push(&sample.subject, sample.at.0, cell);
            if rows.are_many() {
                writer.group(measure, &rows)?;
                rows.clear();
            }
        }
        writer.group(measure, &rows)?;
    }
    Ok(())
}

/// The place of each subject among all in byte order.
fn ranks(subjects: &Names) -> Vec<u32> {
    let mut sorted: Vec<(&Arc<str>, usize)> = subjects.all().iter().zip(0..).collect();
    sorted.sort_unstable();
    let mut ranks = vec![0; sorted.len()];
    for (rank, (_, code)) in (0..).zip(sorted) {
        if let Some(own) = ranks.get_mut(code) {
            *own = rank;
        }
    }
    ranks
}
