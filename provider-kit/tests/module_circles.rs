//! The modules of the kit depend on each other in one direction.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "../../payments-core/tests/module_circles/circles.rs"]
mod circles;

use std::path::Path;

use circles::Modules;

#[test]
fn no_module_of_the_kit_depends_on_itself_through_another() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules = Modules::read(&source);
    assert!(modules.count() > 40, "{} files were read", modules.count());
    if let Some(circle) = modules.circle(1) {
        panic!("a circle: {circle}");
    }
}
