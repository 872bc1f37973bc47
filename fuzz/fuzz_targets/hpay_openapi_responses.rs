#![no_main]

use fuzz::{HPAY_OPENAPI_RESPONSES, respond, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(HPAY_OPENAPI_RESPONSES.seeds_by_operation()), |bytes: &[u8]| {
    respond(&HPAY_OPENAPI_RESPONSES, bytes);
});
