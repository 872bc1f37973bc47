#![no_main]

use fuzz::{MONEY, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant((MONEY.seeds)()), |bytes: &[u8]| MONEY.read(bytes));
