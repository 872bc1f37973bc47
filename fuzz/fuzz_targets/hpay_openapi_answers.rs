#![no_main]

use fuzz::{HPAY_OPENAPI_ANSWERS, answer, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(HPAY_OPENAPI_ANSWERS.seeds_by_operation()), |bytes: &[u8]| {
    answer(&HPAY_OPENAPI_ANSWERS, bytes);
});
