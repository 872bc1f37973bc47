//! No two files import each other, directly or by way of others; only a module and its children may.

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
fn no_files_import_each_other_but_a_module_and_its_children() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules = Modules::read(&source);
    assert!(modules.count() > 20, "{} files were read", modules.count());
    if let Some(circle) = modules.circle(usize::MAX) {
        panic!("a circle: {circle}");
    }
}
