//! The documentation holds together: its links lead somewhere, the book has every page, the
//! Vietnamese pages say what the English ones say, and the guides show code that is tested.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod blocks;
mod book;
mod links;
mod markdown;
mod shown_code;
mod translations;
