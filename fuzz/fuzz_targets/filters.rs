//! Fuzzes [`knack_fuzz::filters`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // A panic tells libFuzzer that the input is one to keep.
    knack_fuzz::filters(input).expect("no question goes wrong");
});
