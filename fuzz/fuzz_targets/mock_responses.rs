#![no_main]

use fuzz::{MOCK_RESPONSES, respond, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(MOCK_RESPONSES.seeds_by_operation()), |bytes: &[u8]| {
    respond(&MOCK_RESPONSES, bytes);
});
