//! Providers that break their laws.

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Decline, DeclineReason, Environment, Error, ErrorKind, Lookup, PayoutProvider, PayoutRef,
    Provider, ProviderId, ProviderKind, Result, Submission,
    bank::BankAccount,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
};

use crate::world::MAIN;

/// The fault of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Returns an error after it has sent.
    ErrAfterSending,
    /// Sends twice in one call.
    SendsTwice,
    /// Returns an unsigned refusal after it has sent.
    RefusesAfterSending,
}

/// Wraps an honest provider with a fault.
pub(crate) fn dishonest(honest: &Provider, wrong: Wrong) -> Provider {
    let role = Dishonest { inner: Arc::clone(honest.payouts().unwrap()), wrong };
    let (id, kind) = (ProviderId::new(MAIN).unwrap(), ProviderKind::new("mock").unwrap());
    Provider::new(id, kind, Environment::Sandbox)
        .with_payouts(Arc::new(role))
        .with_departures(honest.departs())
}

struct Dishonest {
    inner: Arc<dyn PayoutProvider>,
    wrong: Wrong,
}

#[async_trait]
impl PayoutProvider for Dishonest {
    fn capabilities(&self) -> &PayoutCapabilities {
        self.inner.capabilities()
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        let first = self.inner.create_payout(request).await?;
        match self.wrong {
            Wrong::ErrAfterSending => Err(Error::new(ErrorKind::Timeout, "no answer in time")),
            Wrong::SendsTwice => {
                // It is refused before it leaves, or the gateway pays again.
                let _ = self.inner.create_payout(request).await;
                Ok(first)
            }
            Wrong::RefusesAfterSending => {
                Ok(Submission::Declined(Decline::new(DeclineReason::Other)))
            }
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
