//! The shapes of lists, maps, and of values that may be absent or stand behind a pointer.

use std::collections::BTreeMap;

use crate::decode::{mismatch, schema, sentence};
use crate::{Constraint, Json, Path, Rule, Schema, SchemaKind, Shape, Violations};

/// The vendor reports a bad enum value in a list or map at the collection's place, with the collection's value. Yields
/// the violations of the items when they are to be folded like that.
fn folds<T: Shape>() -> bool {
    matches!(T::SCHEMA.kind, SchemaKind::Enum(_))
}

/// Reports items' violations: as they are, or folded into one for each distinct sentence at the collection.
fn fold(items: &Violations, prefix: &str, shown: impl Fn() -> String, at: &Path, out: &mut Violations) {
    let mut told: Vec<&str> = Vec::new();
    for violation in items.iter() {
        match &violation.rule {
            Rule::Constraint(text) => {
                if !told.contains(&text.as_str()) {
                    told.push(text);
                    out.push_with(at, || Some(shown()), Rule::Constraint(format!("{prefix}: [{text}]")));
                }
            }
            _ => out.keep(violation.clone()),
        }
    }
}

impl<T: Shape> Shape for Vec<T> {
    const SCHEMA: &'static Schema = &Schema { name: "List", kind: SchemaKind::List(schema::<T>) };

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        let Json::Array(items) = json else {
            return mismatch(json, "a list", at, out);
        };
        let mut own = Violations::new();
        let into = if folds::<T>() { &mut own } else { &mut *out };
        let mut values = Some(Self::with_capacity(items.len()));
        for (index, item) in items.iter().enumerate() {
            let value = at.item(index, |at| T::decode(item, at, into));
            values = values.zip(value).map(|(mut values, value)| {
                values.push(value);
                values
            });
        }
        fold(&own, sentence::EACH_ITEM, || json.to_string_plain(), at, out);
        values
    }

    fn check(&self, at: &mut Path, out: &mut Violations) {
        for (index, item) in self.iter().enumerate() {
            at.item(index, |at| item.check(at, out));
        }
    }

    fn render(&self) -> String {
        format!("[{}]", self.iter().map(Shape::render).collect::<Vec<_>>().join(", "))
    }

    fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
        sentence::length(self.len(), constraint, out);
        sentence::each(sentence::EACH_ITEM, constraint.each, self.iter(), out);
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    const SCHEMA: &'static Schema = &Schema { name: "Map", kind: SchemaKind::Map(schema::<T>) };

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        let Json::Object(members) = json else {
            return mismatch(json, "an object", at, out);
        };
        let mut own = Violations::new();
        let into = if folds::<T>() { &mut own } else { &mut *out };
        let mut values = Some(Self::new());
        for (key, item) in members {
            let value = at.value(key, |at| T::decode(item, at, into));
            values = values.zip(value).map(|(mut values, value)| {
                values.insert(key.clone(), value);
                values
            });
        }
        fold(&own, sentence::EACH_VALUE, || json.to_string_plain(), at, out);
        values
    }

    fn check(&self, at: &mut Path, out: &mut Violations) {
        for (key, value) in self {
            at.value(key, |at| value.check(at, out));
        }
    }

    fn render(&self) -> String {
        let entries: Vec<_> = self.iter().map(|(key, value)| format!("{key}={}", value.render())).collect();
        format!("{{{}}}", entries.join(", "))
    }

    fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
        sentence::length(self.len(), constraint, out);
        sentence::each(sentence::EACH_KEY, constraint.key, self.keys(), out);
        sentence::each(sentence::EACH_VALUE, constraint.each, self.values(), out);
    }
}

impl<T: Shape> Shape for Option<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        match json {
            Json::Null => Some(None),
            present => T::decode(present, at, out).map(Some),
        }
    }

    fn check(&self, at: &mut Path, out: &mut Violations) {
        if let Some(value) = self {
            value.check(at, out);
        }
    }

    fn render(&self) -> String {
        self.as_ref().map_or_else(|| "null".to_owned(), Shape::render)
    }

    fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
        if let Some(value) = self {
            value.breaches(constraint, out);
        }
    }
}

impl<T: Shape> Shape for Box<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        T::decode(json, at, out).map(Self::new)
    }

    fn check(&self, at: &mut Path, out: &mut Violations) {
        T::check(self, at, out);
    }

    fn render(&self) -> String {
        T::render(self)
    }

    fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
        T::breaches(self, constraint, out);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::{Checked, Constraint, Json, Path, Shape, Violations};

    fn read<T: Shape>(text: &str) -> Result<T, String> {
        let json = Json::parse(text.as_bytes(), 8).unwrap();
        Checked::decode(&json).map(Checked::into_inner).map_err(|violations| violations.render())
    }

    #[test]
    fn every_bad_item_is_told() {
        let json = Json::parse(br#"["a", 1, "b", null, {}]"#, 8).unwrap();
        let mut out = Violations::new();
        assert_eq!(Vec::<String>::decode(&json, &mut Path::root(), &mut out), None);
        assert_eq!(out.iter().map(|v| v.at.as_str()).collect::<Vec<_>>(), ["2.member", "4.member", "5.member"]);
        assert_eq!(read::<Vec<String>>(r#"["a","b"]"#).unwrap(), ["a", "b"]);
        assert_eq!(read::<Vec<Option<bool>>>("[null,true]").unwrap(), [None, Some(true)]);
        assert!(read::<Vec<bool>>("{}").unwrap_err().contains("must be a list, but it is an object"));
    }

    #[test]
    fn maps_are_read_by_key() {
        let map = read::<BTreeMap<String, i32>>(r#"{"b":2,"a":1}"#).unwrap();
        assert_eq!(map.render(), "{a=1, b=2}");
        assert!(read::<BTreeMap<String, i32>>(r#"{"k":"v"}"#).unwrap_err().contains("at 'k.member' must be"));
    }

    #[test]
    fn constraints_reach_through_options_and_boxes() {
        let constraint = Constraint { length_min: Some(2), ..Constraint::NONE };
        let breaches = |value: &dyn Fn(&mut Vec<String>)| {
            let mut out = Vec::new();
            value(&mut out);
            out.len()
        };
        assert_eq!(breaches(&|out| Some("a".to_owned()).breaches(&constraint, out)), 1);
        assert_eq!(breaches(&|out| None::<String>.breaches(&constraint, out)), 0);
        assert_eq!(breaches(&|out| Box::new("a".to_owned()).breaches(&constraint, out)), 1);
        assert_eq!(breaches(&|out| vec![1, 2, 3].breaches(&constraint, out)), 0);
    }

    #[test]
    fn nested_items_are_constrained() {
        const INNER: Constraint = Constraint { length_max: Some(1), ..Constraint::NONE };
        const MIDDLE: Constraint = Constraint { length_max: Some(2), each: Some(&INNER), ..Constraint::NONE };
        let constraint = Constraint { each: Some(&MIDDLE), ..Constraint::NONE };
        let mut out = Vec::new();
        vec![vec!["ab".to_owned()]].breaches(&constraint, &mut out);
        assert_eq!(
            out,
            ["Member must satisfy constraint: [Member must have length less than or equal to 2, \
              Member must satisfy constraint: [Member must have length less than or equal to 1]]"]
        );
    }
}
