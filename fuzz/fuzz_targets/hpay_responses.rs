#![no_main]

use fuzz::{HPAY_RESPONSES, respond, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(HPAY_RESPONSES.seeds_by_operation()), |bytes: &[u8]| {
    respond(&HPAY_RESPONSES, bytes);
});
