//! Fuzzes [`knack_fuzz::filters`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| knack_fuzz::tell(knack_fuzz::filters(input)));
