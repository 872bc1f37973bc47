//! npm `@payos/node`.

use std::path::Path;

use crate::{
    frame::{asked_for, npm, ran, told},
    shop::{Shop, agree},
};

const CLIENT: &str = "@payos/node";
const VERSION: &str = "2.0.5";

#[tokio::test(flavor = "multi_thread")]
async fn the_node_library_takes_the_simulator_for_payos() {
    if !asked_for(CLIENT) {
        return;
    }
    let folder = npm(&format!("{CLIENT}@{VERSION}"));
    let shop = Shop::open().await;
    let (input, path) = (shop.input(), folder.path().to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official/node/shop.mjs");
    // It is run from the folder of the library, where it is found.
    std::fs::copy(script, path.join("shop.mjs")).unwrap();
    let told = move || told("node", ["shop.mjs"], &path, &input);
    let saw = tokio::task::spawn_blocking(told).await.unwrap();
    agree(&shop, &saw);
    ran(CLIENT);
}
