//! [`Form`]: the members of a request, whose names are paths such as `Filters.member.1.Key`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_operation::{ErasedOperation, Table};
use bartizan_wire::{Json, Schema, SchemaKind};

use crate::coerce;
use crate::failure::Failure;
use crate::limits::{FORM_DEPTH_MAX, FORM_MEMBERS_MAX};

/// All members, each said once.
#[derive(Debug)]
pub(crate) struct Form<'s>(BTreeMap<Cow<'s, str>, Cow<'s, str>>);

/// Reads the query and the body; a signature in the query is not a member.
pub(crate) fn read<'s>(query: Option<&'s str>, body: &[u8]) -> Result<Form<'s>, Failure> {
    let mut members = BTreeMap::new();
    let in_query = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let in_body = form_urlencoded::parse(body)
        .map(|(name, value)| (Cow::<'s, str>::Owned(name.into_owned()), Cow::<'s, str>::Owned(value.into_owned())));
    for (name, value) in in_query.chain(in_body) {
        if name.starts_with("X-Amz-") {
            continue;
        }
        if members.len() >= FORM_MEMBERS_MAX {
            return Err(Failure::Invalid(format!("send at most {FORM_MEMBERS_MAX} members")));
        }
        if name.matches('.').count() > FORM_DEPTH_MAX {
            return Err(Failure::Invalid(format!("nest members at most {FORM_DEPTH_MAX} deep")));
        }
        if members.contains_key(&name) {
            return Err(Failure::Serialization(format!("`{}` is given twice: give it once", name.escape_debug())));
        }
        members.insert(name, value);
    }
    Ok(Form(members))
}

impl Form<'_> {
    /// The operation that `Action` and `Version` name.
    pub(crate) fn operation<'t>(&self, table: &'t Table) -> Result<&'t Arc<ErasedOperation>, Failure> {
        let action = self.0.get("Action").map_or("", Cow::as_ref);
        let version = self.0.get("Version").map_or("NO_VERSION_SPECIFIED", Cow::as_ref);
        table.by_query(action, version).ok_or_else(|| {
            Failure::Unknown(format!(
                "Could not find operation {} for version {}",
                action.escape_debug(),
                version.escape_debug()
            ))
        })
    }

    /// The members as the operation's input.
    pub(crate) fn input(&self, operation: &ErasedOperation) -> Result<Json, Failure> {
        let mut root = Node::default();
        for (name, value) in &self.0 {
            if name == "Action" || name == "Version" {
                continue;
            }
            let node = name.split('.').fold(&mut root, |node, part| node.inside.entry(part).or_default());
            node.text = Some(value);
        }
        match root.json(Some(operation.input)) {
            object @ Json::Object(_) => Ok(object),
            _ => Ok(Json::Object(Vec::new())),
        }
    }
}

/// A part of a name: a value, or more parts.
#[derive(Debug, Default)]
struct Node<'f> {
    text: Option<&'f str>,
    inside: BTreeMap<&'f str, Node<'f>>,
}

impl Node<'_> {
    fn json(&self, schema: Option<&'static Schema>) -> Json {
        match schema.map(|schema| &schema.kind) {
            Some(SchemaKind::List(item)) => {
                // `Name.member.N`, or `Name.N` for flattened lists; an empty list is `Name=`.
                let items = self.inside.get("member").unwrap_or(self);
                Json::Array(items.numbered().into_iter().map(|node| node.json(Some(item()))).collect())
            }
            Some(SchemaKind::Map(value)) => {
                let entries = self.inside.get("entry").unwrap_or(self).numbered();
                let pair = |entry: &Self| {
                    let key = entry.inside.get("key").and_then(|key| key.text)?;
                    Some((key.to_owned(), entry.inside.get("value")?.json(Some(value()))))
                };
                Json::Object(entries.into_iter().filter_map(pair).collect())
            }
            Some(SchemaKind::Structure(_) | SchemaKind::OneOf(_)) => Json::Object(
                self.inside
                    .iter()
                    .map(|(name, node)| {
                        let member = schema.and_then(|schema| coerce::member(schema, name));
                        ((*name).to_owned(), node.json(member))
                    })
                    .collect(),
            ),
            _ => coerce::scalar(schema, self.text.unwrap_or_default()),
        }
    }

    /// Items in the order of their numbers; gaps close up, as the vendor does.
    fn numbered(&self) -> Vec<&Self> {
        let mut items: Vec<(u32, &Self)> =
            self.inside.iter().filter_map(|(number, node)| Some((number.parse().ok()?, node))).collect();
        items.sort_by_key(|(number, _)| *number);
        items.into_iter().map(|(_, node)| node).collect()
    }
}
