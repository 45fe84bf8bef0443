//! `bartizan limits`

use serde_json::json;

use super::Format;
use crate::exit::{Done, Outcome};
use crate::output;

pub(crate) fn run(format: Format) -> Outcome {
    let limits = bartizan_server::limits();
    let images = bartizan_image::limits::shown();
    match format {
        Format::Json => {
            let rows: Vec<_> = limits
                .iter()
                .map(|limit| json!({ "Name": limit.name, "Value": limit.value, "Unit": limit.unit, "Why": limit.why }))
                .collect();
            let of_images = images
                .iter()
                .map(|(name, value, unit, why)| json!({ "Name": name, "Value": value, "Unit": unit, "Why": why }));
            output::json(&json!({ "Limits": rows.into_iter().chain(of_images).collect::<Vec<_>>() }));
        }
        Format::Table => {
            let rows: Vec<_> = limits
                .iter()
                .map(|limit| vec![limit.name.into(), limit.value.to_string(), limit.unit.into(), limit.why.into()])
                .collect();
            let of_images = images.iter().map(|(name, value, unit, why)| {
                vec![(*name).to_owned(), value.to_string(), (*unit).to_owned(), (*why).to_owned()]
            });
            let rows: Vec<Vec<String>> = rows.into_iter().chain(of_images).collect();
            output::table(&["LIMIT", "VALUE", "UNIT", "WHY"], &rows);
        }
    }
    Ok(Done::Well)
}
