//! The modules of the core depend on each other in one direction.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod circles;

use std::fs;
use std::path::Path;

use circles::Modules;

#[test]
fn no_module_of_the_core_depends_on_itself_through_another() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules = Modules::read(&source);
    assert!(modules.count() > 70, "{} files were read", modules.count());
    // The content of one module counts as one unit.
    if let Some(circle) = modules.circle(1) {
        panic!("a circle: {circle}");
    }
}

fn found(files: &[(&str, &str)], depth: usize) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Modules::read(folder.path()).circle(depth)
}

#[test]
fn a_circle_is_found_through_a_re_export_and_named_with_its_files() {
    let files = [
        ("lib.rs", "mod a;\nmod b;\npub use a::{One, Two};\n"),
        ("a.rs", "mod inner;\nuse crate::b::{self, Three};\npub struct One;\n"),
        ("a/inner.rs", "use super::One;\n"),
        ("b.rs", "use std::fmt;\nuse crate::One;\npub struct Three;\n"),
    ];
    let circle = found(&files, 1).unwrap();
    assert_eq!(circle, "a uses b (in a), b uses a (in b)");
}

#[test]
fn parents_comments_and_tests_make_no_circle() {
    let files = [
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "mod inner;\nuse inner::Two;\n// use crate::b::Three;\npub struct One;\n"),
        ("a/inner.rs", "use super::One;\npub struct Two;\n"),
        ("b.rs", "use crate::a::One;\n\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}\n"),
    ];
    assert_eq!(found(&files, 1), None);
    assert_eq!(found(&files, usize::MAX), None);
}

#[test]
fn siblings_make_a_circle_where_each_file_counts() {
    let files = [
        ("lib.rs", "mod a;\n"),
        ("a/mod.rs", "mod one;\nmod two;\npub use one::One;\n"),
        ("a/one.rs", "use super::two::Two;\npub struct One;\n"),
        ("a/two.rs", "use super::One;\npub struct Two;\n"),
    ];
    assert_eq!(found(&files, 1), None);
    let circle = found(&files, usize::MAX).unwrap();
    assert_eq!(circle, "a::one uses a::two (in a::one), a::two uses a::one (in a::two)");
}
