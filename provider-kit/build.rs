//! Only here because cargo asks for a build script beside the `links` key.

fn main() {}
