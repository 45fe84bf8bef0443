//! Things, as clients use them.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_thing_lives_from_creation_to_deletion() {
    let world = World::new();
    let attributes = json!({ "model": "7", "site": "oslo" });
    let create =
        json!({ "thingName": "dev-7", "attributePayload": { "attributes": attributes }, "thingTypeName": "lamp" });
    let created = world.iot("CreateThing", create.clone()).await;
    assert_eq!(created["thingArn"], "arn:aws:iot:us-east-1:123456789012:thing/dev-7");
    assert_eq!(created["thingId"].as_str().unwrap().len(), 36);
    assert_eq!(world.iot("CreateThing", create).await, created, "the same again is the same");
    assert_eq!(world.iot_code("CreateThing", json!({ "thingName": "dev-7" })).await, "ResourceAlreadyExistsException");
    assert_eq!(
        world.iot("DescribeThing", json!({ "thingName": "dev-7" })).await,
        json!({
            "defaultClientId": "dev-7", "thingName": "dev-7", "thingId": created["thingId"],
            "thingArn": created["thingArn"], "thingTypeName": "lamp", "attributes": attributes, "version": 1,
        })
    );
    let update = json!({
        "thingName": "dev-7", "expectedVersion": 1, "removeThingType": true,
        "attributePayload": { "attributes": { "site": "", "floor": "2" }, "merge": true },
    });
    assert_eq!(world.iot("UpdateThing", update.clone()).await, json!({}));
    assert_eq!(world.iot_code("UpdateThing", update).await, "VersionConflictException");
    let described = world.iot("DescribeThing", json!({ "thingName": "dev-7" })).await;
    assert_eq!(described["attributes"], json!({ "floor": "2", "model": "7" }));
    assert_eq!((described.get("thingTypeName"), &described["version"]), (None, &json!(2)));
    let stale = json!({ "thingName": "dev-7", "expectedVersion": 1 });
    assert_eq!(world.iot_code("DeleteThing", stale).await, "VersionConflictException");
    world.iot("DeleteThing", json!({ "thingName": "dev-7", "expectedVersion": 2 })).await;
    world.iot("DeleteThing", json!({ "thingName": "dev-7" })).await;
    for operation in ["DescribeThing", "UpdateThing"] {
        assert_eq!(world.iot_code(operation, json!({ "thingName": "dev-7" })).await, "ResourceNotFoundException");
    }
    world.iot("CreateThing", json!({ "thingName": "dev-7" })).await;
    let again = world.iot("DescribeThing", json!({ "thingName": "dev-7" })).await;
    assert_eq!(again["version"], 1, "another thing starts anew");
    assert_ne!(again["thingId"], created["thingId"]);
}

#[tokio::test]
async fn members_that_exclude_each_other_are_refused() {
    let world = World::new();
    world.iot("CreateThing", json!({ "thingName": "a" })).await;
    let both = json!({ "thingName": "a", "thingTypeName": "lamp", "removeThingType": true });
    assert_eq!(world.iot_code("UpdateThing", both).await, "InvalidRequestException");
    assert_eq!(world.iot_code("CreateThing", json!({ "thingName": "a b" })).await, "InvalidRequestException");
    let many: serde_json::Map<_, _> = (0..51).map(|number| (format!("k{number}"), json!("v"))).collect();
    let input = json!({ "thingName": "b", "attributePayload": { "attributes": many } });
    assert_eq!(world.iot_code("CreateThing", input).await, "InvalidRequestException");
}

/// All pages of a list, so many at once.
pub(crate) async fn all(world: &World, operation: &str, mut input: Value, member: &str, at_once: usize) -> Vec<Value> {
    let mut found = Vec::new();
    input["maxResults"] = json!(at_once);
    loop {
        let mut page = world.iot(operation, input.clone()).await;
        let items = page[member].as_array_mut().unwrap();
        assert!(items.len() <= at_once);
        found.append(items);
        match page.get("nextToken") {
            Some(token) => input["nextToken"] = token.clone(),
            None => return found,
        }
    }
}

#[tokio::test]
async fn things_are_listed_by_name_with_filters_page_by_page() {
    let world = World::new();
    for number in 0..30 {
        let color = if number % 3 == 0 { "red" } else { "reddish" };
        let mut input = json!({ "thingName": format!("dev-{number:02}"), "attributePayload": { "attributes": { "color": color } } });
        if number % 10 == 0 {
            input["thingTypeName"] = json!("lamp");
        }
        world.iot("CreateThing", input).await;
    }
    world.iot("DeleteThing", json!({ "thingName": "dev-01" })).await;
    let names = async |filters: Value, at_once| {
        let listed = all(&world, "ListThings", filters, "things", at_once).await;
        listed.iter().map(|one| one["thingName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let every = names(json!({}), 7).await;
    assert_eq!(every.len(), 29);
    assert!(every.is_sorted());
    assert_eq!(names(json!({}), 29).await, every);
    assert_eq!(names(json!({ "attributeName": "color", "attributeValue": "red" }), 4).await.len(), 10);
    let prefix = json!({ "attributeName": "color", "attributeValue": "red", "usePrefixAttributeValue": true });
    assert_eq!(names(prefix, 4).await.len(), 29);
    assert_eq!(names(json!({ "attributeName": "size" }), 4).await.len(), 0);
    assert_eq!(names(json!({ "thingTypeName": "lamp" }), 1).await, ["dev-00", "dev-10", "dev-20"]);
    let default = world.iot("ListThings", json!({})).await;
    assert_eq!(default["things"].as_array().unwrap().len(), 25);
    let foreign = json!({ "thingTypeName": "lamp", "nextToken": default["nextToken"] });
    assert_eq!(world.iot_code("ListThings", foreign).await, "InvalidRequestException");
    assert_eq!(world.iot_code("ListThings", json!({ "attributeValue": "red" })).await, "InvalidRequestException");
}
