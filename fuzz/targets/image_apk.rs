#![no_main]

#[path = "image.rs"]
#[expect(dead_code, reason = "each target uses one of them")]
mod image;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| image::file("lib/apk/db/installed", bartizan_image::analyze::Interest::Apk, bytes));
