//! No two files of this crate import each other: the check of provider-sepay, over this crate's files.

#[path = "../../provider-sepay/tests/import_circles.rs"]
mod import_circles;
