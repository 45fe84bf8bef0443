//! The life of a managed rule set, from both sides, as time passes.

use serde_json::{Value, json};

use crate::world::World;

const ROOT: &str = "123456789012";

fn visibility(name: &str) -> Value {
    json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": name })
}

fn rule(name: &str, priority: i64, label: &str) -> Value {
    json!({
        "Name": name,
        "Priority": priority,
        "Statement": { "GeoMatchStatement": { "CountryCodes": ["NZ"] } },
        "Action": { "Block": {} },
        "RuleLabels": [{ "Name": label }],
        "VisibilityConfig": visibility(name),
    })
}

/// A vendor with an empty rule set, and two rule groups: `one` of capacity 100, `two` of 200.
struct Vendor {
    world: World,
    id: String,
    token: String,
    groups: Vec<Value>,
}

impl Vendor {
    async fn new() -> Self {
        let world = World::new();
        let topic = format!("arn:aws:sns:us-east-1:{ROOT}:acme-news");
        world.waf("bartizan:RegisterVendor", json!({ "VendorName": "Acme Labs", "SnsTopicArn": topic })).await;
        let set =
            json!({ "VendorName": "Acme Labs", "Name": "web-core", "Scope": "REGIONAL", "Description": "for all" });
        let made = world.waf("bartizan:CreateManagedRuleSet", set).await;
        let mut groups = Vec::new();
        for (name, capacity) in [("one", 100), ("two", 200)] {
            let input = json!({
                "Name": name,
                "Scope": "REGIONAL",
                "Capacity": capacity,
                "Rules": [rule("r1", 0, name)],
                "VisibilityConfig": visibility(name),
            });
            groups.push(world.waf("CreateRuleGroup", input).await["Summary"].clone());
        }
        let text = |member: &str| made["Summary"][member].as_str().unwrap().to_owned();
        Self { world, id: text("Id"), token: text("LockToken"), groups }
    }

    fn named(&self) -> Value {
        json!({ "Name": "web-core", "Scope": "REGIONAL", "Id": self.id, "LockToken": self.token })
    }

    fn put(&self, versions: &[(&str, usize)], recommended: Option<&str>) -> Value {
        let mut input = self.named();
        let publish =
            |group: usize| json!({ "AssociatedRuleGroupArn": self.groups[group]["ARN"], "ForecastedLifetime": 90 });
        let versions: serde_json::Map<String, Value> =
            versions.iter().map(|(name, group)| ((*name).to_owned(), publish(*group))).collect();
        if !versions.is_empty() {
            input["VersionsToPublish"] = versions.into();
        }
        if let Some(recommended) = recommended {
            input["RecommendedVersion"] = recommended.into();
        }
        input
    }

    async fn publish(&mut self, versions: &[(&str, usize)], recommended: Option<&str>) {
        let answer = self.world.waf("PutManagedRuleSetVersions", self.put(versions, recommended)).await;
        self.token = answer["NextLockToken"].as_str().unwrap().to_owned();
    }

    async fn expire(&mut self, version: &str, days: i64) {
        let answer = self.world.waf("UpdateManagedRuleSetVersionExpiryDate", self.expiry(version, days)).await;
        self.token = answer["NextLockToken"].as_str().unwrap().to_owned();
    }

    fn expiry(&self, version: &str, days: i64) -> Value {
        let mut input = self.named();
        input["VersionToExpire"] = version.into();
        input["ExpiryTimestamp"] = self.world.cx.now.plus_days(days).seconds().into();
        input
    }

    async fn set(&self) -> Value {
        let named = json!({ "Name": "web-core", "Scope": "REGIONAL", "Id": self.id });
        self.world.waf("GetManagedRuleSet", named).await["ManagedRuleSet"].clone()
    }

    async fn versions(&self) -> Value {
        self.world.waf("ListAvailableManagedRuleGroupVersions", of_set()).await
    }
}

fn of_set() -> Value {
    json!({ "VendorName": "Acme Labs", "Name": "web-core", "Scope": "REGIONAL" })
}

