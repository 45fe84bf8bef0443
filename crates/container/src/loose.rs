//! Members of bodies as clients of the vendor send them: numbers and flags as texts, lists as one text. Null is as good as
//! absent. What is wrong is added to a list, so that one answer names all of it.

use serde_json::Value;

/// A text of at most so many characters.
pub(crate) fn text(value: &Value, member: &str, characters_max: usize, wrong: &mut Vec<String>) -> Option<String> {
    match value.get(member) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.chars().count() <= characters_max => Some(text.clone()),
        Some(_) => {
            wrong.push(format!("{member} must be a text of at most {characters_max} characters"));
            None
        }
    }
}

/// A flag, also as a text.
pub(crate) fn flag(value: &Value, member: &str, wrong: &mut Vec<String>) -> Option<bool> {
    let found = match value.get(member)? {
        Value::Null => return None,
        Value::Bool(flag) => Some(*flag),
        Value::String(word) => word.to_ascii_lowercase().parse().ok(),
        _ => None,
    };
    if found.is_none() {
        wrong.push(format!("{member} must be true or false"));
    }
    found
}

/// A whole number, also as a text.
pub(crate) fn number(value: &Value, member: &str, wrong: &mut Vec<String>) -> Option<i64> {
    let found = match value.get(member)? {
        Value::Null => return None,
        Value::Number(number) => number.as_i64(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    };
    if found.is_none() {
        wrong.push(format!("{member} must be a whole number"));
    }
    found
}

/// A whole number from 0 to a largest one.
pub(crate) fn bounded(value: &Value, member: &str, max: i64, wrong: &mut Vec<String>) -> Option<i32> {
    let number = number(value, member, wrong)?;
    let found = i32::try_from(number).ok().filter(|_| (0..=max).contains(&number));
    if found.is_none() {
        wrong.push(format!("{member} must be from 0 to {max}"));
    }
    found
}

/// One of some words, in any case, as they are spelled here.
pub(crate) fn word(value: &Value, member: &str, known: &[&str], wrong: &mut Vec<String>) -> Option<String> {
    match value.get(member)? {
        Value::Null => None,
        given => {
            let found = known.iter().find(|known| given.as_str().is_some_and(|word| word.eq_ignore_ascii_case(known)));
            if found.is_none() {
                wrong.push(format!("{member} must be one of {}", known.join(", ")));
            }
            found.map(|known| (*known).to_owned())
        }
    }
}

/// A list of texts, which may be one text with commas between, or null.
pub(crate) fn list(value: &Value, member: &str, wrong: &mut Vec<String>) -> Vec<String> {
    let found = match value.get(member) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(list)) => {
            Some(list.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect())
        }
        Some(Value::Array(items)) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Some(_) => None,
    };
    if found.is_none() {
        wrong.push(format!("{member} must be a list of texts"));
    }
    found.unwrap_or_default()
}
