#![no_main]

use fuzz::{PAYOS_DELIVERIES, deliver, genuine, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(genuine(&PAYOS_DELIVERIES)), |request: &[u8]| {
    deliver(&PAYOS_DELIVERIES, request);
});
