//! What profiles export is published once it is judged.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bartizan_device::room::Broker;
use bartizan_ledger::StoreError;
use bartizan_wire::{Realm, Timestamp};
use serde_json::{Value, json};

use crate::fleet::{at, attach, quiet, report, tell};
use crate::world::{NOW, World};

/// Remembers what it is to tell.
#[derive(Debug, Default)]
struct Ear(Mutex<Vec<(String, Value)>>);

#[async_trait]
impl Broker for Ear {
    async fn publish(&self, _: &Realm, _: &str, _: Vec<u8>, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn tell(&self, topic: &str, payload: Vec<u8>) {
        self.0.lock().unwrap().push((topic.to_owned(), serde_json::from_slice(&payload).unwrap()));
    }
}

#[tokio::test]
async fn what_is_exported_goes_to_the_profile_s_topic_in_batches() {
    let world = World::new();
    let ear = Arc::new(Ear::default());
    world.room.connect(Arc::clone(&ear) as _);
    let mut exported = quiet("Quiet", 1_000);
    exported["exportMetric"] = json!(true);
    let profile = json!({
        "securityProfileName": "P1",
        "behaviors": [exported],
        "metricsExportConfig": { "mqttTopic": "fleet/metrics", "roleArn": "arn:aws:iam::123456789012:role/r" },
    });
    world.iot("CreateSecurityProfile", profile).await;
    let cx = at(&world, 1);
    tell(&world.room, &cx, vec![report("dev-0", 1, 5, &[])]).await;
    assert!(ear.0.lock().unwrap().is_empty(), "the profile covers nothing yet");
    attach(&world, "P1").await;
    world.room.follow(&cx).await.unwrap();
    tell(&world.room, &cx, vec![report("dev-1", 1, 5, &[]), report("dev-2", 1, 5_000, &[])]).await;
    let entry = |thing: &str, count: i64| {
        json!({
            "name": "aws:all-bytes-out", "thing": thing, "value": { "count": count }, "version": 1,
            "timestamp": NOW + 1_000,
        })
    };
    let batch = json!({ "version": "1.0", "metrics": [entry("dev-1", 5), entry("dev-2", 5_000)] });
    assert_eq!(*ear.0.lock().unwrap(), [("fleet/metrics".to_owned(), batch.clone())]);

    // Whether it came to its end before a crash nobody knows, so it is published once more: of several entries of one
    // thing, metric and time one counts.
    let again = world.restarted();
    again.room.open(&at(&again, 2)).await.unwrap();
    again.room.settle(&at(&again, 2)).await.unwrap();
    again.room.connect(Arc::clone(&ear) as _);
    again.room.settle(&at(&again, 2)).await.unwrap();
    let said = |ear: &Ear| ear.0.lock().unwrap().clone();
    assert_eq!(said(&ear), [("fleet/metrics".to_owned(), batch.clone()), ("fleet/metrics".to_owned(), batch)]);
    // What is sealed was published long ago.
    again.room.seal(&at(&again, 3)).await.unwrap();
    let sealed = again.restarted();
    sealed.room.connect(Arc::clone(&ear) as _);
    sealed.room.open(&at(&sealed, 4)).await.unwrap();
    sealed.room.settle(&at(&sealed, 4)).await.unwrap();
    assert_eq!(said(&ear).len(), 2);
}
