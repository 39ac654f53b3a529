//! libFuzzer on the target `time`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    pintle_testing_fuzzing::run("time", data);
});
