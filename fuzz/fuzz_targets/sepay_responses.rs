#![no_main]

use fuzz::{SEPAY_RESPONSES, respond, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(SEPAY_RESPONSES.seeds_by_operation()), |bytes: &[u8]| {
    respond(&SEPAY_RESPONSES, bytes);
});
