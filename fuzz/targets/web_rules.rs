#![no_main]

// Rules of a web ACL: whatever is taken is answered as it is, costs something that can be said, and is checked without end.

use bartizan_web::document::Rule;
use bartizan_web::review::{self, Within};
use bartizan_web::wcu::{self, NoPrices};
use bartizan_wire::{Checked, Json};

fn read(text: &[u8]) -> Option<Checked<Vec<Rule>>> {
    Checked::decode(&Json::parse(text, Json::DEPTH_MAX).ok()?).ok()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(rules) = read(bytes) else { return };
    let text = serde_json::to_string(&*rules).expect("documents can be written");
    let again = read(text.as_bytes()).expect("what is answered can be sent");
    assert_eq!(*again, *rules);
    let cost = wcu::cost(&rules, &NoPrices);
    assert!(cost >= 0);
    let _complaints = review::rules(&rules, Within::WebAcl, None);
});
