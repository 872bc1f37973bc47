use payments_core::notification::{Coverage, Proof, Scheme};

fn main() {
    let _ = Proof { scheme: Scheme::HmacSha256, coverage: Coverage::Body, key: 0, stamp: None };
}
