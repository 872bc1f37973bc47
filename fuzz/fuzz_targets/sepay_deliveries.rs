#![no_main]

use fuzz::{SEPAY_DELIVERIES, deliver, genuine, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(genuine(&SEPAY_DELIVERIES)), |request: &[u8]| {
    deliver(&SEPAY_DELIVERIES, request);
});
