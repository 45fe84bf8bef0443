#![no_main]

use bartizan_image::source::stores::bolt::Bolt;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(bolt) = Bolt::read(bytes.to_vec()) else { return };
    let Ok(()) = bolt.root().check(0) else { return };
    // What holds together can be read.
    let names = bolt.root().buckets().unwrap();
    for name in names {
        assert!(bolt.root().bucket(&name).unwrap().is_some());
    }
});
