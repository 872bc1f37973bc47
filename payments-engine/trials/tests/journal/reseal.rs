//! Stores whose key is replaced.

use bytes::Bytes;
use http::Request;
use payments_core::{Secret, money::Money};
use payments_engine::SealingKey;

use engine_trials::{
    deliveries::{Deliveries, OPEN, SIGNED, claim, deliver, received},
    world::{MAIN, payout, reference},
};

fn key(text: &str) -> SealingKey {
    SealingKey::new(&Secret::new(text).unwrap()).unwrap()
}

/// Every sealed column by its table.
const SEALED: [(&str, &str); 8] = [
    ("payout", "record"),
    ("observation", "observation"),
    ("payment", "record"),
    ("payment_observation", "observation"),
    ("credit", "record"),
    ("delivery", "events"),
    ("delivery", "request"),
    ("refused_sample", "request"),
];

/// How many values of each sealed column a key has sealed.
async fn sealed_with(world: &Deliveries, key: &SealingKey) -> Vec<i64> {
    let mut counts = Vec::new();
    for (table, column) in SEALED {
        let like = format!("sealed:1:{}:%", key.id());
        counts.push(match &world.database {
            Some(database) => {
                let sql =
                    format!("SELECT count(*) FROM payments.{table} WHERE {column} LIKE '{like}'");
                let mut connection = database.connect().await;
                let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
                query.fetch_one(&mut connection).await.unwrap()
            }
            None => {
                let sql =
                    format!("SELECT count(*) FROM payments_{table} WHERE {column} LIKE '{like}'");
                let file = rusqlite::Connection::open(world.file()).unwrap();
                file.query_row(&sql, [], |row| row.get(0)).unwrap()
            }
        });
    }
    counts
}

#[tokio::test]
async fn every_row_is_sealed_anew_and_the_old_key_can_go() {
    let old = key("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    let new = key("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=");
    let world = Deliveries::start();
    let engine = world.builder(None).with_keys([old.clone()]).start().await.unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    let paid = world.paid("A-1").await;
    let _ = deliver(&engine, SIGNED, &paid).await;
    for number in 0..250 {
        world.gateway.deposit(Money::vnd(number + 1), "no order").unwrap();
    }
    for delivery in world.gateway.take_notifications() {
        let _ = deliver(&engine, SIGNED, &delivery).await;
    }
    let _ = deliver(&engine, OPEN, &claim("A-2", "paid")).await;
    let forged = Request::post("/hooks/main/events").body(Bytes::from_static(b"{}")).unwrap();
    let _ = deliver(&engine, SIGNED, &forged).await;
    let before = sealed_with(&world, &old).await;
    assert!(before.iter().all(|count| *count > 0), "{before:?}");
    engine.stop().await;

    let engine = world.builder(None).with_keys([new.clone(), old.clone()]).start().await.unwrap();
    let visitor = world.builder(None).with_keys([new.clone(), old.clone()]).visit().await.unwrap();
    let changed = visitor.reseal().await.unwrap();
    assert_eq!(changed, u64::try_from(before.iter().sum::<i64>()).unwrap());
    assert_eq!(sealed_with(&world, &old).await, [0; 8]);
    assert_eq!(sealed_with(&world, &new).await, before);
    assert_eq!(visitor.reseal().await.unwrap(), 0, "nothing is left");
    visitor.stop().await;
    engine.stop().await;

    let engine = world.builder(None).with_keys([new]).start().await.unwrap();
    let record = engine.payout(&reference("P-1")).await.unwrap().unwrap();
    assert_eq!(record.request.beneficiary.name, "NGUYEN VAN A");
    assert!(received(&engine, "A-1").await > 0);
    assert_eq!(engine.cases().await.unwrap().len(), 250);
    engine.stop().await;
}

#[tokio::test]
async fn without_a_key_nothing_is_sealed_anew() {
    let world = Deliveries::start();
    let engine = world.engine(None).await;
    let error = engine.reseal().await.unwrap_err();
    assert_eq!(error.kind(), payments_core::ErrorKind::Configuration, "{error}");
    engine.stop().await;
}
