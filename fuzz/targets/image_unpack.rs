#![no_main]

#[path = "image.rs"]
#[expect(dead_code, reason = "each target uses one of them")]
mod image;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| image::unpacked(bytes));
