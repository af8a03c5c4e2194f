//! Fuzzes [`knack_fuzz::metadata_reader`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| knack_fuzz::metadata_reader(input));
