#![no_main]

use fuzz::{SEPAY_ANSWERS, answer, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(SEPAY_ANSWERS.seeds_by_operation()), |bytes: &[u8]| {
    answer(&SEPAY_ANSWERS, bytes);
});
