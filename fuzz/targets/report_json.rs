#![no_main]

#[path = "report.rs"]
mod report;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| report::check(bartizan_device::report::Format::Json, bytes));
