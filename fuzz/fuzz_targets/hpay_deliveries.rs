#![no_main]

use fuzz::{HPAY_DELIVERIES, deliver, genuine, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(genuine(&HPAY_DELIVERIES)), |request: &[u8]| {
    deliver(&HPAY_DELIVERIES, request);
});
