//! `bartizan limits`

use serde_json::json;

use super::Format;
use crate::exit::{Done, Outcome};
use crate::output;

pub(crate) fn run(format: Format) -> Outcome {
    let limits = bartizan_server::limits();
    match format {
        Format::Json => {
            let rows: Vec<_> = limits
                .iter()
                .map(|limit| json!({ "Name": limit.name, "Value": limit.value, "Unit": limit.unit, "Why": limit.why }))
                .collect();
            output::json(&json!({ "Limits": rows }));
        }
        Format::Table => {
            let rows: Vec<_> = limits
                .iter()
                .map(|limit| vec![limit.name.into(), limit.value.to_string(), limit.unit.into(), limit.why.into()])
                .collect();
            output::table(&["LIMIT", "VALUE", "UNIT", "WHY"], &rows);
        }
    }
    Ok(Done::Well)
}
