//! Fuzzes [`knack_fuzz::emulator`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // A panic tells libFuzzer that the input is one to keep.
    knack_fuzz::emulator(input).expect("no question goes wrong");
});
