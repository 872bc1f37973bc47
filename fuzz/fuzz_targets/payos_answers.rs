#![no_main]

use fuzz::{PAYOS_ANSWERS, answer, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(PAYOS_ANSWERS.seeds_by_operation()), |bytes: &[u8]| {
    answer(&PAYOS_ANSWERS, bytes);
});
