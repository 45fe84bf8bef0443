//! Groups, defaults, tags and lists, as clients use them.

use serde_json::{Value, json};

use crate::world::World;

const UBUNTU: &str = "arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-0c7e89f711c3095f4";

async fn create(world: &World, name: &str, system: &str) -> String {
    let created = world.ssm("CreatePatchBaseline", json!({ "Name": name, "OperatingSystem": system })).await;
    created["BaselineId"].as_str().unwrap().to_owned()
}

fn pair(id: &str, group: &str) -> Value {
    json!({ "BaselineId": id, "PatchGroup": group })
}

#[tokio::test]
async fn a_group_has_one_baseline_for_each_system() {
    let world = World::new();
    let (debian, other, ubuntu) = (
        create(&world, "debian", "DEBIAN").await,
        create(&world, "other", "DEBIAN").await,
        create(&world, "ubuntu", "UBUNTU").await,
    );
    let register = "RegisterPatchBaselineForPatchGroup";
    assert_eq!(world.ssm(register, pair(&debian, "web")).await, pair(&debian, "web"));
    assert_eq!(world.ssm(register, pair(&debian, "web")).await, pair(&debian, "web"));
    assert_eq!(world.ssm(register, pair(&ubuntu, "web")).await, pair(&ubuntu, "web"));
    assert_eq!(
        world.ssm_error(register, pair(&other, "web")).await,
        (
            "AlreadyExistsException".to_owned(),
            "Patch Group web already has a baseline registered for OperatingSystem DEBIAN.".to_owned()
        )
    );
    let answer = world.ssm("GetPatchBaseline", json!({ "BaselineId": debian })).await;
    assert_eq!(answer["PatchGroups"], json!(["web"]));
    assert_eq!(
        world.ssm_error("DeletePatchBaseline", json!({ "BaselineId": debian })).await,
        ("ResourceInUseException".to_owned(), "PatchBaseline to be deleted is used for Patch Group: web".to_owned())
    );
    let group = json!({ "PatchGroup": "web", "OperatingSystem": "DEBIAN" });
    let followed = world.ssm("GetPatchBaselineForPatchGroup", group.clone()).await;
    assert_eq!(followed, json!({ "BaselineId": debian, "PatchGroup": "web", "OperatingSystem": "DEBIAN" }));
    // Ending what is registered for another baseline ends nothing.
    world.ssm("DeregisterPatchBaselineForPatchGroup", pair(&other, "web")).await;
    assert_eq!(world.ssm("GetPatchBaselineForPatchGroup", group.clone()).await, followed);
    world.ssm("DeregisterPatchBaselineForPatchGroup", pair(&debian, "web")).await;
    world.ssm("DeregisterPatchBaselineForPatchGroup", pair(&debian, "web")).await;
    let followed = world.ssm("GetPatchBaselineForPatchGroup", group).await;
    assert!(followed["BaselineId"].as_str().unwrap().starts_with("arn:aws:ssm:us-east-1:075727635805:"));
    world.ssm("DeletePatchBaseline", json!({ "BaselineId": debian })).await;
    let (code, _) = world.ssm_error(register, pair(&debian, "web")).await;
    assert_eq!(code, "DoesNotExistException");
}

#[tokio::test]
async fn twenty_five_groups_are_enough() {
    let world = World::new();
    let id = create(&world, "popular", "DEBIAN").await;
    for number in 0..25 {
        world.ssm("RegisterPatchBaselineForPatchGroup", pair(&id, &format!("group-{number}"))).await;
    }
    let (code, _) = world.ssm_error("RegisterPatchBaselineForPatchGroup", pair(&id, "one-more")).await;
    assert_eq!(code, "ResourceLimitExceededException");
}

