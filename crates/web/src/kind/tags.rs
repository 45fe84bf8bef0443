//! Stored tags of web ACLs, rule groups, sets and managed rule sets.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Violations};
use serde::Serialize;

use crate::document::Tag;
use crate::errors::WebError;
use crate::identity::Named;

/// Tags of one resource at most [WAF quotas].
pub const TAGS_MAX: usize = 50;

/// The kind of tags: `<SCOPE>/<sort>/<name>`.
#[derive(Debug)]
pub struct Tagged;

/// All tags of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tags {
    /// By key, each once.
    #[shape(length = 0..=50)]
    pub tags: Vec<Tag>,
}

impl Kind for Tagged {
    const NAME: &'static str = "web/tags";
    type Document = Tags;
    type Plan = ();

    fn compile(_document: &Checked<Tags>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// Under which name the tags of a resource are stored.
#[must_use]
pub fn stored(named: &Named) -> String {
    format!("{}/{}/{}", named.scope.as_wire(), named.resource.in_arn(), named.name)
}

impl Tags {
    /// Adds tags; a later one of the same key replaces an earlier one.
    ///
    /// # Errors
    /// A key is reserved, or there are too many.
    pub fn with(&self, added: &[Tag]) -> Result<Self, WebError> {
        let mut tags = self.tags.clone();
        for tag in added {
            if tag.key.to_ascii_lowercase().starts_with("aws:") {
                let text = format!("the tag key `{}` starts with `aws:`, which is reserved", tag.key);
                return Err(WebError::TagOperation(text));
            }
            tags.retain(|known| known.key != tag.key);
            tags.push(tag.clone());
        }
        if tags.len() > TAGS_MAX {
            let text = format!("a resource has at most {TAGS_MAX} tags: remove some first");
            return Err(WebError::TagOperation(text));
        }
        tags.sort_by(|left, right| left.key.cmp(&right.key));
        Ok(Self { tags })
    }

    /// Removes the tags of these keys; unknown ones are no matter.
    #[must_use]
    pub fn without(&self, keys: &[String]) -> Self {
        Self { tags: self.tags.iter().filter(|tag| !keys.contains(&tag.key)).cloned().collect() }
    }
}
