//! The engine's values as answers of our own carry them: members spelled like those of every other answer.

use bartizan_wire::Json;
use serde::Serialize;
use serde_json::Value;

use crate::engine::MissingPackage;
use crate::errors::HostError;

/// A value of the engine's with its members in Pascal case; what the members hold is left alone.
///
/// # Errors
/// When it cannot be written as JSON, which does not depend on the value.
pub fn document(value: &impl Serialize) -> Result<Json, HostError> {
    let value = serde_json::to_value(value).map_err(|error| HostError::Internal(error.to_string()))?;
    Ok(Json::from(&pascal(value)))
}

/// What is missing, with the reason in words beside the cause.
///
/// # Errors
/// As [`document`].
pub fn missing(missing: &[MissingPackage]) -> Result<Json, HostError> {
    let mut rows = Vec::with_capacity(missing.len());
    for one in missing {
        let Json::Object(mut members) = document(one)? else { continue };
        for (name, value) in &mut members {
            if name == "Because" {
                let cause = std::mem::replace(value, Json::String(one.because.to_string()));
                members.push(("Cause".to_owned(), cause));
                break;
            }
        }
        rows.push(Json::Object(members));
    }
    Ok(Json::Array(rows))
}

/// Renames every member from snake case to Pascal case.
#[must_use]
pub fn pascal(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (capitalised(&name), pascal(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(pascal).collect()),
        other => other,
    }
}

fn capitalised(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::pascal;

    #[test]
    fn members_are_renamed_and_values_are_not() {
        let value = json!({ "decided_by": { "kind": "approved_list" }, "steps": [{ "text": "a_b" }], "held": false });
        let renamed = json!({ "DecidedBy": { "Kind": "approved_list" }, "Steps": [{ "Text": "a_b" }], "Held": false });
        assert_eq!(pascal(value), renamed);
    }
}
