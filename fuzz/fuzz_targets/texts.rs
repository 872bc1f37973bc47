#![no_main]

use fuzz::{TEXTS, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant((TEXTS.seeds)()), |bytes: &[u8]| TEXTS.read(bytes));
