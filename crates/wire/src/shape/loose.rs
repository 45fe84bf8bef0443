//! [`Loose`]: a value of the right type whose constraints somebody else looks at.

use std::ops::{Deref, DerefMut};

use serde::{Serialize, Serializer};

use crate::{Constraint, Json, Path, Schema, Shape, Violations};

/// A value that is decoded without regard to the constraints inside it, for operations that judge values themselves and
/// say so in the vendor's own words. What cannot be read at all is still reported. Its schema is that of the value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loose<T>(pub T);

impl<T: Shape> Shape for Loose<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        let mut inside = Violations::new();
        let value = T::decode(json, at, &mut inside);
        if value.is_none() {
            for violation in inside.iter() {
                out.keep(violation.clone());
            }
        }
        value.map(Self)
    }

    fn check(&self, _at: &mut Path, _out: &mut Violations) {}

    fn render(&self) -> String {
        self.0.render()
    }

    fn breaches(&self, constraint: &Constraint, out: &mut Vec<String>) {
        self.0.breaches(constraint, out);
    }
}

impl<T> Deref for Loose<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Loose<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize> Serialize for Loose<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::Loose;
    use crate::{Checked, Json, Shape};

    #[derive(Debug, Shape)]
    #[shape(name = "Run")]
    struct Run {
        #[shape(range = 1..=10)]
        length: i32,
    }

    fn read<T: Shape>(text: &str) -> Result<T, String> {
        let json = Json::parse(text.as_bytes(), 8).unwrap();
        Checked::decode(&json).map(Checked::into_inner).map_err(|violations| violations.render())
    }

    #[test]
    fn types_are_looked_at_and_constraints_are_not() {
        assert!(read::<Run>(r#"{"length":100000}"#).is_err());
        let runs: Vec<Loose<Run>> = read(r#"[{"length":100000},{"length":-1}]"#).unwrap();
        assert_eq!(runs.iter().map(|run| run.length).collect::<Vec<_>>(), [100_000, -1]);
        assert!(read::<Vec<Loose<Run>>>("[{}]").unwrap_err().contains("must not be null"));
        assert!(read::<Vec<Loose<Run>>>(r#"[{"length":"x"}]"#).unwrap_err().contains("1.member.length"));
        assert_eq!(Loose::<Run>::SCHEMA.name, "Run");
    }
}
