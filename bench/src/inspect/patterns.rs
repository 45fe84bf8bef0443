//! Many texts and many regular expressions over ordinary and hostile input.

use std::path::Path;
use std::time::Duration;

use bartizan_inspect::{PatternId, Patterns, PatternsBuilder, Position, Seen};
use serde_json::{Map, Value, json};

use super::{each, inputs};
use crate::{Failure, clock};

const AT_LEAST: Duration = Duration::from_millis(200);
const TEXTS: usize = 10_000;

/// Adds what 10,000 texts and the regular expressions in the file `expressions` cost.
///
/// # Errors
/// A file cannot be read.
pub(super) fn measure(folder: &Path, ordinary: &[Vec<u8>], out: &mut Map<String, Value>) -> Result<(), Failure> {
    let texts = inputs(&folder.join("texts"))?;
    if texts.len() != TEXTS {
        return Err(format!("{} texts, not {TEXTS}", texts.len()).into());
    }
    let build = || -> Result<(Patterns, Vec<PatternId>), Failure> {
        let mut builder = PatternsBuilder::new();
        let ids = texts.iter().map(|text| builder.text(text, Position::Contains)).collect::<Result<_, _>>()?;
        Ok((builder.build()?, ids))
    };
    let (time, built) = clock::median(AT_LEAST, build)?;
    let (patterns, ids) = built?;
    let mut seen = Seen::default();
    let mut scan = |input: &[u8]| {
        patterns.scan(input, &mut seen);
        ids.iter().take(1).filter(|id| patterns.is_match(**id, input, &mut seen)).count()
    };
    let (ordinary_ns, _) = each(ordinary, &mut scan)?;
    // all texts in a row, as much as a body may have
    let hostile: Vec<Vec<u8>> = vec![texts.concat().into_iter().take(8192).collect()];
    let (worst, _) = clock::median(AT_LEAST, || hostile.iter().map(|input| scan(input)).sum::<usize>())?;
    out.insert(
        "texts".to_string(),
        json!({"ns": ordinary_ns, "build_ms": time.as_secs_f64() * 1e3, "hostile_us": worst.as_secs_f64() * 1e6}),
    );
    out.insert("expressions".to_string(), expressions(folder, ordinary)?);
    Ok(())
}

/// All expressions are asked for on every input.
fn expressions(folder: &Path, ordinary: &[Vec<u8>]) -> Result<Value, Failure> {
    let texts: Vec<String> =
        inputs(&folder.join("expressions"))?.into_iter().map(String::from_utf8).collect::<Result<_, _>>()?;
    let mut builder = PatternsBuilder::new();
    let ids: Vec<PatternId> = texts.iter().filter_map(|text| builder.regex(text).ok()).collect();
    let patterns = builder.build()?;
    let alone: Vec<regex::bytes::Regex> = texts
        .iter()
        .filter_map(|text| bartizan_inspect::dialect::translate(text).ok())
        .filter_map(|text| regex::bytes::RegexBuilder::new(&text).unicode(false).build().ok())
        .collect();
    let mut seen = Seen::default();
    let (together, found) = each(ordinary, |input| {
        patterns.scan(input, &mut seen);
        ids.iter().filter(|id| patterns.is_match(**id, input, &mut seen)).count()
    })?;
    let (one_by_one, same) = each(ordinary, |input| alone.iter().filter(|regex| regex.is_match(input)).count())?;
    if found != same {
        return Err(format!("together the expressions match {found} times, one by one {same} times").into());
    }
    Ok(json!({
        "ns": together, "alone_ns": one_by_one,
        "count": ids.len(), "unfiltered": patterns.unfiltered(), "found": found,
    }))
}
