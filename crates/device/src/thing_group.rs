//! Thing groups: trees of groups, and which thing is in which [IoT developer guide, "Static thing groups"].
//!
//! Three kinds of documents. A group carries the path from its root, which never changes, so that its ancestors are found
//! in one read. The children of a group are listed from the parent's side as well, so that a deletion of the parent and
//! the creation of a child that race are compared on one document and cannot both succeed. What groups a thing is in is
//! one document of the thing; a group with a million things costs no more than one with ten, and neither does its
//! deletion: a membership names the group's id, and means nothing once that group is gone.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_ledger::{Entry, Key};
use bartizan_policy::{Kind, References, lifecycle};
use bartizan_wire::{Arn, Checked, Path, Realm, Shape, Timestamp, Violations};
use serde::{Deserialize, Serialize};

use crate::thing::{AttributePayload, Things, review_attributes};

/// Groups that one thing is in at most [IoT Core endpoints and quotas, "Thing group"].
pub const GROUPS_OF_A_THING_MAX: usize = 10;
/// Levels of a hierarchy, the root's among them [IoT Core endpoints and quotas, "Thing group"].
pub const DEPTH_MAX: usize = 7;
/// Direct children that one group has at most [IoT Core endpoints and quotas, "Thing group"].
pub const CHILDREN_MAX: usize = 100;

/// The kind of groups, by name.
#[derive(Debug)]
pub struct ThingGroups;

/// A group of things.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThingGroup {
    /// Never changes.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: String,
    /// A UUID. Another group of the same name has another one.
    #[shape(pattern = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    pub thing_group_id: String,
    /// The groups above, from the root to the parent; empty for a root. Never changes.
    #[shape(default, length = ..=6, each(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+"))]
    pub ancestors: Vec<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=2028, pattern = r"[\p{Graph}\x20]*")]
    pub description: Option<String>,
    /// By name; none of them is empty.
    #[shape(
        default,
        key(length = ..=128, pattern = r"[a-zA-Z0-9_.,@/:#-]+"),
        each(length = ..=800, pattern = r"[a-zA-Z0-9_.,@/:#=\[\]-]*")
    )]
    pub attributes: BTreeMap<String, String>,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub creation_date: Timestamp,
    /// 1 when it is created, one more with each update.
    #[shape(range = 1..)]
    pub version: i64,
}

impl ThingGroup {
    /// The ARN of the group of a name.
    #[must_use]
    pub fn arn(realm: &Realm, name: &str) -> Arn {
        Arn::new("iot", realm, &format!("thinggroup/{name}"))
    }

    /// The group directly above.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.ancestors.last().map(String::as_str)
    }

    /// The top of its hierarchy: itself, if nothing is above it.
    #[must_use]
    pub fn root(&self) -> &str {
        self.ancestors.first().unwrap_or(&self.thing_group_name)
    }
}

/// What clients say of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThingGroupProperties {
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=2028, pattern = r"[\p{Graph}\x20]*")]
    pub thing_group_description: Option<String>,
    /// Its attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_payload: Option<AttributePayload>,
}

/// A group by both of its names.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupNameAndArn {
    /// Its name.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub group_name: String,
    /// Its ARN.
    #[shape(default)]
    pub group_arn: String,
}

impl GroupNameAndArn {
    /// The group of a name.
    #[must_use]
    pub fn of(realm: &Realm, name: &str) -> Self {
        Self { group_name: name.to_owned(), group_arn: ThingGroup::arn(realm, name).to_string() }
    }
}

impl Kind for ThingGroups {
    const NAME: &'static str = "device/thing-group";
    type Document = ThingGroup;
    type Plan = ();

    fn refers_to(document: &ThingGroup, realm: &Realm) -> Vec<Key> {
        document.parent().map(|parent| named::<Self>(realm, parent)).into_iter().collect()
    }

    fn review(next: &ThingGroup, prior: Option<&ThingGroup>, out: &mut Violations) {
        review_attributes(&next.attributes, out);
        if prior.is_some_and(|prior| prior.ancestors != next.ancestors) {
            out.review(&Path::root(), "the parent of a group is fixed when it is created: create another group");
        }
    }

    fn compile(document: &Checked<ThingGroup>, references: &References) -> Result<(), Violations> {
        let Some(entry) = references.entries.first() else { return Ok(()) };
        let parent = read::<Self>(entry)?;
        let mut path = parent.ancestors.clone();
        path.push(parent.thing_group_name.clone());
        if document.ancestors == path { Ok(()) } else { Err(broken("the path of a group goes through its parent's")) }
    }
}

/// The kind of lists of children, by the parent's name.
#[derive(Debug)]
pub struct ChildGroups;

/// The direct children of one group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Children {
    /// Their names, each once.
    #[shape(length = ..=100)]
    pub children: Vec<String>,
}

impl Kind for ChildGroups {
    const NAME: &'static str = "device/thing-group-children";
    type Document = Children;
    type Plan = ();

    fn compile(_document: &Checked<Children>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// The kind of memberships, by the thing's name.
#[derive(Debug)]
pub struct Memberships;

/// The groups that one thing is in.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// The thing.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// The groups, in the order in which it came into them.
    #[shape(length = ..=10)]
    pub groups: Vec<MemberOf>,
}

/// A group by its name and its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberOf {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub group: String,
    /// Its id: a later group of the same name is another one.
    #[shape(pattern = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    pub id: String,
}

impl Kind for Memberships {
    const NAME: &'static str = "device/thing-membership";
    type Document = Membership;
    type Plan = ();

    fn refers_to(document: &Membership, realm: &Realm) -> Vec<Key> {
        let groups = document.groups.iter().map(|one| named::<ThingGroups>(realm, &one.group));
        std::iter::once(named::<Things>(realm, &document.thing_name)).chain(groups).collect()
    }

    fn compile(document: &Checked<Membership>, references: &References) -> Result<(), Violations> {
        let mut roots = BTreeSet::new();
        for (one, entry) in document.groups.iter().zip(references.entries.iter().skip(1)) {
            let group = read::<ThingGroups>(entry)?;
            if group.thing_group_id != one.id {
                return Err(broken("a group is named by the id of another one"));
            }
            if !roots.insert(group.root().to_owned()) {
                return Err(broken(&format!(
                    "a thing is in at most one group of a hierarchy, and `{}` already is in one of `{}`: remove it there first",
                    document.thing_name,
                    group.root()
                )));
            }
        }
        Ok(())
    }
}

fn named<K: Kind>(realm: &Realm, name: &str) -> Key {
    Key { realm: realm.clone(), kind: K::NAME.to_owned(), name: name.to_owned() }
}

/// The document of a live entry.
fn read<K: Kind>(entry: &Entry) -> Result<Checked<K::Document>, Violations> {
    match lifecycle::open::<K>(entry.clone()) {
        Ok(Some(held)) => Ok(held.document),
        Ok(None) => Err(broken(&format!("`{}` does not exist any more", entry.key.name))),
        Err(error) => Err(broken(&error.to_string())),
    }
}

fn broken(why: &str) -> Violations {
    let mut out = Violations::new();
    out.review(&Path::root(), why);
    out
}
