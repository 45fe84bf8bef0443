//! Groups, memberships and the roster that follows them.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_device::roster::{Lineage, Roster};
use bartizan_ledger::Overlay;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::things::all;
use crate::world::World;

async fn group(world: &World, name: &str, parent: Option<&str>) {
    world.iot("CreateThingGroup", json!({ "thingGroupName": name, "parentGroupName": parent })).await;
}

async fn thing(world: &World, name: &str) {
    world.iot("CreateThing", json!({ "thingName": name })).await;
}

fn pair(group: &str, thing: &str) -> Value {
    json!({ "thingGroupName": group, "thingName": thing })
}

async fn names(world: &World, operation: &str, input: Value, at_once: usize) -> Vec<String> {
    let (member, name) = match operation {
        "ListThingsInThingGroup" => ("things", None),
        _ => ("thingGroups", Some("groupName")),
    };
    let listed = all(world, operation, input, member, at_once).await;
    listed.iter().map(|one| name.map_or(one, |name| &one[name]).as_str().unwrap().to_owned()).collect()
}

fn lineage(registered: bool, groups: &[&str]) -> Lineage {
    Lineage { registered, groups: groups.iter().map(|name| (*name).into()).collect() }
}

#[tokio::test]
async fn a_group_lives_from_creation_to_deletion() {
    let world = World::new();
    let create = json!({
        "thingGroupName": "lamps",
        "thingGroupProperties": { "thingGroupDescription": "all lamps", "attributePayload": { "attributes": { "k": "v" } } },
    });
    let created = world.iot("CreateThingGroup", create.clone()).await;
    assert_eq!(created["thingGroupArn"], "arn:aws:iot:us-east-1:123456789012:thinggroup/lamps");
    assert_eq!(world.iot("CreateThingGroup", create).await, created);
    let other = json!({ "thingGroupName": "lamps" });
    assert_eq!(world.iot_code("CreateThingGroup", other.clone()).await, "ResourceAlreadyExistsException");
    group(&world, "red", Some("lamps")).await;
    group(&world, "dark", Some("red")).await;
    let described = world.iot("DescribeThingGroup", json!({ "thingGroupName": "dark" })).await;
    let named = |name: &str| json!({ "groupName": name, "groupArn": format!("arn:aws:iot:us-east-1:123456789012:thinggroup/{name}") });
    assert_eq!(described["thingGroupMetadata"]["parentGroupName"], "red");
    assert_eq!(described["thingGroupMetadata"]["rootToParentThingGroups"], json!([named("lamps"), named("red")]));
    assert_eq!(described["thingGroupMetadata"]["creationDate"], 1_795_478_400.0);
    let top = world.iot("DescribeThingGroup", other.clone()).await;
    assert_eq!(top["thingGroupMetadata"].get("rootToParentThingGroups"), None);
    assert_eq!(top["thingGroupProperties"]["thingGroupDescription"], "all lamps");
    let update = json!({
        "thingGroupName": "lamps", "expectedVersion": 1,
        "thingGroupProperties": { "attributePayload": { "attributes": { "x": "y" }, "merge": true } },
    });
    assert_eq!(world.iot("UpdateThingGroup", update.clone()).await, json!({ "version": 2 }));
    assert_eq!(world.iot_code("UpdateThingGroup", update).await, "VersionConflictException");
    let top = world.iot("DescribeThingGroup", other.clone()).await;
    assert_eq!(top["thingGroupProperties"]["thingGroupDescription"], "all lamps", "absent members stay");
    assert_eq!(top["thingGroupProperties"]["attributePayload"]["attributes"], json!({ "k": "v", "x": "y" }));
    let (code, text) = world.iot_error("DeleteThingGroup", json!({ "thingGroupName": "red" })).await;
    assert_eq!(code, "InvalidRequestException");
    assert!(text.contains("`dark`"), "{text}");
    for name in ["dark", "red", "lamps", "lamps"] {
        world.iot("DeleteThingGroup", json!({ "thingGroupName": name })).await;
    }
    assert_eq!(world.iot_code("DescribeThingGroup", other).await, "ResourceNotFoundException");
}

