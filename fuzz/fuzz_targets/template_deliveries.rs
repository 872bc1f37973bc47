#![no_main]

use fuzz::{TEMPLATE_DELIVERIES, deliver, genuine, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(genuine(&TEMPLATE_DELIVERIES)), |request: &[u8]| {
    deliver(&TEMPLATE_DELIVERIES, request);
});
