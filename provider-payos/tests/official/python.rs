//! PyPI `payos`.

use std::path::Path;

use crate::{
    frame::{asked_for, pip, python, ran, told},
    shop::{Shop, agree},
};

const CLIENT: &str = "payos";
const VERSION: &str = "1.1.0";

/// What `.ci/run` looks for.
const NAME: &str = "payos (PyPI)";

#[tokio::test(flavor = "multi_thread")]
async fn the_python_library_takes_the_simulator_for_payos() {
    if !asked_for(NAME) {
        return;
    }
    let folder = pip(&[], &[&format!("{CLIENT}=={VERSION}")]);
    let shop = Shop::open().await;
    let (input, path) = (shop.input(), folder.path().to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official/python/shop.py");
    let told = move || told(&python(&path), [script], &path, &input);
    let saw = tokio::task::spawn_blocking(told).await.unwrap();
    agree(&shop, &saw);
    ran(NAME);
}
