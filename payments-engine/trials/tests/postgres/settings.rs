//! What is asked of a server, and what is said of its address.

use payments_core::ErrorKind;
use payments_engine::Store;
use provider_mock::PayoutStart;

use engine_trials::world::World;

#[tokio::test]
async fn a_database_that_does_not_keep_what_it_commits_is_refused() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let mut connection = world.database().connect().await;
    let name = world.database().name();
    let sql = format!("ALTER DATABASE {name} SET synchronous_commit = off");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    let error = world.builder().start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert!(error.to_string().contains("set synchronous_commit = on"), "{error}");
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused_unless_this_one_can_read_it() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    world.engine(None).await.stop().await;
    let mut connection = world.database().connect().await;
    let sql = "INSERT INTO payments.migration (number, at, readable_from) VALUES (998, 0, 1)";
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    world.engine(None).await.stop().await;
    let sql = "INSERT INTO payments.migration (number, at, readable_from) VALUES (999, 0, 999)";
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    let error = world.builder().start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert!(error.to_string().contains("use a later version"), "{error}");
}

#[tokio::test]
async fn the_password_of_an_address_is_never_printed() {
    let world = World::start().await;
    for url in [
        "postgres://shop:canary@127.0.0.1:1/shop",
        "postgres://shop:canary@127.0.0.1:none/shop",
        "postgres://shop:canary@127.0.0.1:1/shop?sslmode=canary2",
        "shop:canary",
    ] {
        let store = Store::postgres(url);
        let builder = world.builder().with_store(store.clone());
        let printed = format!("{store:?} {builder:?}");
        let error = builder.start().await.unwrap_err();
        let said = format!("{printed} {error} {error:?}");
        assert!(!said.contains("canary@") && !said.contains(":canary"), "{said}");
    }
}

#[tokio::test]
async fn two_engines_that_start_together_make_the_schema_once() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let starting = (0..4).map(|_| world.builder().start());
    for engine in futures_util::future::join_all(starting).await {
        engine.unwrap();
    }
}