/// A web ACL that runs the managed rule group.
fn acl(name: &str, version: Option<&str>) -> Value {
    let mut statement = json!({ "VendorName": "Acme Labs", "Name": "web-core" });
    if let Some(version) = version {
        statement["Version"] = version.into();
    }
    json!({
        "Name": name,
        "Scope": "REGIONAL",
        "DefaultAction": { "Allow": {} },
        "VisibilityConfig": visibility(name),
        "Rules": [{
            "Name": "acme",
            "Priority": 0,
            "Statement": { "ManagedRuleGroupStatement": statement },
            "OverrideAction": { "None": {} },
            "VisibilityConfig": visibility("acme"),
        }],
    })
}

fn updated(acl: Value, summary: &Value) -> Value {
    let mut acl = acl;
    acl["Id"] = summary["Id"].clone();
    acl["LockToken"] = summary["LockToken"].clone();
    acl
}

#[tokio::test]
async fn a_vendor_publishes_and_customers_see_it() {
    let mut vendor = Vendor::new().await;
    let nothing = vendor.world.waf("ListAvailableManagedRuleGroups", json!({ "Scope": "REGIONAL" })).await;
    assert_eq!(nothing["ManagedRuleGroups"], json!([]));
    assert_eq!(vendor.world.error("CreateWebACL", acl("early", None)).await.0, "WAFInvalidResourceException");
    vendor.publish(&[("Version_1.0", 0)], Some("Version_1.0")).await;
    let set = vendor.set().await;
    let now = json!(vendor.world.cx.now.seconds());
    assert_eq!(set["LabelNamespace"], "awswaf:managed:acme_labs:web-core:");
    assert_eq!(
        set["PublishedVersions"]["Version_1.0"],
        json!({
            "AssociatedRuleGroupArn": vendor.groups[0]["ARN"],
            "Capacity": 100,
            "ForecastedLifetime": 90,
            "PublishTimestamp": now,
            "LastUpdateTimestamp": now,
        })
    );
    let listed = vendor.world.waf("ListAvailableManagedRuleGroups", json!({ "Scope": "REGIONAL" })).await;
    assert_eq!(
        listed["ManagedRuleGroups"],
        json!([{ "VendorName": "Acme Labs", "Name": "web-core", "VersioningSupported": true, "Description": "for all" }])
    );
    let versions = vendor.versions().await;
    assert_eq!(versions["Versions"], json!([{ "Name": "Version_1.0", "LastUpdateTimestamp": now }]));
    assert_eq!(versions["CurrentDefaultVersion"], "Version_1.0");
    let described = vendor.world.waf("DescribeManagedRuleGroup", of_set()).await;
    assert_eq!((&described["VersionName"], &described["Capacity"]), (&json!("Version_1.0"), &json!(100)));
    assert_eq!(described["Rules"], json!([{ "Name": "r1", "Action": { "Block": {} } }]));
    assert_eq!(described["AvailableLabels"], json!([{ "Name": "awswaf:managed:acme_labs:web-core:one" }]));
    let made = vendor.world.waf("CreateWebACL", acl("edge", Some("Version_1.0"))).await;
    let got = vendor.world.waf("GetWebACL", json!({ "ARN": made["Summary"]["ARN"] })).await;
    assert_eq!(got["WebACL"]["Capacity"], 100);
}

#[tokio::test]
async fn a_version_is_a_copy() {
    let mut vendor = Vendor::new().await;
    vendor.publish(&[("v1", 0)], Some("v1")).await;
    let group = &vendor.groups[0];
    let change = json!({
        "Name": "one", "Scope": "REGIONAL", "Id": group["Id"], "LockToken": group["LockToken"],
        "Rules": [], "VisibilityConfig": visibility("one"),
    });
    let answer = vendor.world.waf("UpdateRuleGroup", change).await;
    let described = vendor.world.waf("DescribeManagedRuleGroup", of_set()).await;
    assert_eq!(described["Rules"], json!([{ "Name": "r1", "Action": { "Block": {} } }]));
    let delete = json!({
        "Name": "one", "Scope": "REGIONAL", "Id": group["Id"], "LockToken": answer["NextLockToken"],
    });
    let (code, message) = vendor.world.error("DeleteRuleGroup", delete.clone()).await;
    assert_eq!(code, "WAFAssociatedItemException");
    assert!(message.contains("version v1 of managed rule set web-core"), "{message}");
    // Once no unexpired version comes from it, the group may go.
    vendor.publish(&[("v2", 1)], Some("v2")).await;
    vendor.expire("v1", 1).await;
    assert_eq!(vendor.world.error("DeleteRuleGroup", delete.clone()).await.0, "WAFAssociatedItemException");
    vendor.world.pass_days(2);
    vendor.world.waf("DeleteRuleGroup", delete).await;
}

