//! What derived code calls: members of an object, one by one, and the constraints beside them.

pub mod applies;
pub mod sentence;

use crate::{Json, Member, Path, Rule, Schema, Shape, Violations};

/// The static description, as the function that schemas hold.
#[must_use]
pub fn schema<T: Shape>() -> &'static Schema {
    T::SCHEMA
}

/// Reports a value of another type than `expected`, or a null where a value must be.
pub fn mismatch<T>(json: &Json, expected: &'static str, at: &Path, out: &mut Violations) -> Option<T> {
    match json {
        Json::Null => out.push(at, None, Rule::Required),
        // The kind and not the value: nothing says whether there is something sensitive in it.
        other => out.push(at, Some(other.kind().to_owned()), Rule::Type { expected }),
    }
    None
}

/// The members of a structure.
pub fn structure<'json>(json: &'json Json, at: &Path, out: &mut Violations) -> Option<&'json [(String, Json)]> {
    match json {
        Json::Object(members) => Some(members),
        other => mismatch(other, "an object", at, out),
    }
}

/// The member's value; absent when it is null.
fn find<'json>(members: &'json [(String, Json)], name: &str) -> Option<&'json Json> {
    members.iter().find(|(found, _)| found == name).map(|(_, json)| json).filter(|json| !matches!(json, Json::Null))
}

/// A member that must be there.
pub fn required<T: Shape>(
    members: &[(String, Json)],
    member: &Member,
    at: &mut Path,
    out: &mut Violations,
) -> Option<T> {
    let Some(json) = find(members, member.name) else {
        at.member(member.name, |at| out.push(at, None, Rule::Required));
        return None;
    };
    present(json, member, at, out)
}

/// A member that may be absent. The outer `None` means that it is there and cannot be read.
pub fn optional<T: Shape>(
    members: &[(String, Json)],
    member: &Member,
    at: &mut Path,
    out: &mut Violations,
) -> Option<Option<T>> {
    match find(members, member.name) {
        None => Some(None),
        Some(json) => present(json, member, at, out).map(Some),
    }
}

/// A member that has a value when it is absent.
pub fn defaulted<T: Shape>(
    members: &[(String, Json)],
    member: &Member,
    default: impl FnOnce() -> T,
    at: &mut Path,
    out: &mut Violations,
) -> Option<T> {
    match find(members, member.name) {
        None => Some(default()),
        Some(json) => present(json, member, at, out),
    }
}

/// A member that is there.
pub fn present<T: Shape>(json: &Json, member: &Member, at: &mut Path, out: &mut Violations) -> Option<T> {
    enter(member, at, |at| {
        let value = T::decode(json, at, out)?;
        constrain(&value, member, at, out);
        Some(value)
    })
}

/// Checks a member of a value that the program has built: its own constraint, and everything inside.
pub fn check<T: Shape>(value: &T, member: &Member, at: &mut Path, out: &mut Violations) {
    enter(member, at, |at| {
        constrain(value, member, at, out);
        value.check(at, out);
    });
}

/// As [`check`] for a member that is optional in the program and required by the model.
pub fn check_required<T: Shape>(value: Option<&T>, member: &Member, at: &mut Path, out: &mut Violations) {
    match value {
        Some(value) => check(value, member, at, out),
        None => at.member(member.name, |at| out.push(at, None, Rule::Required)),
    }
}

fn enter<R>(member: &Member, at: &mut Path, walk: impl FnOnce(&mut Path) -> R) -> R {
    at.member(member.name, |at| if member.sensitive { at.sensitive(walk) } else { walk(at) })
}

fn constrain<T: Shape>(value: &T, member: &Member, at: &Path, out: &mut Violations) {
    let mut sentences = Vec::new();
    value.breaches(&member.constraint, &mut sentences);
    for sentence in sentences {
        out.push_with(at, || Some(value.render()), Rule::Constraint(sentence));
    }
}

/// A value out of a closed set of strings.
pub fn one_of_set<T>(
    json: &Json,
    from_wire: fn(&str) -> Option<T>,
    values: &[&str],
    at: &Path,
    out: &mut Violations,
) -> Option<T> {
    let Json::String(text) = json else {
        return mismatch(json, "a string", at, out);
    };
    let value = from_wire(text);
    if value.is_none() {
        // Not spelled out for the many that are only counted.
        let choices = if out.is_full() { String::new() } else { sentence::must_be_one_of(values) };
        out.push_with(at, || Some(text.clone()), Rule::Constraint(choices));
    }
    value
}

/// Adds one member to the text of a structure: `Tag(Key=owner, Value=ops)`.
pub fn show<T: Shape>(value: &T, member: &Member, text: &mut Vec<String>) {
    let value = if member.sensitive { sentence::REDACTED.to_owned() } else { value.render() };
    text.push(format!("{}={value}", member.name));
}
