#![no_main]

use fuzz::{PAYOS_RESPONSES, respond, seeds::plant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: plant(PAYOS_RESPONSES.seeds_by_operation()), |bytes: &[u8]| {
    respond(&PAYOS_RESPONSES, bytes);
});
