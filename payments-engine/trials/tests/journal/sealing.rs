//! Stores whose personal data is sealed.

use payments_core::{Environment, ErrorKind, Provider, ProviderId, ProviderKind, Secret};
use payments_engine::{RecordState, SealingKey};

use engine_trials::world::{MAIN, World, create, payout, reference, state};

fn key(text: &str) -> SealingKey {
    SealingKey::new(&Secret::new(text).unwrap()).unwrap()
}

/// Any 32 bytes in Base64.
fn first() -> SealingKey {
    key("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
}

fn second() -> SealingKey {
    key("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=")
}

/// Whether the files of the store, or the tables of its database, hold this text.
fn holds(world: &World, text: &str) -> bool {
    if let Some(database) = &world.database {
        return database.text().contains(text);
    }
    let files = std::fs::read_dir(world.folder.path()).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[tokio::test]
async fn no_name_and_no_account_is_in_the_files_of_a_sealed_store() {
    for (keys, is_seen) in [(vec![first()], false), (Vec::new(), true)] {
        let world = World::start().await;
        let engine = world.builder().with_keys(keys).start().await.unwrap();
        let _ = create(&engine, &payout("P-1")).await.unwrap();
        let _ = engine.submit(MAIN, &payout("P-2")).await.unwrap();
        engine.tick().await.unwrap();
        assert_eq!(state(&engine, "P-2").await, RecordState::Pending);
        let named = ["NGUYEN VAN A", "0071001234567"].map(|text| holds(&world, text));
        assert_eq!(named, [is_seen; 2]);
        assert!(holds(&world, "P-1"), "the reference names the row");
        engine.stop().await;
    }
}

#[tokio::test]
async fn a_new_key_seals_and_the_old_one_still_opens() {
    let world = World::start().await;
    let engine = world.builder().with_keys([first()]).start().await.unwrap();
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    engine.stop().await;

    let engine = world.builder().with_keys([second(), first()]).start().await.unwrap();
    let record = engine.payout(&reference("P-1")).await.unwrap().unwrap();
    assert_eq!(record.request.beneficiary.name, "NGUYEN VAN A");
    assert_eq!(engine.history(&reference("P-1")).await.unwrap().len(), 3);
    let _ = create(&engine, &payout("P-2")).await.unwrap();
    engine.stop().await;

    for (keys, missing) in [(vec![first()], second()), (Vec::new(), second())] {
        let error = world.builder().with_keys(keys).start().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(missing.id()), "{error}");
    }
    let engine = world.builder().with_keys([second()]).start().await.unwrap();
    assert_eq!(state(&engine, "P-2").await, RecordState::Pending);
    // Its row is still sealed with the first key, which is named.
    let error = engine.payout(&reference("P-1")).await.unwrap_err();
    assert!(error.to_string().contains(first().id()), "{error}");
    engine.stop().await;
}

#[tokio::test]
async fn a_provider_for_real_money_needs_a_key() {
    let world = World::start().await;
    let role = std::sync::Arc::clone(world.provider().payouts().unwrap());
    let provider = || {
        let id = ProviderId::new("live").unwrap();
        Provider::new(id, ProviderKind::new("acme").unwrap(), Environment::Production)
            .with_payouts(role.clone())
    };
    let error = world.builder_of(provider()).start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("live is for real money"), "{error}");
    world.builder_of(provider()).with_keys([first()]).start().await.unwrap().stop().await;
}
