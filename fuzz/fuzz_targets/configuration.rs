#![no_main]

use fuzz::{CONFIGURATION, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant((CONFIGURATION.seeds)()), |bytes: &[u8]| CONFIGURATION.read(bytes));
