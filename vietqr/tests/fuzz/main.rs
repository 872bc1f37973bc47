//! Parsing of untrusted text: nothing panics, and the result is the text that was written.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod vietqr;

use proptest::{prelude::*, sample::select};

#[test]
fn a_vietqr_of_any_text_is_read_as_it_was_written_or_refused() {
    let seeds = vietqr::seeds();
    let changed = (select(seeds), any::<prop::sample::Index>(), "[\\PC]{0,3}");
    let changed = changed.prop_map(|(mut seed, place, by)| {
        let place = place.index(seed.len());
        seed.replace_range(place..=place, &by);
        seed
    });
    proptest!(|(text in prop_oneof![1 => any::<String>(), 4 => changed])| vietqr::read(&text));
}
