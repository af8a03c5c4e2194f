//! Fuzzes [`knack_fuzz::record_reader`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| knack_fuzz::record_reader(input));
