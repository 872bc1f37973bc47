//! What a person does to a store without an engine: its tables, and a copy that is accepted.

use payments_engine::RecordState;

use engine_trials::world::{MAIN, World, payout, state};

#[tokio::test]
async fn tables_are_made_and_brought_up_to_date_without_an_engine() {
    let world = World::start().await;
    let made = world.builder().migrate().await.unwrap();
    assert!(made.from == 0 && made.to > 0, "{made:?}");
    let visitor = world.builder().visit().await.unwrap();
    assert!(visitor.cases().await.unwrap().is_empty());
    visitor.stop().await;
    // Also beside an engine that runs.
    let engine = world.engine(None).await;
    let again = world.builder().migrate().await.unwrap();
    assert_eq!((again.from, again.to), (made.to, made.to));
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
}

#[tokio::test]
async fn a_copy_that_a_person_accepted_is_sent_from() {
    let world = World::start().await;
    world.engine(None).await.stop().await;
    assert_eq!(world.builder().accept_store().await.unwrap(), None);
    let why = "it is an older copy";
    match &world.database {
        Some(database) => {
            let mut connection = database.connect().await;
            let sql = "INSERT INTO payments.meta (key, value) VALUES ('restored', $1)";
            sqlx::query(sql).bind(why).execute(&mut connection).await.unwrap();
        }
        None => {
            let file = rusqlite::Connection::open(world.folder.path().join("shop.db")).unwrap();
            let sql = "INSERT INTO payments_meta (key, value) VALUES ('restored', ?1)";
            file.execute(sql, [why]).unwrap();
        }
    }
    let engine = world.engine(None).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    assert_eq!((world.instructed(), state(&engine, "P-1").await), (0, RecordState::Prepared));
    engine.stop().await;

    assert_eq!(world.builder().accept_store().await.unwrap().as_deref(), Some(why));
    let engine = world.engine(None).await;
    assert!(engine.health().await.unwrap().restored.is_none());
    world.advance(&engine, std::time::Duration::from_secs(600)).await;
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
}
