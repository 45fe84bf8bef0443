//! Sensor profiles as clients write them: what is read back can be sent again and means the same; whatever is sent, nothing
//! panics, and what is taken can be compiled.

use bartizan_container::engine::{Plan, ScanningPolicy};
use bartizan_container::offline;
use bartizan_container::profile::ProfileType;
use bartizan_container::profile::read::{INTERVALS, LOG_LEVELS, Wanted, read};
use proptest::prelude::*;
use serde_json::{Value, json};

fn config() -> impl Strategy<Value = Value> {
    let time = || (0_u32..24, 0_u32..60).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}"));
    let days = prop::sample::subsequence(vec!["MONDAY", "TUESDAY", "FRIDAY", "SUNDAY"], 0..=4);
    let window = (days, any::<bool>(), time(), time()).prop_map(
        |(days, all, start, end)| json!({"repeatOnDays": days, "allDayToggle": all, "startTime": start, "endTime": end}),
    );
    let patterns = prop::collection::vec(
        prop_oneof![9 => prop::sample::select(vec!["a.*", "[0-9]+", "registry/.*:v1", ""]), 1 => Just("(")],
        0..4,
    );
    let scanning = (any::<bool>(), 0_usize..5, prop::sample::select(vec![0_i64, 12, 24, 48, 48, 13]), patterns)
        .prop_map(|(on, policy, hours, patterns)| {
            let policy = ScanningPolicy::WORDS.get(policy).copied();
            let hours = if on && INTERVALS.contains(&hours) { json!(hours.to_string()) } else { json!(hours) };
            json!({"globalScanningFlag": on, "scanningPolicy": policy, "containerScanningInterval": hours,
               "imageExclusionRegexList": patterns})
        });
    let logging = (0_usize..10, prop_oneof![9 => 0_i64..12, 1 => Just(-1_i64)]).prop_map(
        |(level, files)| json!({"logSecurityLevel": LOG_LEVELS.get(level), "maxNoOfArchivedLogFiles": files}),
    );
    (prop::collection::vec(window, 0..3), scanning, logging).prop_map(|(windows, scanning, logging)| {
        json!({"weeklyBlackoutWindowSchedules": windows, "vulnerabilityManagement": scanning,
               "performanceManagement": logging})
    })
}

/// What a client that read the profile sends back.
fn sent_again(wanted: &Wanted, profile_type: &str) -> Value {
    json!({
        "profileName": wanted.name, "profileType": profile_type, "description": wanted.description,
        "isVulnPropagation": wanted.propagation, "config": wanted.config,
        "associatedSensorIds": wanted.sensors, "associatedRegistryIds": wanted.registries,
        "awsFargateVulnPropagationConfig": wanted.fargate, "filter": wanted.filter,
    })
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "profileName",
        "profileType",
        "config",
        "vulnerabilityManagement",
        "performanceManagement",
        "ignoreProcesses",
        "weeklyInactiveWindowSchedules",
        "repeatOnDays",
        "startTime",
        "imageExclusionRegexList",
        "runtimeSensor",
    ]);
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..6)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_read_back_means_the_same_when_it_is_sent_again(
        config in config(), place in 0_usize..5, propagates in any::<bool>(),
    ) {
        let (_, name) = ProfileType::ALL[place];
        let body = json!({"profileName": "p", "profileType": name, "isVulnPropagation": propagates, "config": config});
        if let Ok(wanted) = read(&body, None, None) {
            prop_assert_eq!(read(&sent_again(&wanted, name), None, None), Ok(wanted));
        }
    }

    #[test]
    fn what_is_taken_can_be_compiled(config in config()) {
        if let Ok(wanted) = read(&json!({"profileName": "p", "config": config}), None, None) {
            let source = offline::profile(&json!({"config": wanted.config}));
            prop_assert!(source.is_ok_and(|source| Plan::compile(&source).is_ok()));
        }
    }

    #[test]
    fn whatever_is_sent_is_read_or_refused_with_reasons(body in anything(), place in 0_usize..5) {
        let prior = Some(ProfileType::ALL[place].0);
        if let Err(wrong) = read(&body, None, prior) {
            prop_assert!(!wrong.is_empty() && wrong.iter().all(|text| !text.is_empty()));
        }
    }
}
