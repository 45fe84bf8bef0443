#![no_main]

use bartizan_container::qql::parse;
use bartizan_wire::Timestamp;
use serde_json::json;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(query) = parse(text, Timestamp(1_795_780_800_000)) else { return };
    let record = json!({ "sha": "abc", "size": 3, "repo": [{ "tag": "1" }, { "tag": null }], "flag": true });
    // Read again it is the same, and says the same.
    assert_eq!(query.matches(&record), query.clone().matches(&record));
    assert_eq!(parse(text, Timestamp(1_795_780_800_000)), Ok(query));
});
