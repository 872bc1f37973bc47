//! One send: the permit, the count of bytes, and what an error means.

use std::net::TcpListener;
use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Environment, ErrorKind, Lookup, PayoutProvider, PayoutRef, Provider, ProviderId, ProviderKind,
    Result, Submission,
    bank::BankAccount,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
};
use payments_engine::{CaseKind, Engine, RecordState};

use engine_trials::world::{MAIN, World, create, payout, provider_at, record, state};

#[tokio::test]
async fn a_gateway_that_refuses_connections_and_comes_back_gets_no_request() {
    let world = World::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let engine = Engine::builder()
        .with_store(world.store())
        .with_provider(provider_at(&url, Arc::new(world.clock.clone())))
        .with_clock(Arc::new(world.clock.clone()))
        .without_background()
        .start()
        .await
        .unwrap();
    let error = create(&engine, &payout("P-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert_eq!(state(&engine, "P-1").await, RecordState::NotSent);
    engine.stop().await;

    let engine = world.engine(None).await;
    assert_eq!(engine.tick().await.unwrap().due, 0);
    assert_eq!((world.instructed(), world.carried_out("P-1")), (0, 0));
    // The same reference may be sent by a later call, with another content.
    assert!(matches!(create(&engine, &payout("P-1")).await, Ok(Submission::Accepted(_))));
    assert_eq!(world.carried_out("P-1"), 1);
}

/// Sends through the honest role, and then does something else.
struct Dishonest {
    inner: Arc<dyn PayoutProvider>,
    mistake: Mistake,
}

#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    NeverAsks,
    Panics,
}

#[async_trait]
impl PayoutProvider for Dishonest {
    fn capabilities(&self) -> &PayoutCapabilities {
        self.inner.capabilities()
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        match self.mistake {
            Mistake::NeverAsks => {
                payments_core::transport::without_departure(self.inner.create_payout(request)).await
            }
            Mistake::Panics => panic!("on purpose"),
        }
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        self.inner.find_payout(payout).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        self.inner.verify_beneficiary(account).await
    }

    async fn balance(&self) -> Result<Balance> {
        self.inner.balance().await
    }
}

async fn dishonest(world: &World, mistake: Mistake) -> Engine {
    let inner = Arc::clone(world.provider().payouts().unwrap());
    let role = Dishonest { inner, mistake };
    let (id, kind) = (ProviderId::new(MAIN).unwrap(), ProviderKind::new("mock").unwrap());
    let provider = Provider::new(id, kind, Environment::Sandbox)
        .with_payouts(Arc::new(role))
        .with_departures(true);
    Engine::builder()
        .with_store(world.store())
        .with_provider(provider)
        .with_clock(Arc::new(world.clock.clone()))
        .without_background()
        .start()
        .await
        .unwrap()
}

fn case_kinds(record: &payments_engine::PayoutRecord) -> Vec<CaseKind> {
    record.open_cases().map(|case| case.kind).collect()
}

#[tokio::test]
async fn an_outcome_without_a_permit_is_a_case() {
    let world = World::start().await;
    let engine = dishonest(&world, Mistake::NeverAsks).await;
    let outcome = create(&engine, &payout("P-1")).await.unwrap();
    assert!(matches!(outcome, Submission::Accepted(_)), "{outcome:?}");
    let record = record(&engine, "P-1").await;
    assert_eq!(case_kinds(&record), [CaseKind::Bypassed]);
    assert_eq!(record.state, RecordState::Pending);
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    assert_eq!(world.carried_out("P-1"), 1);
}

#[tokio::test]
async fn a_provider_that_panics_sends_nothing_by_itself_and_hangs_nothing() {
    let world = World::start().await;
    let engine = dishonest(&world, Mistake::Panics).await;
    let outcome = create(&engine, &payout("P-1")).await.unwrap();
    assert!(outcome.is_uncertain(), "{outcome:?}");
    assert_eq!(engine.health().await.unwrap().forgotten, 0);
}