#[tokio::test]
async fn publishing_adds_and_what_is_wrong_is_refused() {
    let mut vendor = Vendor::new().await;
    let refused = async |vendor: &Vendor, input: Value| vendor.world.error("PutManagedRuleSetVersions", input).await.0;
    assert_eq!(refused(&vendor, vendor.put(&[], None)).await, "WAFInvalidParameterException");
    assert_eq!(refused(&vendor, vendor.put(&[("v1", 0)], None)).await, "WAFInvalidParameterException");
    assert_eq!(refused(&vendor, vendor.put(&[("v1", 0)], Some("v2"))).await, "WAFInvalidParameterException");
    let mut unknown = vendor.put(&[("v1", 0)], Some("v1"));
    unknown["Id"] = json!("01234567-89ab-4cde-8f01-23456789abcd");
    assert_eq!(refused(&vendor, unknown).await, "WAFNonexistentItemException");
    let mut nowhere = vendor.put(&[("v1", 0)], Some("v1"));
    nowhere["VersionsToPublish"]["v1"] = json!({ "ForecastedLifetime": 1 });
    assert_eq!(refused(&vendor, nowhere.clone()).await, "WAFInvalidParameterException");
    let arn = vendor.groups[0]["ARN"].as_str().unwrap();
    for (arn, code) in [
        (arn.replace("rulegroup", "ipset"), "WAFInvalidParameterException"),
        (arn.replace("123456789012", "999999999999"), "WAFInvalidParameterException"),
        (arn.replace("/one/", "/none/"), "WAFNonexistentItemException"),
        ("something of twenty letters".to_owned(), "WAFInvalidParameterException"),
    ] {
        nowhere["VersionsToPublish"]["v1"] = json!({ "AssociatedRuleGroupArn": arn });
        assert_eq!(refused(&vendor, nowhere.clone()).await, code, "{arn}");
    }
    let stale = vendor.put(&[("v1", 0)], Some("v1"));
    vendor.publish(&[("v1", 0)], Some("v1")).await;
    assert_eq!(refused(&vendor, stale).await, "WAFOptimisticLockException");
    vendor.world.pass_days(1);
    vendor.publish(&[("v2", 1)], None).await;
    let set = vendor.set().await;
    assert_eq!(set["RecommendedVersion"], "v1");
    assert_eq!(set["PublishedVersions"].as_object().unwrap().len(), 2);
    // The same again changes nothing but the token.
    vendor.world.pass_days(1);
    vendor.publish(&[("v1", 0), ("v2", 1)], Some("v1")).await;
    assert_eq!(vendor.set().await, set);
    // Another forecast is told with the time of the change.
    let mut forecast = vendor.named();
    forecast["VersionsToPublish"] = json!({ "v1": { "ForecastedLifetime": 7 } });
    vendor.token =
        vendor.world.waf("PutManagedRuleSetVersions", forecast).await["NextLockToken"].as_str().unwrap().into();
    let v1 = &vendor.set().await["PublishedVersions"]["v1"];
    assert_eq!(
        (&v1["ForecastedLifetime"], &v1["LastUpdateTimestamp"]),
        (&json!(7), &json!(vendor.world.cx.now.seconds()))
    );
    assert_eq!(v1["PublishTimestamp"], set["PublishedVersions"]["v1"]["PublishTimestamp"]);
    // Other rules that cost more, or put other labels, are another version.
    assert_eq!(refused(&vendor, vendor.put(&[("v1", 1)], None)).await, "WAFInvalidOperationException");
    assert_eq!(refused(&vendor, vendor.put(&[("v2", 0)], None)).await, "WAFInvalidOperationException");
}

