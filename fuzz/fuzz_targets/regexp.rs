//! libFuzzer on the target `regexp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    pintle_testing_fuzzing::run("regexp", data);
});
