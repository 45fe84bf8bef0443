//! What the derive refuses, and in which words. See `tests/ui/README.md`.

#[test]
fn refuses_in_clear_words() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
