//! Fuzzes [`knack_fuzz::emulator`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| knack_fuzz::tell(knack_fuzz::emulator(input)));
