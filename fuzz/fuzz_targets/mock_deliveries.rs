#![no_main]

use fuzz::{MOCK_DELIVERIES, deliver, genuine, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(genuine(&MOCK_DELIVERIES)), |request: &[u8]| {
    deliver(&MOCK_DELIVERIES, request);
});
