#![no_main]

#[allow(dead_code, reason = "each target uses one of its functions")]
#[path = "../../tests/fuzz/subject.rs"]
mod subject;

use std::sync::LazyLock;

use conformance_fuzz::Deliveries;
use libfuzzer_sys::fuzz_target;

static DELIVERIES: LazyLock<Deliveries> = LazyLock::new(subject::deliveries);

fuzz_target!(|request: &[u8]| {
    assert_eq!(DELIVERIES.breaches_by(request), Vec::<String>::new());
});
