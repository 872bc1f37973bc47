//! Measures a permit and its outcome, in bare commits of the same store.
//!
//! `cargo run --release -p engine-trials --example speed`

#![allow(clippy::unwrap_used, clippy::float_arithmetic, reason = "a measurement for a terminal")]

use std::time::Instant;

use engine_trials::world::{MAIN, payout};
use payments_engine::{Engine, Limits, Store};
use provider_mock::{MockGateway, PayoutStart, Settings};
use rusqlite::Connection;

const PAYOUTS: u32 = 300;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let bare = Connection::open(folder.path().join("bare.db")).unwrap();
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE bare (row TEXT)",
    )
    .unwrap();
    let row = "x".repeat(1_500);
    let gateway = Settings::test().with_payout_start(PayoutStart::Succeeded);
    let gateway = MockGateway::new(gateway).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for round in 1..=3 {
        let began = Instant::now();
        for _ in 0..PAYOUTS {
            bare.execute("INSERT INTO bare VALUES (?1)", [&row]).unwrap();
        }
        let commit = began.elapsed() / PAYOUTS;
        let pass = runtime.block_on(async {
            let engine = Engine::builder()
                .with_store(Store::sqlite(folder.path().join(format!("{round}.db"))))
                .with_provider(gateway.provider(MAIN).unwrap())
                .with_limits(MAIN, Limits::default().with_at_once(1))
                .without_background()
                .start()
                .await
                .unwrap();
            for number in 0..PAYOUTS {
                let _ = engine.submit(MAIN, &payout(&format!("R{round}-{number}"))).await.unwrap();
            }
            let began = Instant::now();
            assert_eq!(engine.tick().await.unwrap().sent, usize::try_from(PAYOUTS).unwrap());
            let pass = began.elapsed() / PAYOUTS;
            engine.stop().await;
            pass
        });
        let ratio = pass.as_secs_f64() / commit.as_secs_f64();
        println!(
            "round {round}: a bare commit {commit:?}, permit and outcome {pass:?}: {ratio:.2}"
        );
    }
}
