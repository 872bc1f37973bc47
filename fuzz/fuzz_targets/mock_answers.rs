#![no_main]

use fuzz::{MOCK_ANSWERS, answer, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(MOCK_ANSWERS.seeds_by_operation()), |bytes: &[u8]| {
    answer(&MOCK_ANSWERS, bytes);
});