#[tokio::test]
async fn an_expiring_version_is_kept_by_who_has_it_until_it_expires() {
    let mut vendor = Vendor::new().await;
    vendor.publish(&[("v1", 0)], Some("v1")).await;
    vendor.world.pass_days(1);
    vendor.publish(&[("v2", 1)], None).await;
    let pinned = vendor.world.waf("CreateWebACL", acl("pinned", Some("v1"))).await["Summary"].clone();
    let default = vendor.world.waf("CreateWebACL", acl("default", None)).await["Summary"].clone();

    let code = async |vendor: &Vendor, input: Value| {
        vendor.world.error("UpdateManagedRuleSetVersionExpiryDate", input).await.0
    };
    assert_eq!(code(&vendor, vendor.expiry("v1", 5)).await, "WAFInvalidOperationException");
    vendor.publish(&[], Some("v2")).await;
    assert_eq!(code(&vendor, vendor.expiry("v9", 5)).await, "WAFNonexistentItemException");
    assert_eq!(code(&vendor, vendor.expiry("v1", 0)).await, "WAFInvalidParameterException");
    vendor.expire("v1", 9).await;
    vendor.expire("v1", 5).await;

    // Nobody can choose it any more; who has it keeps it.
    assert_eq!(vendor.versions().await["Versions"].as_array().unwrap().len(), 1);
    let mut described = of_set();
    described["VersionName"] = "v1".into();
    let expired = "WAFExpiredManagedRuleGroupVersionException";
    assert_eq!(vendor.world.error("DescribeManagedRuleGroup", described).await.0, expired);
    assert_eq!(vendor.world.error("CreateWebACL", acl("late", Some("v1"))).await.0, expired);
    let rules = json!({ "Scope": "REGIONAL", "Rules": acl("x", Some("v1"))["Rules"] });
    assert_eq!(vendor.world.error("CheckCapacity", rules).await.0, expired);
    let late = updated(acl("default", Some("v1")), &default);
    assert_eq!(vendor.world.error("UpdateWebACL", late).await.0, expired);
    let kept = vendor.world.waf("UpdateWebACL", updated(acl("pinned", Some("v1")), &pinned)).await;
    let pinned = json!({ "Id": pinned["Id"], "LockToken": kept["NextLockToken"] });
    assert_eq!(
        vendor.world.error("PutManagedRuleSetVersions", vendor.put(&[("v1", 0)], None)).await.0,
        "WAFInvalidOperationException"
    );
    assert_eq!(
        vendor.world.error("PutManagedRuleSetVersions", vendor.put(&[], Some("v1"))).await.0,
        "WAFInvalidParameterException"
    );
    let shown = vendor.set().await["PublishedVersions"]["v1"]["ExpiryTimestamp"].clone();
    assert_eq!(shown, json!(vendor.world.cx.now.plus_days(5).seconds()));

    vendor.world.pass_days(5);
    // At that instant it is over: no update but one that names another version.
    assert_eq!(vendor.world.error("UpdateWebACL", updated(acl("pinned", Some("v1")), &pinned)).await.0, expired);
    assert_eq!(code(&vendor, vendor.expiry("v1", 5)).await, "WAFInvalidOperationException");
    vendor.world.waf("UpdateWebACL", updated(acl("pinned", None), &pinned)).await;
}

#[tokio::test]
async fn the_default_moves_with_what_is_recommended() {
    let mut vendor = Vendor::new().await;
    vendor.publish(&[("v1", 0)], Some("v1")).await;
    let made = vendor.world.waf("CreateWebACL", acl("default", None)).await["Summary"].clone();
    let capacity = async |vendor: &Vendor| {
        vendor.world.waf("GetWebACL", json!({ "ARN": made["ARN"] })).await["WebACL"]["Capacity"].clone()
    };
    assert_eq!(capacity(&vendor).await, 100);
    vendor.publish(&[("v2", 1)], Some("v2")).await;
    assert_eq!(capacity(&vendor).await, 200);
    let got = vendor.world.waf("GetWebACL", json!({ "ARN": made["ARN"] })).await;
    let statement = &got["WebACL"]["Rules"][0]["Statement"]["ManagedRuleGroupStatement"];
    assert_eq!(*statement, json!({ "VendorName": "Acme Labs", "Name": "web-core" }));
}

