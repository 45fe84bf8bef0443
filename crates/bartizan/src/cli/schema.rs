//! `bartizan schema`

use crate::exit::{Done, Failure, Outcome};
use crate::output;

pub(crate) fn run() -> Outcome {
    let schema = bartizan_server::schema().map_err(|error| Failure::Refused(error.to_string()))?;
    output::json(&schema);
    Ok(Done::Well)
}