#[tokio::test]
async fn groups_are_listed_as_registered_and_page_by_page() {
    let world = World::new();
    let id = create(&world, "mine", "DEBIAN").await;
    let arn = format!("arn:aws:ssm:us-east-1:123456789012:patchbaseline/{id}");
    world.ssm("RegisterPatchBaselineForPatchGroup", pair(&arn, "by-arn")).await;
    world.ssm("RegisterPatchBaselineForPatchGroup", pair(UBUNTU, "theirs")).await;
    world.ssm("RegisterPatchBaselineForPatchGroup", pair(&id, "by-id")).await;
    let first = world.ssm("DescribePatchGroups", json!({ "MaxResults": 2 })).await;
    let groups = |answer: &Value| {
        let list = answer["Mappings"].as_array().unwrap();
        let pairs = list.iter().map(|one| {
            (
                one["PatchGroup"].as_str().unwrap().to_owned(),
                one["BaselineIdentity"]["BaselineId"].as_str().unwrap().to_owned(),
            )
        });
        pairs.collect::<Vec<_>>()
    };
    assert_eq!(groups(&first), [("by-arn".to_owned(), arn), ("by-id".to_owned(), id)]);
    let token = first["NextToken"].as_str().unwrap();
    let second = world.ssm("DescribePatchGroups", json!({ "MaxResults": 2, "NextToken": token })).await;
    assert_eq!(groups(&second), [("theirs".to_owned(), UBUNTU.to_owned())]);
    assert!(second.get("NextToken").is_none());
    let only = json!({ "Filters": [{ "Key": "OPERATING_SYSTEM", "Values": ["UBUNTU"] }] });
    assert_eq!(groups(&world.ssm("DescribePatchGroups", only.clone()).await).len(), 1);
    // A token of another request leads nowhere.
    let mut foreign = only;
    foreign["NextToken"] = json!(token);
    assert_eq!(world.ssm_error("DescribePatchGroups", foreign).await.0, "ValidationException");
    assert_eq!(world.ssm_error("DescribePatchBaselines", json!({ "NextToken": token })).await.0, "ValidationException");
}

#[tokio::test]
async fn a_default_is_registered_for_its_system_and_given_back() {
    let world = World::new();
    let id = create(&world, "mine", "UBUNTU").await;
    let default = async || {
        let answer = world.ssm("GetDefaultPatchBaseline", json!({ "OperatingSystem": "UBUNTU" })).await;
        answer["BaselineId"].as_str().unwrap().to_owned()
    };
    assert_eq!(default().await, UBUNTU);
    world.ssm("RegisterDefaultPatchBaseline", json!({ "BaselineId": id })).await;
    assert_eq!(default().await, id);
    let (code, _) = world.ssm_error("DeletePatchBaseline", json!({ "BaselineId": id })).await;
    assert_eq!(code, "ResourceInUseException");
    // As Terraform gives it back: the vendor's baselines of the system, of which exactly one name fits.
    let vendors = world
        .ssm(
            "DescribePatchBaselines",
            json!({ "Filters": [
                { "Key": "OPERATING_SYSTEM", "Values": ["UBUNTU"] },
                { "Key": "OWNER", "Values": ["AWS"] }
            ]}),
        )
        .await;
    assert_eq!(
        vendors["BaselineIdentities"],
        json!([{
            "BaselineId": UBUNTU,
            "BaselineName": "AWS-UbuntuDefaultPatchBaseline",
            "OperatingSystem": "UBUNTU",
            "BaselineDescription": "Default Patch Baseline for Ubuntu Provided by AWS.",
            "DefaultBaseline": false
        }])
    );
    world.ssm("RegisterDefaultPatchBaseline", json!({ "BaselineId": UBUNTU })).await;
    assert_eq!(default().await, UBUNTU);
    world.ssm("DeletePatchBaseline", json!({ "BaselineId": id })).await;
    let windows = world.ssm("GetDefaultPatchBaseline", json!({})).await;
    assert_eq!(windows["OperatingSystem"], "WINDOWS");
}

