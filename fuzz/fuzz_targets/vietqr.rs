#![no_main]

use fuzz::{VIETQR, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant((VIETQR.seeds)()), |bytes: &[u8]| VIETQR.read(bytes));