#[tokio::test]
async fn subscribers_are_told() {
    let mut vendor = Vendor::new().await;
    vendor.publish(&[("v1", 0)], Some("v1")).await;
    vendor.world.pass_days(1);
    vendor.publish(&[("v2", 1)], Some("v2")).await;
    vendor.world.pass_days(1);
    vendor.expire("v1", 3).await;
    assert_eq!(bartizan_web::tell_expired(&vendor.world.cx).await, Ok(0));
    let subjects =
        async |vendor: &Vendor| vendor.world.told().await.into_iter().map(|(subject, _)| subject).collect::<Vec<_>>();
    let expected = [
        "Default version of web-core is v1",
        "New version v1 of web-core",
        "Default version of web-core is v2",
        "New version v2 of web-core",
        "Version v1 of web-core is going to expire",
    ];
    let mut told = subjects(&vendor).await;
    told.sort();
    let mut sorted = expected.to_vec();
    sorted.sort_unstable();
    assert_eq!(told, sorted);
    vendor.world.pass_days(3);
    assert_eq!(bartizan_web::tell_expired(&vendor.world.cx).await, Ok(1));
    assert_eq!(bartizan_web::tell_expired(&vendor.world.cx).await, Ok(0));
    assert!(subjects(&vendor).await.contains(&"Version v1 of web-core has expired".to_owned()));
    let told = vendor.world.told().await;
    assert!(told.iter().all(|(_, message)| !message.is_empty()));
}

#[tokio::test]
async fn a_preview_of_a_publication_tells_nobody_and_says_who_moves() {
    let mut vendor = Vendor::new().await;
    vendor.publish(&[("v1", 0)], Some("v1")).await;
    vendor.world.waf("CreateWebACL", acl("default", None)).await;
    vendor.world.waf("CreateWebACL", acl("pinned", Some("v1"))).await;
    let told = vendor.world.told().await.len();
    let mut cx = vendor.world.cx.clone();
    cx.previewing = true;
    let put = vendor.put(&[("v2", 1)], Some("v2"));
    let answer = vendor.world.ask(&cx, "wafv2:PutManagedRuleSetVersions", &put).await.unwrap();
    let line = cx.audit.find(&cx.realm, &answer.preview.unwrap()).await.unwrap().unwrap();
    let detail: Value = serde_json::from_str(&line.detail).unwrap();
    let summary = detail["Summary"].to_string();
    assert!(summary.contains("web ACL default, which goes from v1 to v2"), "{summary}");
    assert!(summary.contains("web ACL pinned") && !summary.contains("web ACL pinned, which"), "{summary}");
    assert_eq!(vendor.world.told().await.len(), told);
    assert_eq!(vendor.set().await["RecommendedVersion"], "v1");
}

#[tokio::test]
async fn who_names_a_vendor_that_is_not_there_is_told() {
    let vendor = Vendor::new().await;
    let mut other = acl("x", None);
    other["Rules"][0]["Statement"]["ManagedRuleGroupStatement"]["VendorName"] = "Nobody".into();
    assert_eq!(vendor.world.error("CreateWebACL", other).await.0, "WAFNonexistentItemException");
    let set = json!({ "VendorName": "Nobody", "Name": "x", "Scope": "REGIONAL" });
    assert_eq!(vendor.world.error("bartizan:CreateManagedRuleSet", set.clone()).await.0, "WAFNonexistentItemException");
    assert_eq!(vendor.world.error("DescribeManagedRuleGroup", set).await.0, "WAFNonexistentItemException");
    let again = json!({ "VendorName": "Acme Labs" });
    assert_eq!(vendor.world.error("bartizan:RegisterVendor", again).await.0, "WAFDuplicateItemException");
}
