#![no_main]

use fuzz::{TEMPLATE_RESPONSES, respond, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(TEMPLATE_RESPONSES.seeds_by_operation()), |bytes: &[u8]| {
    respond(&TEMPLATE_RESPONSES, bytes);
});