#[tokio::test]
async fn hierarchies_have_seven_levels_and_a_hundred_children() {
    let world = World::new();
    group(&world, "level-1", None).await;
    for level in 2..=7 {
        group(&world, &format!("level-{level}"), Some(&format!("level-{}", level - 1))).await;
    }
    let eighth = json!({ "thingGroupName": "level-8", "parentGroupName": "level-7" });
    assert_eq!(world.iot_code("CreateThingGroup", eighth).await, "InvalidRequestException");
    for number in 0..99 {
        group(&world, &format!("child-{number}"), Some("level-1")).await;
    }
    let more = json!({ "thingGroupName": "child-99", "parentGroupName": "level-1" });
    assert_eq!(world.iot_code("CreateThingGroup", more.clone()).await, "InvalidRequestException");
    world.iot("DeleteThingGroup", json!({ "thingGroupName": "child-0" })).await;
    world.iot("CreateThingGroup", more).await;
    let orphan = json!({ "thingGroupName": "x", "parentGroupName": "nobody" });
    assert_eq!(world.iot_code("CreateThingGroup", orphan).await, "InvalidRequestException");
}

#[tokio::test]
async fn groups_are_listed_by_level_prefix_and_page() {
    let world = World::new();
    for (name, parent) in
        [("lamps", None), ("red", Some("lamps")), ("dark-red", Some("red")), ("blue", Some("lamps")), ("locks", None)]
    {
        group(&world, name, parent).await;
    }
    for at_once in [1, 2, 25] {
        let list = async |input: Value| names(&world, "ListThingGroups", input, at_once).await;
        assert_eq!(list(json!({})).await, ["blue", "dark-red", "lamps", "locks", "red"]);
        assert_eq!(list(json!({ "recursive": false })).await, ["lamps", "locks"]);
        assert_eq!(list(json!({ "parentGroup": "lamps" })).await, ["blue", "red"]);
        assert_eq!(list(json!({ "parentGroup": "lamps", "recursive": true })).await, ["blue", "dark-red", "red"]);
        assert_eq!(list(json!({ "namePrefixFilter": "l" })).await, ["lamps", "locks"]);
        assert_eq!(list(json!({ "parentGroup": "red", "namePrefixFilter": "x" })).await, [""; 0]);
    }
    assert_eq!(world.iot_code("ListThingGroups", json!({ "parentGroup": "x" })).await, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_thing_comes_into_groups_and_out_of_them() {
    let world = World::new();
    for (name, parent) in [("lamps", None), ("red", Some("lamps")), ("blue", Some("lamps")), ("sites", None)] {
        group(&world, name, parent).await;
    }
    thing(&world, "dev-7").await;
    assert_eq!(world.iot("AddThingToThingGroup", pair("red", "dev-7")).await, json!({}));
    assert_eq!(world.iot("AddThingToThingGroup", pair("red", "dev-7")).await, json!({}));
    for kin in ["lamps", "blue"] {
        let (code, text) = world.iot_error("AddThingToThingGroup", pair(kin, "dev-7")).await;
        assert_eq!(code, "InvalidRequestException");
        assert!(text.contains("one hierarchy"), "{text}");
    }
    let by_arn = json!({
        "thingGroupArn": "arn:aws:iot:us-east-1:123456789012:thinggroup/sites",
        "thingArn": "arn:aws:iot:us-east-1:123456789012:thing/dev-7",
    });
    world.iot("AddThingToThingGroup", by_arn).await;
    let of = json!({ "thingName": "dev-7" });
    assert_eq!(names(&world, "ListThingGroupsForThing", of.clone(), 1).await, ["red", "sites"]);
    let inside = async |group: &str, recursive: bool| {
        let input = json!({ "thingGroupName": group, "recursive": recursive });
        names(&world, "ListThingsInThingGroup", input, 10).await
    };
    assert_eq!(inside("red", false).await, ["dev-7"]);
    assert_eq!(inside("lamps", false).await, [""; 0]);
    assert_eq!(inside("lamps", true).await, ["dev-7"]);
    let roster = world.room.roster();
    assert_eq!(roster.lineage(&world.cx.realm, "dev-7"), lineage(true, &["lamps", "red", "sites"]));
    // From one group of a hierarchy to another in one step, which is all or nothing.
    let swap = json!({ "thingName": "dev-7", "thingGroupsToAdd": ["blue"], "thingGroupsToRemove": ["red"] });
    world.iot("UpdateThingGroupsForThing", swap).await;
    assert_eq!(names(&world, "ListThingGroupsForThing", of.clone(), 10).await, ["blue", "sites"]);
    let half = json!({ "thingName": "dev-7", "thingGroupsToAdd": ["red"], "thingGroupsToRemove": ["sites"] });
    assert_eq!(world.iot_code("UpdateThingGroupsForThing", half).await, "InvalidRequestException");
    assert_eq!(names(&world, "ListThingGroupsForThing", of.clone(), 10).await, ["blue", "sites"]);
    world.iot("RemoveThingFromThingGroup", pair("sites", "dev-7")).await;
    world.iot("RemoveThingFromThingGroup", pair("sites", "dev-7")).await;
    world.iot("DeleteThingGroup", json!({ "thingGroupName": "blue" })).await;
    assert_eq!(names(&world, "ListThingGroupsForThing", of.clone(), 10).await, [""; 0]);
    group(&world, "blue", Some("lamps")).await;
    assert_eq!(inside("blue", true).await, [""; 0], "another group of the same name is another group");
    world.iot("AddThingToThingGroup", pair("red", "dev-7")).await;
    world.iot("DeleteThing", of.clone()).await;
    assert_eq!(inside("lamps", true).await, [""; 0]);
    thing(&world, "dev-7").await;
    assert_eq!(inside("lamps", true).await, [""; 0], "another thing of the same name is in no group");
    for operation in ["AddThingToThingGroup", "RemoveThingFromThingGroup"] {
        assert_eq!(world.iot_code(operation, pair("nobody", "dev-7")).await, "ResourceNotFoundException");
        assert_eq!(world.iot_code(operation, pair("red", "nobody")).await, "ResourceNotFoundException");
        assert_eq!(world.iot_code(operation, json!({ "thingName": "dev-7" })).await, "InvalidRequestException");
        let foreign =
            json!({ "thingName": "dev-7", "thingGroupArn": "arn:aws:iot:us-east-1:999999999999:thinggroup/red" });
        assert_eq!(world.iot_code(operation, foreign).await, "InvalidRequestException");
    }
}

#[tokio::test]
async fn a_thing_is_in_ten_groups_at_most() {
    let world = World::new();
    thing(&world, "dev-7").await;
    for number in 0..11 {
        group(&world, &format!("group-{number}"), None).await;
    }
    for number in 0..10 {
        world.iot("AddThingToThingGroup", pair(&format!("group-{number}"), "dev-7")).await;
    }
    assert_eq!(world.iot_code("AddThingToThingGroup", pair("group-10", "dev-7")).await, "InvalidRequestException");
    // A group that is gone takes no place.
    world.iot("DeleteThingGroup", json!({ "thingGroupName": "group-3" })).await;
    world.iot("AddThingToThingGroup", pair("group-10", "dev-7")).await;
}

#[tokio::test]
async fn the_roster_is_the_same_loaded_and_followed() {
    let world = World::new();
    for (name, parent) in [("zone", None), ("attic", Some("zone")), ("old", None)] {
        group(&world, name, parent).await;
    }
    for number in 0..20 {
        let name = format!("dev-{number:02}");
        thing(&world, &name).await;
        world.iot("AddThingToThingGroup", pair(if number % 2 == 0 { "attic" } else { "old" }, &name)).await;
    }
    world.iot("DeleteThingGroup", json!({ "thingGroupName": "old" })).await;
    world.iot("DeleteThing", json!({ "thingName": "dev-00" })).await;
    let (loaded, followed) = (Roster::default(), Roster::default());
    loaded.load(&world.cx).await.unwrap();
    followed.follow(&world.cx).await.unwrap();
    for roster in [&loaded, &followed] {
        roster.look(&world.cx.realm, |fleet| {
            assert_eq!(fleet.registered(), 19);
            assert_eq!(fleet.count("zone"), 9);
            assert_eq!(fleet.lineage("dev-00"), Lineage::default());
            assert_eq!(fleet.lineage("dev-01"), lineage(true, &[]));
            assert_eq!(fleet.lineage("dev-02"), lineage(true, &["attic", "zone"]));
            assert_eq!(fleet.things("zone", true, Some("dev-04"), 2), ["dev-06".into(), "dev-08".into()]);
        });
    }
    let restarted = world.restarted();
    restarted.room.roster().load(&restarted.cx).await.unwrap();
    let inside = json!({ "thingGroupName": "zone", "recursive": true });
    assert_eq!(names(&restarted, "ListThingsInThingGroup", inside, 4).await.len(), 9);
}

#[tokio::test]
async fn a_preview_sees_the_fleet_as_it_would_be() {
    let world = World::new();
    group(&world, "lamps", None).await;
    group(&world, "red", Some("lamps")).await;
    group(&world, "old", None).await;
    for name in ["a", "b", "c"] {
        thing(&world, name).await;
    }
    world.iot("AddThingToThingGroup", pair("old", "b")).await;
    let overlay = std::sync::Arc::new(Overlay::new(std::sync::Arc::clone(&world.cx.ledger)));
    let mut after = world.cx.clone();
    after.ledger = std::sync::Arc::clone(&overlay) as _;
    for (operation, input) in [
        ("AddThingToThingGroup", pair("red", "a")),
        ("DeleteThingGroup", json!({ "thingGroupName": "old" })),
        ("DeleteThing", json!({ "thingName": "c" })),
    ] {
        world.ask(&after, operation, &input).await.unwrap();
    }
    let roster = world.room.roster();
    roster.follow(&world.cx).await.unwrap();
    assert_eq!(roster.lineage(&world.cx.realm, "a"), lineage(true, &[]));
    let changed = overlay.changed();
    roster
        .look_after(&world.cx.realm, &changed, |amended| {
            assert_eq!(amended.touched(), ["a".into(), "b".into(), "c".into()]);
            assert_eq!(amended.lineage("a"), lineage(true, &["lamps", "red"]));
            assert_eq!(amended.lineage("b"), lineage(true, &[]));
            assert_eq!(amended.lineage("c"), lineage(false, &[]));
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_child_and_the_deletion_of_its_parent_do_not_both_win() {
    for round in 0..20 {
        let world = std::sync::Arc::new(World::new());
        group(&world, "top", None).await;
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..4 {
            let world = std::sync::Arc::clone(&world);
            calls.spawn(async move {
                let (operation, input) = if number == round % 4 {
                    ("DeleteThingGroup", json!({ "thingGroupName": "top" }))
                } else {
                    let name = format!("child-{number}");
                    ("CreateThingGroup", json!({ "thingGroupName": name, "parentGroupName": "top" }))
                };
                world.ask(&world.cx, operation, &input).await.is_ok()
            });
        }
        while calls.join_next().await.is_some() {}
        let groups = names(&world, "ListThingGroups", json!({}), 25).await;
        assert!(groups.is_empty() || groups.contains(&"top".to_owned()), "{groups:?}");
    }
}

/// One thing that a client does.
#[derive(Debug, Clone)]
enum Step {
    Thing(u8),
    NoThing(u8),
    Group(u8, Option<u8>),
    NoGroup(u8),
    Add(u8, u8),
    Remove(u8, u8),
    Update(u8, Vec<u8>, Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    let (thing, group) = (0u8..4, 0u8..14);
    prop_oneof![
        2 => thing.clone().prop_map(Step::Thing),
        1 => thing.clone().prop_map(Step::NoThing),
        4 => (group.clone(), proptest::option::of(group.clone())).prop_map(|(name, parent)| Step::Group(name, parent)),
        1 => group.clone().prop_map(Step::NoGroup),
        6 => (thing.clone(), group.clone()).prop_map(|(thing, group)| Step::Add(thing, group)),
        1 => (thing.clone(), group.clone()).prop_map(|(thing, group)| Step::Remove(thing, group)),
        2 => (thing, proptest::collection::vec(group.clone(), 0..4), proptest::collection::vec(group, 0..3))
            .prop_map(|(thing, add, remove)| Step::Update(thing, add, remove)),
    ]
}

/// The same rules, written down plainly.
#[derive(Debug, Default, Clone)]
struct Model {
    parents: BTreeMap<u8, Option<u8>>,
    things: BTreeMap<u8, BTreeSet<u8>>,
}

impl Model {
    fn path(&self, group: u8) -> Vec<u8> {
        let mut path = vec![group];
        while let Some(Some(parent)) = path.last().and_then(|last| self.parents.get(last)) {
            path.push(*parent);
        }
        path
    }

    fn root(&self, group: u8) -> Option<u8> {
        self.path(group).last().copied()
    }

    /// True if the step is allowed; then it is done.
    fn take(&mut self, step: &Step) -> bool {
        match step {
            Step::Thing(thing) => {
                self.things.entry(*thing).or_default();
                true
            }
            Step::NoThing(thing) => {
                self.things.remove(thing);
                true
            }
            Step::Group(name, parent) => match self.parents.get(name) {
                Some(known) => known == parent,
                None => {
                    let fits =
                        parent.is_none_or(|parent| self.parents.contains_key(&parent) && self.path(parent).len() < 7);
                    if fits {
                        self.parents.insert(*name, *parent);
                    }
                    fits
                }
            },
            Step::NoGroup(name) => {
                let free = !self.parents.values().any(|parent| *parent == Some(*name));
                if free && self.parents.remove(name).is_some() {
                    self.things.values_mut().for_each(|groups| {
                        groups.remove(name);
                    });
                }
                free
            }
            Step::Add(thing, group) => self.change(*thing, &[*group], &[]),
            Step::Remove(thing, group) => self.change(*thing, &[], &[*group]),
            Step::Update(thing, add, remove) => self.change(*thing, add, remove),
        }
    }

    fn change(&mut self, thing: u8, add: &[u8], remove: &[u8]) -> bool {
        let Some(groups) = self.things.get(&thing) else { return false };
        let known = add.iter().chain(remove).all(|group| self.parents.contains_key(group));
        if !known || add.iter().any(|group| remove.contains(group)) {
            return false;
        }
        let mut next = groups.clone();
        next.retain(|group| !remove.contains(group));
        next.extend(add);
        let roots: BTreeSet<_> = next.iter().map(|group| self.root(*group)).collect();
        let fits = next.len() <= 10 && roots.len() == next.len();
        if fits {
            self.things.insert(thing, next);
        }
        fits
    }
}

fn asked(step: &Step) -> (&'static str, Value) {
    let named = |groups: &[u8]| groups.iter().map(|group| format!("g{group}")).collect::<Vec<_>>();
    match step {
        Step::Thing(thing) => ("CreateThing", json!({ "thingName": format!("t{thing}") })),
        Step::NoThing(thing) => ("DeleteThing", json!({ "thingName": format!("t{thing}") })),
        Step::Group(name, parent) => (
            "CreateThingGroup",
            json!({ "thingGroupName": format!("g{name}"), "parentGroupName": parent.map(|parent| format!("g{parent}")) }),
        ),
        Step::NoGroup(name) => ("DeleteThingGroup", json!({ "thingGroupName": format!("g{name}") })),
        Step::Add(thing, group) => ("AddThingToThingGroup", pair(&format!("g{group}"), &format!("t{thing}"))),
        Step::Remove(thing, group) => ("RemoveThingFromThingGroup", pair(&format!("g{group}"), &format!("t{thing}"))),
        Step::Update(thing, add, remove) => (
            "UpdateThingGroupsForThing",
            json!({ "thingName": format!("t{thing}"), "thingGroupsToAdd": named(add), "thingGroupsToRemove": named(remove) }),
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is allowed, what is then in which group, and what the roster says, loaded or followed, is what the rules say.
    #[test]
    fn groups_keep_their_rules(steps in proptest::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            let mut model = Model::default();
            for step in &steps {
                let (operation, input) = asked(step);
                let done = world.ask(&world.cx, operation, &input).await;
                assert_eq!(done.is_ok(), model.take(step), "{step:?}: {done:?}");
            }
            let (loaded, followed) = (Roster::default(), Roster::default());
            loaded.load(&world.cx).await.unwrap();
            followed.follow(&world.cx).await.unwrap();
            for (thing, groups) in &model.things {
                let name = format!("t{thing}");
                let listed = names(&world, "ListThingGroupsForThing", json!({ "thingName": name }), 3).await;
                let mut direct: Vec<_> = groups.iter().map(|group| format!("g{group}")).collect();
                direct.sort();
                assert_eq!(listed, direct);
                let mut all: Vec<_> = groups.iter().flat_map(|group| model.path(*group)).map(|group| format!("g{group}")).collect();
                all.sort();
                let all: Vec<&str> = all.iter().map(String::as_str).collect();
                assert_eq!(loaded.lineage(&world.cx.realm, &name), lineage(true, &all));
                assert_eq!(followed.lineage(&world.cx.realm, &name), lineage(true, &all));
            }
            for group in model.parents.keys() {
                let expected: Vec<_> = model.things.iter().filter(|(_, groups)| groups.iter().any(|one| model.path(*one).contains(group))).map(|(thing, _)| format!("t{thing}")).collect();
                let input = json!({ "thingGroupName": format!("g{group}"), "recursive": true });
                assert_eq!(names(&world, "ListThingsInThingGroup", input, 2).await, expected);
            }
        });
    }
}
