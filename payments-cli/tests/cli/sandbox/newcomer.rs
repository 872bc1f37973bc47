//! A newcomer who uses only curl: runs the script beside this file.

use std::process::Command;

use super::{receiver::Receiver, world::Sandbox};

#[test]
fn the_script_of_a_newcomer_ends_well_and_every_webhook_arrives() {
    let sandbox = Sandbox::start(["--ack", "strict"]);
    let shop = Receiver::start();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/sandbox/newcomer.sh");
    let ran = Command::new("sh").args([script, &sandbox.page, &shop.url]).output().unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}\n{out}\n{err}", ran.status);
    assert!(out.contains("== Done"), "{out}");
    let arrived = shop.paths();
    for path in ["/sepay/ipn", "/sepay/bank", "/hpay/notify", "/payos/webhook"] {
        assert!(arrived.iter().any(|it| it == path), "{path}: {arrived:?}");
    }
}
