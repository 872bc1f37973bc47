#![no_main]

use fuzz::{TEMPLATE_ANSWERS, answer, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(TEMPLATE_ANSWERS.seeds_by_operation()), |bytes: &[u8]| {
    answer(&TEMPLATE_ANSWERS, bytes);
});
