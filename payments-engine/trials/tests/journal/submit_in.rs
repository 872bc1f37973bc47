//! A payout in the app's own transaction is sent exactly if the app commits.

use payments_engine::RecordState;
use rusqlite::Connection;

use engine_trials::world::{MAIN, World, payout, reference, state};

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