#[tokio::test]
async fn lists_of_baselines_are_filtered_and_paged() {
    let world = World::new();
    create(&world, "mine-1", "DEBIAN").await;
    create(&world, "mine-2", "UBUNTU").await;
    let names = async |filters: Value| {
        let answer = world.ssm("DescribePatchBaselines", json!({ "Filters": filters })).await;
        let list = answer["BaselineIdentities"].as_array().unwrap().clone();
        list.iter().map(|one| one["BaselineName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!([])).await.len(), 19);
    assert_eq!(names(json!([{ "Key": "OWNER", "Values": ["Self"] }])).await, ["mine-1", "mine-2"]);
    assert_eq!(names(json!([{ "Key": "NAME_PREFIX", "Values": ["mine-2", "AWS-Deb"] }])).await.len(), 2);
    let (code, text) =
        world.ssm_error("DescribePatchBaselines", json!({ "Filters": [{ "Key": "OWNER", "Values": ["self"] }] })).await;
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("ValidationException", "Invalid Filter Value: self for Key: OWNER, valid values are: AWS, Self, All")
    );
    let mut token = Value::Null;
    let mut seen = 0;
    loop {
        let page = world.ssm("DescribePatchBaselines", json!({ "MaxResults": 4, "NextToken": token })).await;
        seen += page["BaselineIdentities"].as_array().unwrap().len();
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen, 19);
}

#[tokio::test]
async fn tags_are_added_overwritten_and_removed() {
    let world = World::new();
    let created =
        world.ssm("CreatePatchBaseline", json!({ "Name": "mine", "Tags": [{ "Key": "team", "Value": "web" }] })).await;
    let id = created["BaselineId"].as_str().unwrap();
    let resource = json!({ "ResourceType": "PatchBaseline", "ResourceId": id });
    let with = |member: &str, value: Value| {
        let mut request = resource.clone();
        request[member] = value;
        request
    };
    let tags = json!([{ "Key": "team", "Value": "db" }, { "Key": "Stage", "Value": "" }]);
    assert_eq!(world.ssm("AddTagsToResource", with("Tags", tags)).await, json!({}));
    assert_eq!(
        world.ssm("ListTagsForResource", resource.clone()).await,
        json!({ "TagList": [{ "Key": "Stage", "Value": "" }, { "Key": "team", "Value": "db" }] })
    );
    world.ssm("RemoveTagsFromResource", with("TagKeys", json!(["team", "unknown"]))).await;
    assert_eq!(
        world.ssm("ListTagsForResource", resource.clone()).await,
        json!({ "TagList": [{ "Key": "Stage", "Value": "" }] })
    );
    let many: Vec<_> = (0..50).map(|number| json!({ "Key": format!("key-{number}"), "Value": "x" })).collect();
    assert_eq!(world.ssm_error("AddTagsToResource", with("Tags", json!(many))).await.0, "TooManyTagsError");
    let unknown = json!({ "ResourceType": "PatchBaseline", "ResourceId": "pb-0123456789abcdef0" });
    assert_eq!(world.ssm_error("ListTagsForResource", unknown).await.0, "InvalidResourceId");
    let parameter = json!({ "ResourceType": "Parameter", "ResourceId": "x" });
    assert_eq!(world.ssm_error("ListTagsForResource", parameter).await.0, "InvalidResourceType");
    world.ssm("DeletePatchBaseline", json!({ "BaselineId": id })).await;
    assert_eq!(world.ssm_error("ListTagsForResource", resource).await.0, "InvalidResourceId");
}

#[tokio::test]
async fn properties_are_the_values_that_filters_take() {
    let world = World::new();
    let request = json!({ "OperatingSystem": "AMAZON_LINUX", "Property": "PRODUCT", "MaxResults": 5 });
    let first = world.ssm("DescribePatchProperties", request.clone()).await;
    assert_eq!(first["Properties"][0], json!({ "Name": "AmazonLinux2012.03" }));
    let mut next = request;
    next["NextToken"] = first["NextToken"].clone();
    let second = world.ssm("DescribePatchProperties", next).await;
    assert_eq!(second["Properties"][0], json!({ "Name": "AmazonLinux2014.09" }));
    let absent = json!({ "OperatingSystem": "DEBIAN", "Property": "SEVERITY" });
    assert_eq!(world.ssm_error("DescribePatchProperties", absent).await.0, "ValidationException");
}

#[tokio::test]
async fn a_baseline_is_created_and_registered_by_many_at_once() {
    let world = std::sync::Arc::new(World::new());
    let id = create(&world, "raced", "DEBIAN").await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (world, id) = (std::sync::Arc::clone(&world), id.clone());
        calls.spawn(async move {
            let (name, input) = if number % 5 == 0 {
                ("ssm:DeletePatchBaseline", json!({ "BaselineId": id }))
            } else {
                ("ssm:RegisterPatchBaselineForPatchGroup", pair(&id, &format!("group-{number}")))
            };
            world.ask(&world.cx, name, &input).await.is_ok()
        });
    }
    while calls.join_next().await.is_some() {}
    // Either it is gone and nothing follows it, or it is there and every registration names it.
    let mappings = world.ssm("DescribePatchGroups", json!({})).await["Mappings"].as_array().unwrap().len();
    match world.ask(&world.cx, "ssm:GetPatchBaseline", &json!({ "BaselineId": id })).await {
        Ok(answer) => {
            let got: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(got["PatchGroups"].as_array().unwrap().len(), mappings);
        }
        Err(_) => assert_eq!(mappings, 0),
    }
}
