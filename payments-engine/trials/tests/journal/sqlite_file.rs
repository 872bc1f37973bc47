//! What holds of a store in a file of SQLite alone.

use payments_core::ErrorKind;
use payments_engine::{AppDatabase as _, Engine, RecordState, SqliteDatabase, Store};
use rusqlite::Connection;

use engine_trials::world::{MAIN, World, create, payout, reference, state, waits_for_a_person};

#[tokio::test]
async fn a_second_engine_on_one_file_is_refused_naming_the_first() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let error = world.builder().start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("another engine sends from"), "{error}");
    engine.stop().await;
    world.engine(None).await.stop().await;
}

#[tokio::test]
async fn a_file_of_a_later_version_is_refused_unless_this_one_can_read_it() {
    let world = World::start().await;
    world.engine(None).await.stop().await;
    let file = Connection::open(world.folder.path().join("shop.db")).unwrap();
    let newer = "INSERT INTO payments_migration (number, at, readable_from) VALUES (?1, 0, ?2)";
    file.execute(newer, [998, 1]).unwrap();
    let engine = world.engine(None).await;
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    engine.stop().await;
    file.execute(newer, [999, 999]).unwrap();
    let error = world.builder().start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert!(error.to_string().contains("use a later version"), "{error}");
    assert_eq!(world.instructed(), 1);
}

#[tokio::test]
async fn an_older_copy_over_the_store_waits_for_a_person() {
    let world = World::start().await;
    let file = world.folder.path().join("shop.db");
    let copy = world.folder.path().join("backup.db");
    world.engine(None).await.stop().await;
    std::fs::copy(&file, &copy).unwrap();
    let engine = world.engine(None).await;
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    engine.stop().await;
    std::fs::copy(&copy, &file).unwrap();
    waits_for_a_person(&world, 1, "older copy").await;
}

#[tokio::test]
async fn it_is_sent_after_the_apps_commit_and_never_after_its_roll_back() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let mut app = Connection::open(world.folder.path().join("shop.db")).unwrap();
    app.execute_batch("CREATE TABLE salaries (month TEXT, payout TEXT)").unwrap();
    for (name, commits) in [("P-1", true), ("P-2", false)] {
        let mut change = app.transaction().unwrap();
        change.execute("INSERT INTO salaries VALUES ('2026-11', ?1)", [name]).unwrap();
        let _ = engine.submit_in(&mut change, MAIN, &payout(name)).await.unwrap();
        if commits {
            change.commit().unwrap();
        }
    }
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    assert!(engine.payout(&reference("P-2")).await.unwrap().is_none());
    let salaries: i64 =
        app.query_row("SELECT count(*) FROM salaries", [], |row| row.get(0)).unwrap();
    assert_eq!((salaries, world.instructed()), (1, 1));
}

#[tokio::test]
async fn a_payout_in_a_transaction_on_another_store_or_on_a_copy_is_refused() {
    let world = World::start().await;
    let file = world.folder.path().join("shop.db");
    let (former, copy) =
        (world.folder.path().join("former.db"), world.folder.path().join("copy.db"));
    let engine_of_former = Engine::builder().with_store(Store::sqlite(&former));
    engine_of_former.start().await.unwrap().stop().await;
    world.engine(None).await.stop().await;
    std::fs::copy(&file, &copy).unwrap();
    let engine = world.engine(None).await;
    for other in [former, copy] {
        let mut app = Connection::open(&other).unwrap();
        let mut change = app.transaction().unwrap();
        let error = engine.submit_in(&mut change, MAIN, &payout("P-1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains("is not the one that the engine stores in"), "{error}");
        change.commit().unwrap();
        let rows = "SELECT count(*) FROM payments_payout";
        assert_eq!(app.query_row(rows, [], |row| row.get::<_, i64>(0)), Ok(0));
        let app = SqliteDatabase::new(&other);
        let mut change = app.begin().await.unwrap();
        let error = engine.submit_in(&mut change, MAIN, &payout("P-1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    }
    let app = SqliteDatabase::new(&file);
    let mut change = app.begin().await.unwrap();
    let _ = engine.submit_in(&mut change, MAIN, &payout("P-1")).await.unwrap();
    app.commit(change).await.unwrap();
    engine.tick().await.unwrap();
    assert_eq!(world.carried_out("P-1"), 1);
}

/// A copy of the whole folder has the file beside it, too, so that nothing shows its age.
#[tokio::test]
async fn what_a_visitor_recorded_before_this_start_is_asked_for_before_it_is_sent() {
    let world = World::start().await;
    world.engine(None).await.stop().await;
    let visitor = world.builder().visit().await.unwrap();
    let mut app = Connection::open(world.folder.path().join("shop.db")).unwrap();
    let mut change = app.transaction().unwrap();
    let _ = visitor.submit_in(&mut change, MAIN, &payout("P-1")).await.unwrap();
    change.commit().unwrap();
    visitor.stop().await;
    // P-1 was sent by what this copy of the store does not know of.
    let _ = world.provider().payouts().unwrap().create_payout(&payout("P-1")).await.unwrap();
    let engine = world.engine(None).await;
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    assert_eq!(world.carried_out("P-1"), 1);
    engine.stop().await;
}

#[tokio::test]
async fn a_call_during_a_transaction_of_the_app_names_the_transaction() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let app = SqliteDatabase::new(world.folder.path().join("shop.db"));
    let change = app.begin().await.unwrap();
    let error = engine.submit(MAIN, &payout("P-1")).await.unwrap_err();
    assert!(error.to_string().contains("still open while the app calls the engine"), "{error}");
    app.discard(change).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
}
