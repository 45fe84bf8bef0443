//! Which labels a statement looks for.

use std::sync::Arc;

use crate::document::LabelMatchScope;

/// Where a label in full starts.
const FULL: &str = "awswaf:";

/// A key of labels, with the name space in which it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LabelTest {
    scope: LabelMatchScope,
    /// Of a name space, with a colon at the end.
    key: String,
    /// What stands before; `None` for a key in full.
    context: Option<Arc<str>>,
}

impl LabelTest {
    pub(super) fn new(scope: LabelMatchScope, key: &str, context: &Arc<str>) -> Self {
        let mut key = key.to_owned();
        if scope == LabelMatchScope::Namespace && !key.ends_with(':') {
            key.push(':');
        }
        let context = (!key.starts_with(FULL)).then(|| Arc::clone(context));
        Self { scope, key, context }
    }

    /// True if the label is one of those.
    pub(super) fn admits(&self, label: &str) -> bool {
        match (&self.context, self.scope) {
            (None, LabelMatchScope::Label) => label == self.key,
            (None, LabelMatchScope::Namespace) => label.starts_with(&self.key) && label.len() > self.key.len(),
            (Some(context), scope) => {
                let Some(own) = label.strip_prefix(context.as_ref()) else { return false };
                match scope {
                    LabelMatchScope::Label => {
                        own.strip_suffix(self.key.as_str()).is_some_and(|head| head.is_empty() || head.ends_with(':'))
                    }
                    LabelMatchScope::Namespace => self.is_inside(own),
                }
            }
        }
    }

    /// True if the name spaces of the key stand in a row in the label.
    fn is_inside(&self, own: &str) -> bool {
        let mut rest = own;
        loop {
            if rest.starts_with(&self.key) && rest.len() > self.key.len() {
                return true;
            }
            match rest.split_once(':') {
                Some((_, tail)) => rest = tail,
                None => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LabelTest;
    use crate::document::LabelMatchScope::{Label, Namespace};

    #[test]
    fn keys_are_looked_for_at_the_borders_of_parts() {
        let own = "awswaf:111122223333:webacl:edge:".into();
        let label = "awswaf:111122223333:webacl:edge:bad:sqli:high";
        for (scope, key, expected) in [
            (Label, "high", true),
            (Label, "sqli:high", true),
            (Label, "bad:sqli:high", true),
            (Label, "igh", false),
            (Label, "sqli", false),
            (Label, "HIGH", false),
            (Label, "edge:bad:sqli:high", false),
            (Label, label, true),
            (Label, "awswaf:111122223333:webacl:edge:bad", false),
            (Namespace, "bad", true),
            (Namespace, "sqli:", true),
            (Namespace, "bad:sqli:", true),
            (Namespace, "high", false),
            (Namespace, "ad:", false),
            (Namespace, "edge", false),
            (Namespace, "awswaf:111122223333:webacl:edge:", true),
            (Namespace, "awswaf:111122223333:webacl:ed", false),
            (Namespace, "awswaf:111122223333:webacl:edge:bad:sqli:high", false),
        ] {
            assert_eq!(LabelTest::new(scope, key, &own).admits(label), expected, "{scope:?} {key}");
        }
        let other = "awswaf:111122223333:rulegroup:edge:".into();
        assert!(!LabelTest::new(Label, "high", &other).admits(label));
    }
}
