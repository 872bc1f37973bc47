#![no_main]

use fuzz::{read_signed_text, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant([] as [&[u8]; 0]), |bytes: &[u8]| read_signed_text(bytes));
